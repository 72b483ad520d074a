/** One look that was written down, or is being. */
interface Line {
  /** When it began, ms. */
  at: number
  /** Something explains it: then it holds whatever the policy comes to demand. */
  explained: boolean
  /** Resolves once it is in the log; set while it is on its way. */
  written: Promise<void> | undefined
}

/** So many looks are remembered; the oldest go first, and are written down once more. */
const mostLines = 50_000

/**
 * Remembers which looks are in the log, so that a page that asks again costs no query. Of this process alone: after a
 * restart, or at another instance, a look stands in the log twice, never not at all.
 */
export const lookBook = (lasts: number) => {
  const lines = new Map<string, Line>()
  /** The line that still holds at `now`. */
  const find = (key: string, now: number): Line | undefined => {
    const line = lines.get(key)
    // Of two that came at once either may have looked at the clock first.
    return line && Math.abs(now - line.at) < lasts ? line : undefined
  }
  /** Writes it down by `write`, unless that was done or is being done; throws where it cannot be. */
  const once = async (key: string, now: number, explained: boolean, write: () => Promise<void>): Promise<void> => {
    const known = find(key, now)
    if (known && (known.explained || !explained)) {
      try {
        await known.written
        return
      } catch {
        // Whoever was to write it could not.
      }
    }
    const line: Line = { at: now, explained, written: undefined }
    line.written = write()
    lines.delete(key)
    lines.set(key, line)
    for (const oldest of lines.keys()) {
      if (lines.size <= mostLines) break
      lines.delete(oldest)
    }
    try {
      await line.written
      line.written = undefined
    } catch (error) {
      if (lines.get(key) === line) lines.delete(key)
      throw error
    }
  }
  return { find, once }
}
export type LookBook = ReturnType<typeof lookBook>
