import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** Devices of the fleet that is measured; `GATEHOUSE_BENCH_DEVICES` or `--devices` say otherwise. */
export const usualSize = 1_000_000

/** Devices of a customer, on average. */
export const devicesPerCustomer = 500

/** The instant at which every fleet was made; the house that measures it lives right after. Ms since the epoch. */
export const madeAt = Date.UTC(2026, 0, 15, 12)

/** A fleet: its size, and the folder its PostgreSQL lives in. */
export interface FleetPlace {
  devices: number
  dataDir: string
}

/** Where the fleet of this many devices is kept. */
export const placeOf = (devices: number, folder = process.env.GATEHOUSE_BENCH_DATA): FleetPlace => {
  const home = folder ?? fileURLToPath(new URL('../../../.gatehouse/bench', import.meta.url))
  return { devices, dataDir: resolve(home, `fleet-${devices}`) }
}

const sizeFrom = (text: string): number => {
  const devices = Number(text.replaceAll(/[_,]/g, ''))
  if (!Number.isInteger(devices) || devices < 10_000 || devices > 20_000_000)
    throw new Error(`A fleet has 10,000 to 20,000,000 devices, not "${text}"`)
  return devices
}

/** The size that the environment asks for. */
export const askedSize = (): number => sizeFrom(process.env.GATEHOUSE_BENCH_DEVICES || String(usualSize))

/** The fleets asked for on the command line: `--devices 1000000,100000 --data <folder>`; else one of the usual size. */
export const placesAsked = (args: readonly string[]): FleetPlace[] => {
  const { values } = parseArgs({
    args: [...args],
    options: { devices: { type: 'string' }, data: { type: 'string' } },
  })
  const sizes = values.devices === undefined ? [askedSize()] : values.devices.split(',').map(sizeFrom)
  return sizes.map((devices) => placeOf(devices, values.data ?? process.env.GATEHOUSE_BENCH_DATA))
}
