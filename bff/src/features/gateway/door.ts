import type { House } from '../../kernel/house.ts'
import { deviceById, type KnownDevice } from '../devices/door.ts'
import { claimedBy, clockAheadIn, verifyAssertion } from './assertion.ts'
import { hubOf } from './hub.ts'
import { refuseDevice } from './refused.ts'
import { type UsedAssertion, useAssertions } from './store.ts'

/** What is wrong with an assertion, and with the clock of the device, where that is all. */
const whatIsWrong = async (
  house: House,
  { token, deviceId }: { token: string; deviceId: string },
  publicKey: string | null,
): Promise<{ because: string; clockAhead?: number }> => {
  const clockAhead = await clockAheadIn(house, token, deviceId, publicKey)
  if (clockAhead === undefined) return { because: wrongAssertion }
  const at = new Date(house.clock.now() + clockAhead).toISOString()
  return { because: `its clock says ${at}, or what it showed was kept and sent late`, clockAhead }
}

const whyNot = (device: KnownDevice | undefined, assertion: UsedAssertion | undefined): string | undefined => {
  if (!device) return 'it is not known'
  if (device.removed) return 'it was removed'
  if (device.state === 'revoked') return 'its identity was revoked'
  if (device.state !== 'active') return 'it has not enrolled'
  return assertion ? undefined : wrongAssertion
}

const wrongAssertion = 'its assertion is not right'

/**
 * The device behind an `Authorization: Bearer` assertion, which is used up by this. Throws `agent_unknown`, always the
 * same, for unknown, revoked and removed devices, wrong keys, and assertions that are late, foreign or used.
 */
export const authenticateDevice = async (
  house: House,
  authorization: string | undefined,
  from: string,
): Promise<KnownDevice> => {
  const { refusals } = hubOf(house)
  const claimed = claimedBy(authorization)
  const device = claimed && (await deviceById(house.db, claimed.deviceId))
  const assertion =
    claimed && (await verifyAssertion(house, claimed.token, claimed.deviceId, device?.publicKey ?? null))
  const because = whyNot(device, assertion)
  if (because || !device || !assertion) {
    const wrong = claimed && !assertion ? await whatIsWrong(house, claimed, device?.publicKey ?? null) : undefined
    const says = because === wrongAssertion && wrong ? wrong : { because: because ?? 'it is not known' }
    return refuseDevice(house, refusals, { deviceId: device?.deviceId, ...says, from })
  }
  if ((await useAssertions(house.db, [assertion])).size === 0)
    return refuseDevice(house, refusals, {
      deviceId: device.deviceId,
      because: 'its assertion had been used before',
      from,
    })
  return device
}

/** Who sends a check-in, as far as its signature goes. */
export interface Sender {
  deviceId: string
  customerId: string
  publicKey: string
  assertion: UsedAssertion
}

const mostKeys = 50_000

/**
 * As `authenticateDevice`, without touching the database where the device was seen before: whether it is still active,
 * its key is still this one and the assertion was not used is seen by the transaction that stores the check-in.
 */
export const authenticateSender = async (
  house: House,
  authorization: string | undefined,
  from: string,
): Promise<Sender> => {
  const { keys, refusals } = hubOf(house)
  const claimed = claimedBy(authorization)
  if (!claimed) return refuseDevice(house, refusals, { deviceId: undefined, because: 'it sent no assertion', from })
  const { token, deviceId } = claimed
  const remembered = keys.get(deviceId)
  if (remembered) {
    const assertion = await verifyAssertion(house, token, deviceId, remembered.publicKey)
    if (assertion) return { deviceId, ...remembered, assertion }
  }
  const device = await deviceById(house.db, deviceId)
  const assertion = await verifyAssertion(house, token, deviceId, device?.publicKey ?? null)
  const because = whyNot(device, assertion)
  if (because || !device?.publicKey || !assertion) {
    const wrong = assertion ? undefined : await whatIsWrong(house, claimed, device?.publicKey ?? null)
    const says = because === wrongAssertion && wrong ? wrong : { because: because ?? 'it is not known' }
    return refuseDevice(house, refusals, { deviceId: device?.deviceId, ...says, from })
  }
  const [oldest] = keys.keys()
  if (keys.size >= mostKeys && oldest) keys.delete(oldest)
  const known = { publicKey: device.publicKey, customerId: device.customerId }
  keys.set(deviceId, known)
  return { deviceId, ...known, assertion }
}
