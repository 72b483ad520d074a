/** Tells whoever listens. */
export interface Bell<T> {
  ring(news: T): void
  /** Returns the way to stop listening. */
  listen(listener: (news: T) => void): () => void
}

/** A bell that nobody listens to yet. */
export const createBell = <T>(): Bell<T> => {
  const listeners = new Set<(news: T) => void>()
  return {
    ring: (news) => {
      for (const listener of [...listeners]) listener(news)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
