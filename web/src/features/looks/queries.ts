import type { looksRoom } from '@gatehouse/bff/features/looks/routes'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import type { PurposeWish } from '../../kernel/purpose.ts'

const client = room<typeof looksRoom>()

/** Who of the maker looked, since so many days. */
export const looksQuery = (days: number) =>
  infiniteQueryOptions({
    // Looks come in with the audit log.
    queryKey: key('audit', 'looks', days),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.looks.$get(
          { query: { from: String(Date.now() - days * 86_400_000), ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** Says what a device, or a customer, is looked at for. */
export const statePurpose = ({ of, id }: PurposeWish, purpose: string) =>
  of === 'device'
    ? said(client.devices[':deviceId'].purpose.$post({ param: { deviceId: id }, json: { purpose } }))
    : said(client.customers[':customerId'].purpose.$post({ param: { customerId: id }, json: { purpose } }))
