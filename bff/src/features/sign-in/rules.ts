import { days, hours, minutes } from '../../kernel/clock.ts'
import { absoluteLife } from './lucia.ts'

/** A sign-in ends this long after the last thing its owner did. */
export const idleLife = minutes(20)

/** When a sign-in ends, ms since the epoch. */
export const endsOf = (one: { startedAt: number; lastGestureAt: number }) => ({
  idleEndsAt: one.lastGestureAt + idleLife,
  absoluteEndsAt: one.startedAt + absoluteLife,
})

/** After the right password there is this long to show the second factor. */
export const halfLife = minutes(10)

/** Clocks of two instances differ by so much at the most. */
const clockSlack = minutes(1)

/** Why a sign-in is over at `now`; `undefined` while it lives. */
export const whyOver = (
  one: { startedAt: number; lastGestureAt: number; provenAt: number | null },
  now: number,
): 'idle' | 'too_long' | 'unproven' | undefined => {
  // By a clock that has gone back, or tells no time at all, nothing is known to be still alive.
  if (!(now >= one.lastGestureAt - clockSlack)) return 'idle'
  if (one.provenAt === null && now >= one.startedAt + halfLife) return 'unproven'
  const { idleEndsAt, absoluteEndsAt } = endsOf(one)
  if (now >= absoluteEndsAt) return 'too_long'
  return now >= idleEndsAt ? 'idle' : undefined
}

/** How many failures within which time, looking back, are the most. */
export const tryLimits = {
  /** One account from one source. */
  pair: [{ failures: 5, within: minutes(5) }],
  /** One account from everywhere it has never been opened from. */
  account: [
    { failures: 20, within: hours(1) },
    { failures: 100, within: days(1) },
  ],
  /** One source, whatever the accounts. */
  source: [{ failures: 50, within: minutes(15) }],
} as const

/** A source from which an account was opened so recently is its owner's: the account's and the source's limits pass over it. */
export const knownFor = days(90)

/** What the failures that are on record mean for a try. */
export interface Tally {
  /** Failures within each of `tryLimits`' times, in its order. */
  failures: Record<keyof typeof tryLimits, readonly number[]>
  known: boolean
}

const reached = (what: keyof typeof tryLimits, { failures }: Tally): boolean =>
  tryLimits[what].some((limit, at) => (failures[what][at] ?? 0) >= limit.failures)

/**
 * `shut`: whatever is given is answered as wrong. `busy`: the source has tried too much; only an owner at his known
 * place comes in, and everybody else is told so alike.
 */
export const standing = (tally: Tally): 'open' | 'shut' | 'busy' => {
  if (!tally.known && reached('source', tally)) return 'busy'
  if (reached('pair', tally) || (!tally.known && reached('account', tally))) return 'shut'
  return reached('source', tally) ? 'busy' : 'open'
}

/** Failures of one account within an hour of which its owner is told. */
export const alarming = { failures: 10, within: hours(1) } as const

/**
 * Which passwords before the present one may not come back, and how soon the present one may go. A link in a mail knows
 * no least age: what it put aside in the last ten days is remembered beyond the tenth, so that it is no way round.
 */
export const passwordTurns = { remembered: 10, leastAge: days(1), rememberedFor: days(10) } as const

/** How long before the last day a person is reminded by mail, the nearest first. */
export const reminderDays = [1, 7, 14] as const

/** The reminder that is due for a password, days before its end; `undefined` before the first and after the end. */
export const reminderAt = (dueAt: number, now: number): (typeof reminderDays)[number] | undefined =>
  now >= dueAt ? undefined : reminderDays.find((left) => dueAt - now <= days(left))
