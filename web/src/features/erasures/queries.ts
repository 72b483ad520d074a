import type { erasuresRoom } from '@gatehouse/bff/features/erasures/routes'
import { queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof erasuresRoom>()

/** What was asked to be erased at a customer, or of the maker's people for `null`. */
export const erasuresQuery = (customerId: string | null) =>
  queryOptions({
    queryKey: key('people', customerId, 'erasures'),
    queryFn: ({ signal }) =>
      customerId === null
        ? said(client.staff.erasures.$get({}, { init: { signal } }))
        : said(client.customers[':customerId'].erasures.$get({ param: { customerId } }, { init: { signal } })),
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
