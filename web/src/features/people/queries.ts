import type { peopleRoom } from '@gatehouse/bff/features/people/routes'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import type { Deed } from './deeds.ts'

const client = room<typeof peopleRoom>()

const query = (search: string, cursor: string | null) => ({
  limit: '50',
  ...(search && { search }),
  ...(cursor && { cursor }),
})

/** The people of a customer, or the maker's for `null`, by name. */
export const people = (customerId: string | null, search: string) =>
  infiniteQueryOptions({
    queryKey: key('people', customerId, search),
    queryFn: ({ pageParam, signal }) =>
      customerId === null
        ? said(client.staff.$get({ query: query(search, pageParam) }, { init: { signal } }))
        : said(
            client.customers[':customerId'].people.$get(
              { param: { customerId }, query: query(search, pageParam) },
              { init: { signal } },
            ),
          ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

type Simple = Exclude<Deed, 'invite-again' | 'withdraw' | 'remove'>

/** Does one of the deeds to an account; a reset may take the second factors as well. */
export const touchPerson = async (
  customerId: string | null,
  personId: string,
  deed: Deed,
  { factors = false }: { factors?: boolean } = {},
): Promise<void> => {
  if (customerId === null) {
    const one = client.staff[':personId']
    const param = { personId }
    const simple = (how: Simple) =>
      how === 'reset' ? one.reset.$post({ param, json: { factors } }) : one[how].$post({ param })
    await (deed === 'remove'
      ? one.$delete({ param })
      : deed === 'invite-again'
        ? one.invitation.$post({ param })
        : deed === 'withdraw'
          ? one.invitation.$delete({ param })
          : simple(deed))
    return
  }
  const one = client.customers[':customerId'].people[':personId']
  const param = { customerId, personId }
  const simple = (how: Simple) =>
    how === 'reset' ? one.reset.$post({ param, json: { factors } }) : one[how].$post({ param })
  await (deed === 'remove'
    ? one.$delete({ param })
    : deed === 'invite-again'
      ? one.invitation.$post({ param })
      : deed === 'withdraw'
        ? one.invitation.$delete({ param })
        : simple(deed))
}

/** Invites somebody; a mail with a link goes out. */
export const invitePerson = (
  customerId: string | null,
  json: { name: string; email: string; groups: string[] },
): Promise<{ id: string }> =>
  customerId === null
    ? said(client.staff.$post({ json }))
    : said(client.customers[':customerId'].people.$post({ param: { customerId }, json }))

/** Puts somebody into groups and takes him out of others, all or nothing. */
export const changeGroups = async (
  customerId: string | null,
  personId: string,
  json: { add: string[]; remove: string[] },
): Promise<void> => {
  if (customerId === null) await client.staff[':personId'].groups.$post({ param: { personId }, json })
  else await client.customers[':customerId'].people[':personId'].groups.$post({ param: { customerId, personId }, json })
}
