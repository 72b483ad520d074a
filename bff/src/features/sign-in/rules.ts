import { minutes } from '../../kernel/clock.ts'
import { absoluteLife } from './lucia.ts'

/** A sign-in ends this long after the last thing its owner did. */
export const idleLife = minutes(20)

/** When a sign-in ends, ms since the epoch. */
export const endsOf = (one: { startedAt: number; lastGestureAt: number }) => ({
  idleEndsAt: one.lastGestureAt + idleLife,
  absoluteEndsAt: one.startedAt + absoluteLife,
})

/** Why a sign-in is over at `now`; `undefined` while it lives. */
export const whyOver = (
  one: { startedAt: number; lastGestureAt: number },
  now: number,
): 'idle' | 'too_long' | undefined => {
  const { idleEndsAt, absoluteEndsAt } = endsOf(one)
  if (now >= absoluteEndsAt) return 'too_long'
  return now >= idleEndsAt ? 'idle' : undefined
}

/** How many failed tries within which time close the door for how long a look back. */
export const tryLimits = {
  /** One account from one address. */
  pair: { failures: 5, within: minutes(5) },
  /** One address, whatever the accounts. */
  source: { failures: 50, within: minutes(15) },
} as const
