/** Waits `ms`, less when `signal` aborts or `waker` calls; never rejects, and leaves no listener behind. */
export const pause = (ms: number, signal: AbortSignal, waker?: Waker): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted || waker?.take()) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      waker?.listen(undefined)
      waker?.take()
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    waker?.listen(done)
  })

/** Wakes a pause; a call while nobody waits is remembered for the next pause. */
export interface Waker {
  wake(): void
  take(): boolean
  listen(listener: (() => void) | undefined): void
}

/** A waker that nobody has called yet. */
export const createWaker = (): Waker => {
  let called = false
  let listener: (() => void) | undefined
  return {
    wake: () => {
      called = true
      listener?.()
    },
    take: () => {
      const was = called
      called = false
      return was
    },
    listen: (next) => {
      listener = next
    },
  }
}
