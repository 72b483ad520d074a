import type { Limit } from '@gatehouse/shared/limits'
import type { House } from '../../kernel/house.ts'
import { limitOfReached, type Reached } from './rules.ts'

interface State {
  /** What is at its limit, as this instance measured it last. */
  reached: readonly Reached[]
  /** Logs that were behind at the last look, and count from the next look on. */
  doubtful: ReadonlySet<string>
}

// What holds for all instances each of them measures by itself; the table says only what was told.
const states = new WeakMap<House['bus'], State>()

/** What this instance measured last. */
export const stateOf = (house: House): State => states.get(house.bus) ?? { reached: [], doubtful: new Set() }

/** Remembers what was measured. */
export const remember = (house: House, state: State): void => void states.set(house.bus, state)

/** What stops this customer's, or the maker's for `null`. */
const concerns = (one: Reached, customerId: string | null): boolean =>
  one.customerId === null || one.customerId === customerId

/** Why nothing new may be begun at this customer now, or at the maker for `null`; asks no database. */
export const limitOf = (house: House, customerId: string | null): Limit | undefined => {
  for (const one of stateOf(house).reached) {
    const limit = concerns(one, customerId) ? limitOfReached(one) : undefined
    if (limit) return limit
  }
}
