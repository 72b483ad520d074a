import type { looksRoom } from '@gatehouse/bff/features/looks/routes'
import { room, said } from '../../kernel/api.ts'
import type { PurposeWish } from '../../kernel/purpose.ts'

const client = room<typeof looksRoom>()

/** Says what a device, or a customer, is looked at for. */
export const statePurpose = ({ of, id }: PurposeWish, purpose: string) =>
  of === 'device'
    ? said(client.devices[':deviceId'].purpose.$post({ param: { deviceId: id }, json: { purpose } }))
    : said(client.customers[':customerId'].purpose.$post({ param: { customerId: id }, json: { purpose } }))
