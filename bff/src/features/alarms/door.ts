import type { Tx } from '../../kernel/database/connect.ts'
import { type AlarmStep, rounds } from './rules.ts'
import { clearAll, raiseAll } from './store.ts'

export { type AlarmStep, limitCode, limitSteps } from './rules.ts'
export { openLimitAlarms } from './store.ts'

/**
 * Carries out steps in their order, in few statements; returns those that opened or cleared an alarm, for the log.
 * A raise of an alarm that is open is counted and listed with it, and is no event of its own.
 */
export const takeAlarmSteps = async (tx: Tx, steps: readonly AlarmStep[], now: number): Promise<AlarmStep[]> => {
  const turned: AlarmStep[] = []
  for (const round of rounds(steps)) {
    const raise = round.filter((step) => step.raised)
    const clear = round.filter((step) => !step.raised)
    turned.push(...(await raiseAll(tx, raise, now)), ...(await clearAll(tx, clear, now)))
  }
  return turned
}
