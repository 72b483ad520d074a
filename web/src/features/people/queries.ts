import type { peopleRoom } from '@gatehouse/bff/features/people/routes'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

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

/** Signs a person out, shuts him out, lets him in again, or removes him. */
export const touchPerson = async (
  customerId: string | null,
  personId: string,
  how: 'sign-out' | 'disable' | 'enable' | 'remove',
): Promise<void> => {
  if (customerId === null) {
    const one = client.staff[':personId']
    const param = { personId }
    await (how === 'remove' ? one.$delete({ param }) : one[how].$post({ param }))
    return
  }
  const one = client.customers[':customerId'].people[':personId']
  const param = { customerId, personId }
  await (how === 'remove' ? one.$delete({ param }) : one[how].$post({ param }))
}
