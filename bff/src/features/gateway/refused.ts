import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { deviceById } from '../devices/door.ts'
import { refusalLoggedEvery } from './limits.ts'
import { byDevice, noteClock } from './store.ts'

const most = 10_000

/** When each refused device, or address, was logged last. */
export type Refusals = Map<string, number>

/**
 * Logs that a device was refused and throws what it is answered: the same, whatever was wrong. One that tries again
 * and again is logged once a minute; so is an address that claims to be devices nobody knows.
 */
export const refuseDevice = async (
  house: House,
  logged: Refusals,
  of: { deviceId: string | undefined; because: string; from: string; clockAhead?: number },
): Promise<never> => {
  const now = house.clock.now()
  const device = of.deviceId ? await deviceById(house.db, of.deviceId) : undefined
  const key = device?.deviceId ?? of.from
  const last = logged.get(key)
  if (last === undefined || now - last >= refusalLoggedEvery) {
    logged.delete(key)
    logged.set(key, now)
    const [oldest] = logged.keys()
    if (logged.size > most && oldest) logged.delete(oldest)
    const by = device
      ? byDevice(device, of.from)
      : { kind: 'device' as const, id: null, name: stranger, company: '', from: of.from }
    // Else a clock that is wrong would show nowhere: with it no heartbeat is taken.
    if (device && of.clockAhead !== undefined) await noteClock(house.db, device.deviceId, of.clockAhead)
    await note(house, [
      entry({
        by,
        event: 'device.refused',
        fields: { device: device?.name ?? stranger, because: of.because },
        ...(device && {
          about: {
            ...device.about,
            ...(of.clockAhead !== undefined && { claimedAt: now + of.clockAhead }),
          },
        }),
        outcome: 'refused',
      }),
    ])
  }
  throw new Refused('agent_unknown', { privately: of.because })
}

const stranger = 'An unknown device'
