/** Growing pauses with chance in them, so that a thousand devices do not come back in the same second. */
export interface BackOff {
  /** The next pause in ms: between half and all of what is due, and what is due doubles. */
  next(): number
  reset(): void
}

/** Pauses from `first` to `longest` milliseconds. */
export const backOff = (
  { first, longest }: { first: number; longest: number },
  random: () => number = Math.random,
): BackOff => {
  let due = first
  return {
    next: () => {
      const pause = due * (0.5 + random() / 2)
      due = Math.min(longest, due * 2)
      return pause
    },
    reset: () => {
      due = first
    },
  }
}
