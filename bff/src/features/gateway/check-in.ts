import type { DeviceMessage, ServerMessage } from '@gatehouse/shared/agent/messages'
import { Refused } from '../../kernel/errors.ts'
import { behindWall, type House } from '../../kernel/house.ts'
import { hear } from '../witnesses/door.ts'
import { newsFor } from './delivery.ts'
import type { Sender } from './door.ts'
import { isDataFault } from './faults.ts'
import { hubOf, proofsOf } from './hub.ts'
import { refuseDevice } from './refused.ts'
import { takeSessionReports } from './session-reports.ts'

/** Stores a check-in that came over HTTPS, and answers with what waits for the device; acknowledged after commit. */
export const checkIn = async (
  house: House,
  { deviceId, customerId, publicKey, assertion }: Sender,
  messages: readonly DeviceMessage[],
  from: string,
): Promise<ServerMessage> => {
  const hub = hubOf(house)
  const own = behindWall(house, [customerId])
  await takeSessionReports(own, deviceId, from, messages)
  const testimony = await hear(house, { deviceId, customerId }, messages)
  const posted = hub.letters.post({
    deviceId,
    customerId,
    publicKey,
    transport: 'https',
    from,
    kind: 'said',
    connectionId: null,
    besides: hub.connections.has(deviceId),
    messages,
    proofs: await proofsOf(publicKey, deviceId, messages),
    testimony,
    assertion,
  })
  const reply = await posted.catch((error: unknown) => {
    // A status by which the agent finds the message that is to blame and sets it aside.
    throw isDataFault(error) ? new Refused('invalid_input', { privately: String(error) }) : error
  })
  if (reply.kind === 'refused') {
    hub.keys.delete(deviceId)
    return refuseDevice(house, hub.refusals, { deviceId, because: reply.because, from })
  }
  const news = reply.news ? await newsFor(own, deviceId, { orders: 0 }, true) : undefined
  return { ack: reply.ack, ...news, ...(testimony.news && { log: testimony.news }) }
}
