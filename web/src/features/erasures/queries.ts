import type { erasuresRoom } from '@gatehouse/bff/features/erasures/routes'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof erasuresRoom>()

/** What was asked to be erased at a customer, or of the maker's people for `null`: what is open, or what is over. */
export const erasuresQuery = (customerId: string | null, state: 'open' | 'over') =>
  infiniteQueryOptions({
    queryKey: key('people', customerId, 'erasures', state),
    queryFn: ({ pageParam, signal }) => {
      const query = { state, limit: '50', ...(pageParam && { cursor: pageParam }) }
      return customerId === null
        ? said(client.staff.erasures.$get({ query }, { init: { signal } }))
        : said(client.customers[':customerId'].erasures.$get({ param: { customerId }, query }, { init: { signal } }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** People who were removed and not erased, by a part of the name. */
export const removedQuery = (customerId: string | null, search: string) =>
  infiniteQueryOptions({
    queryKey: key('people', customerId, 'removed', search),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: '20', ...(search && { search }), ...(pageParam && { cursor: pageParam }) }
      return customerId === null
        ? said(client.staff.removed.$get({ query }, { init: { signal } }))
        : said(
            client.customers[':customerId']['removed-people'].$get(
              { param: { customerId }, query },
              { init: { signal } },
            ),
          )
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** Asks for the erasing of a person. */
export const askErasure = (customerId: string | null, personId: string, reason: string): Promise<{ id: string }> =>
  customerId === null
    ? said(client.staff[':personId'].erasure.$post({ param: { personId }, json: { reason } }))
    : said(
        client.customers[':customerId'].people[':personId'].erasure.$post({
          param: { customerId, personId },
          json: { reason },
        }),
      )

/** Gives the second yes, or stops it. */
export const answerErasure = async (customerId: string | null, erasureId: string, answer: 'confirm' | 'stop') => {
  if (customerId === null) {
    await client.staff.erasures[':erasureId'][answer].$post({ param: { erasureId } })
    return
  }
  await client.customers[':customerId'].erasures[':erasureId'][answer].$post({ param: { customerId, erasureId } })
}
