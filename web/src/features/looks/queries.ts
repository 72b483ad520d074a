import type { looksRoom } from '@gatehouse/bff/features/looks/routes'
import { queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import type { PurposeWish } from '../../kernel/purpose.ts'

const client = room<typeof looksRoom>()

/** Who of the maker looked, since so many days. */
export const looksQuery = (days: number) =>
  queryOptions({
    // Looks come in with the audit log.
    queryKey: key('audit', 'looks', days),
    queryFn: ({ signal }) =>
      said(client.looks.$get({ query: { from: String(Date.now() - days * 86_400_000) } }, { init: { signal } })),
  })

/** Says what a device, or a customer, is looked at for. */
export const statePurpose = ({ of, id }: PurposeWish, purpose: string) =>
  of === 'device'
    ? said(client.devices[':deviceId'].purpose.$post({ param: { deviceId: id }, json: { purpose } }))
    : said(client.customers[':customerId'].purpose.$post({ param: { customerId: id }, json: { purpose } }))
