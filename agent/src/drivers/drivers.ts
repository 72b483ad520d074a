import type { Declaration } from '@gatehouse/shared/devices/declaration'
import type { MakeDriver } from './driver.ts'
import { hostDriver } from './host.ts'
import { scaleDriver } from './scale.ts'

/** Every driver, by the name a model declares. */
export const drivers: Record<Declaration['driver'], MakeDriver> = { host: hostDriver, scale: scaleDriver }
