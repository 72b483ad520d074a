import type { DataItem, Severity } from '@gatehouse/shared/devices/declaration'
import { minutes } from '../../kernel/clock.ts'

/** One thing that happens to the alarm of a device and code. */
export interface AlarmStep {
  deviceId: string
  customerId: string
  code: string
  raised: boolean
  severity: Severity
  message: string
  source: 'limit' | 'device'
  /** Number of the device's message that brought it, or the value that crossed its limit. */
  seq: number
  /** When it happened by the device's own clock; ms. */
  claimedAt?: number
}

/** The code of the alarm that an item's limit raises. */
export const limitCode = (item: Pick<DataItem, 'key'>): string => `limit.${item.key}`

/**
 * Where a number lies with regard to its item's limit. Just inside it is `near`: it raises nothing and clears nothing,
 * so that a value that trembles about its limit makes one alarm, not a hundred. The zone is the deadband, but never so
 * wide that no value could clear.
 */
export const whereIs = (item: DataItem, value: number): 'outside' | 'near' | 'inside' => {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = item.limit ?? {}
  if (value < min || value > max) return 'outside'
  const zone = Math.min(item.deadband, (max - min) / 4)
  return value < min + zone || value > max - zone ? 'near' : 'inside'
}

/** A claimed time that differs by more than this from ours stands in the alarm's message. */
const worthSaying = minutes(2)

/** What the alarm of a crossed limit says. */
export const limitMessage = (item: DataItem, value: number, at: number, now: number): string => {
  const unit = item.unit && ` ${item.unit}`
  const { min, max } = item.limit ?? {}
  const bound = max !== undefined && value > max ? `above ${max}${unit}` : `below ${min}${unit}`
  const late = now - at > worthSaying ? `; measured ${new Date(at).toISOString()} by the device's clock` : ''
  return `${item.says} was ${Number(value.toFixed(item.digits))}${unit}, ${bound}${late}`
}

/** The steps that the numbers of one item, in order, make of its alarm; `open` is how it stood before them. */
export const limitSteps = (
  of: { deviceId: string; customerId: string; item: DataItem },
  numbers: readonly { value: number; at: number; seq: number }[],
  open: boolean,
  now: number,
): AlarmStep[] => {
  const { deviceId, customerId, item } = of
  if (!item.limit) return []
  const { severity } = item.limit
  const steps: AlarmStep[] = []
  let stands = open
  for (const { value, at, seq } of numbers) {
    const where = whereIs(item, value)
    if (where === 'near' || stands === (where === 'outside')) continue
    stands = !stands
    const message = limitMessage(item, value, at, now)
    steps.push({ deviceId, customerId, code: limitCode(item), raised: stands, severity, message, source: 'limit', seq })
  }
  return steps
}

/**
 * Steps as rounds: each holds at most one step of a device and code, so that a round is one statement, and the order
 * of the steps of one alarm is kept.
 */
export const rounds = (steps: readonly AlarmStep[]): AlarmStep[][] => {
  const seen = new Map<string, number>()
  const all: AlarmStep[][] = []
  for (const step of steps) {
    const name = `${step.deviceId} ${step.code}`
    const round = seen.get(name) ?? 0
    seen.set(name, round + 1)
    const into = all[round] ?? []
    into.push(step)
    all[round] = into
  }
  return all
}
