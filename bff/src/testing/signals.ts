import type { Signal } from '../kernel/bus.ts'
import type { House } from '../kernel/house.ts'

/** What the house tells itself while `work` runs. */
export const signalsOf = async (house: House, work: () => Promise<unknown>): Promise<Signal[]> => {
  const heard: Signal[] = []
  const stop = house.bus.subscribe((signal) => heard.push(signal))
  try {
    await work()
  } finally {
    stop()
  }
  return heard
}
