/** Answers that are the same for many who ask: remembered for a while, the oldest forgotten first, failures never. */
export interface Remembered<T> {
  /** What is remembered under `key`, or what `find` finds; whoever asks meanwhile waits for the same. */
  of(key: string, now: number, find: () => Promise<T>): Promise<T>
  forget(key: string): void
}

/** Remembers at most `most` answers, each for `life` ms. */
export const remember = <T>(most: number, life: number): Remembered<T> => {
  const known = new Map<string, { until: number; answer: Promise<T> }>()
  return {
    of: (key, now, find) => {
      const found = known.get(key)
      if (found && now < found.until) return found.answer
      known.delete(key)
      const [oldest] = known.keys()
      if (known.size >= most && oldest !== undefined) known.delete(oldest)
      const answer = find()
      known.set(key, { until: now + life, answer })
      answer.catch(() => known.get(key)?.answer === answer && known.delete(key))
      return answer
    },
    forget: (key) => void known.delete(key),
  }
}
