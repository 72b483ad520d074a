import type { Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import type { Collector } from './collector.ts'
import type { Driver, DriverTools } from './driver.ts'
import { drivers } from './drivers.ts'

/** The equipment behind the driver that the model declares. */
export interface Equipment {
  /** Reads by this declaration from now on; `undefined` reads nothing. */
  use(declaration: Declaration | undefined): void
  setSetting(key: string, value: ItemValue): Promise<{ before: ItemValue | null; after: ItemValue }>
}

/** No equipment yet; what it will offer goes through `collector`. */
export const createEquipment = (tools: DriverTools, collector: Collector): Equipment => {
  let driver: Driver | undefined
  return {
    use: (declaration) => {
      driver?.stop()
      driver = declaration && drivers[declaration.driver](tools)
      collector.declare(declaration)
      if (declaration) driver?.start(declaration, collector)
    },
    setSetting: async (key, value) => {
      if (!driver) throw new Error('This device reads no equipment yet')
      return driver.setSetting(key, value)
    },
  }
}
