/** Where all time comes from: rooms never ask the machine. */
export interface Clock {
  /** ms since the epoch. */
  now(): number
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is moved; for tests. */
export interface MovableClock extends Clock {
  moveTo(ms: number): void
  advance(ms: number): void
}

/** Starts at `start` (ms since the epoch) and runs with the machine's clock from there, plus what it is advanced by. */
export const movableClock = (start: number = Date.now()): MovableClock => {
  let shift = start - Date.now()
  const now = () => Date.now() + shift
  return {
    now,
    moveTo: (ms) => {
      shift = ms - Date.now()
    },
    advance: (ms) => {
      shift += ms
    },
  }
}

export const seconds = (n: number): number => n * 1_000
export const minutes = (n: number): number => n * 60_000
export const hours = (n: number): number => n * 3_600_000
export const days = (n: number): number => n * 86_400_000
