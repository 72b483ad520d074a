import type { limitsRoom } from '@gatehouse/bff/features/limits/routes'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof limitsRoom>()

/** What nobody may begin now, as far as it concerns whoever asks. */
export const limitsQuery = queryOptions({
  queryKey: key('limits'),
  queryFn: ({ signal }) => said(client.limits.$get({}, { init: { signal } })),
  // Hints tell of it at once; this is for those that were lost.
  refetchInterval: 60_000,
})

/** True while nothing new may be begun with what is this customer's. */
export const useNothingNew = (customerId: string): boolean =>
  useQuery(limitsQuery).data?.limits.some(
    ({ stops, customer }) => stops && (customer === null || customer.id === customerId),
  ) ?? false
