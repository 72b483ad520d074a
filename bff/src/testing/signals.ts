import type { Signal } from '../kernel/bus.ts'
import type { House } from '../kernel/house.ts'

/** A log grew: told whenever the sequencer comes by, whatever a test does. */
const isOfTheLog = (signal: Signal): boolean => signal.kind === 'hint' && signal.hint.about === 'audit'

/** What the house tells itself while `work` runs, but for its logs. */
export const signalsOf = async (house: House, work: () => Promise<unknown>): Promise<Signal[]> => {
  const heard: Signal[] = []
  const stop = house.bus.subscribe((signal) => {
    if (!isOfTheLog(signal)) heard.push(signal)
  })
  try {
    await work()
  } finally {
    stop()
  }
  return heard
}
