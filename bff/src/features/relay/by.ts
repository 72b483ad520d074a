import type { By } from '../../kernel/actor.ts'
import type { KnownDevice } from '../devices/door.ts'

/** A device as the log names it. */
export const byDevice = (device: KnownDevice, from: string | null = null): By => ({
  kind: 'device',
  id: device.deviceId,
  name: device.name,
  company: device.customerName,
  from,
})
