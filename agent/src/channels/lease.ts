/** A promise that everything still holds, good for a short time. */
export interface Lease {
  /** Holds for `seconds` from now, never longer than the longest. */
  renew(seconds: number): void
  stop(): void
}

/** A lease of `longest` seconds from now on; calls `expired` once when it was not renewed in time. */
export const startLease = (longest: number, expired: () => void): Lease => {
  let timer = setTimeout(expired, longest * 1_000)
  return {
    renew: (seconds) => {
      clearTimeout(timer)
      timer = setTimeout(expired, Math.min(seconds, longest) * 1_000)
    },
    stop: () => clearTimeout(timer),
  }
}
