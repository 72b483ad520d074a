import type { ServerMessage } from '@gatehouse/shared/agent/messages'
import type { House } from '../../kernel/house.ts'
import { commandsFor } from '../actions/door.ts'
import { deviceById } from '../devices/door.ts'
import { sessionsForDevice } from '../sessions/door.ts'
import { ordersVersions, signOrders } from './orders.ts'

/** What a device has been sent on this connection already. */
export interface Sent {
  /** The highest version of the orders. */
  orders: number
}

/**
 * Everything that waits for a device, in one message; `undefined` where nothing does. With `again` (a new connection,
 * or a check-in over HTTPS, whose answer may have been lost) what was handed over and not answered goes once more.
 */
export const newsFor = async (
  house: House,
  deviceId: string,
  sent: Sent,
  again: boolean,
): Promise<Omit<ServerMessage, 'ack'> | undefined> => {
  const [versions, device] = await Promise.all([ordersVersions(house.db, deviceId), deviceById(house.db, deviceId)])
  if (!versions || !device || device.removed || device.state !== 'active') return undefined
  const { wanted, held } = versions
  const orders = wanted > Math.max(held, sent.orders) ? await signOrders(house, house.db, deviceId, wanted) : undefined
  if (orders) sent.orders = wanted
  const [commands, { grants, ended }] = await Promise.all([
    commandsFor(house, device, again),
    sessionsForDevice(house, deviceId),
  ])
  const news = {
    ...(orders && { orders }),
    ...(commands.length > 0 && { commands }),
    ...(grants.length > 0 && { grants: grants.slice(0, 10) }),
    ...(ended.length > 0 && { ended: ended.slice(0, 50) }),
  }
  return Object.keys(news).length > 0 ? news : undefined
}
