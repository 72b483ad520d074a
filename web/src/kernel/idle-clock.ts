/** What the server says about the session's end; ms since the epoch by its clock. */
export interface SessionEnds {
  idleEndsAt: number
  absoluteEndsAt: number
  now: number
}

/** What the clock shows. `limit` is the session's longest life, which no gesture prolongs. */
export interface IdleReading {
  phase: 'active' | 'warning' | 'ended'
  because: 'idle' | 'limit'
  /** Whole seconds to the end; counted only in the warning. */
  secondsLeft: number
}

/** What the clock needs of the world; given in, so that it can be tested. */
export interface IdleWorld {
  /** Monotonic ms: `performance.now()`. */
  monotonic(): number
  /** Wall clock ms, only to notice that the machine slept. */
  wall(): number
  /** Tells the server that the person did something `agoMs` ago. */
  report(agoMs: number): Promise<SessionEnds>
  /** Asks the server without doing anything; `null` when the session is over, a rejection when it cannot be asked. */
  ask(): Promise<SessionEnds | null>
  /** Tells the other tabs how long is left. */
  tell(left: TimeLeft): void
}

/** What tabs tell each other: durations, because each has its own monotonic clock. */
export interface TimeLeft {
  idleMs: number
  limitMs: number
}

export const warningMs = 120_000
export const reportEveryMs = 20_000
const longestTick = 15_000
/** How long past the end the server's answer is waited for. */
const patienceMs = 3_000

const active: IdleReading = { phase: 'active', because: 'idle', secondsLeft: 0 }

/**
 * Counts down to the sign-out. The server is the judge: gestures are reported to it (at most every 20 s, the last one
 * never lost), and at the end it is asked before anybody is sent away. Times are kept on the monotonic clock and
 * counted from before the call, so this clock is never later than the server's.
 */
export const createIdleClock = (world: IdleWorld) => {
  let idleEnd = Number.POSITIVE_INFINITY
  let limitEnd = Number.POSITIVE_INFINITY
  let reading = active
  let timer: ReturnType<typeof setTimeout> | undefined
  let trailing: ReturnType<typeof setTimeout> | undefined
  let reportedAt = Number.NEGATIVE_INFINITY
  let gestureAt = Number.NEGATIVE_INFINITY
  let asking = false
  let seen = { monotonic: world.monotonic(), wall: world.wall() }
  const watchers = new Set<() => void>()

  const show = (next: IdleReading) => {
    const same =
      next.phase === reading.phase && next.secondsLeft === reading.secondsLeft && next.because === reading.because
    if (same) return
    reading = next
    for (const tell of watchers) tell()
  }

  const take = (ends: SessionEnds, from: number) => {
    idleEnd = from + (ends.idleEndsAt - ends.now)
    limitEnd = from + (ends.absoluteEndsAt - ends.now)
    tick()
  }

  const end = () => {
    clearTimeout(timer)
    clearTimeout(trailing)
    show({ phase: 'ended', because: limitEnd <= idleEnd ? 'limit' : 'idle', secondsLeft: 0 })
  }

  const askServer = async () => {
    if (asking) return
    asking = true
    const from = world.monotonic()
    try {
      const ends = await world.ask()
      if (ends === null) return end()
      take(ends, from)
    } catch {
      // Nobody could be asked: what is known here decides.
      if (world.monotonic() >= Math.min(idleEnd, limitEnd)) end()
    } finally {
      asking = false
    }
  }

  const slept = () => {
    const now = { monotonic: world.monotonic(), wall: world.wall() }
    const gap = now.wall - seen.wall - (now.monotonic - seen.monotonic)
    seen = now
    return Math.abs(gap) > 5_000
  }

  const tick = () => {
    clearTimeout(timer)
    if (reading.phase === 'ended') return
    const left = Math.min(idleEnd, limitEnd) - world.monotonic()
    const because = limitEnd <= idleEnd ? 'limit' : 'idle'
    if (slept()) void askServer()
    if (left <= -patienceMs) return end()
    if (left <= 0) {
      show({ phase: 'warning', because, secondsLeft: 0 })
      void askServer()
      timer = setTimeout(tick, 1_000)
      return
    }
    const warn = left <= warningMs
    show(warn ? { phase: 'warning', because, secondsLeft: Math.ceil(left / 1_000) } : active)
    const next = warn ? left - (Math.ceil(left / 1_000) - 1) * 1_000 : left - warningMs
    timer = setTimeout(tick, Math.max(10, Math.min(next, longestTick)))
  }

  const report = async () => {
    clearTimeout(trailing)
    trailing = undefined
    const from = world.monotonic()
    reportedAt = from
    try {
      take(await world.report(from - gestureAt), from)
      world.tell(timeLeft())
    } catch {
      // The next gesture tries again; the end asks the server anyway.
    }
  }

  const timeLeft = (): TimeLeft => ({ idleMs: idleEnd - world.monotonic(), limitMs: limitEnd - world.monotonic() })

  return {
    /** Takes over what an answer of the server said; `askedAt` is the monotonic time before the call. */
    sync: take,
    /** The person did something. */
    gesture() {
      if (reading.phase === 'ended') return
      gestureAt = world.monotonic()
      const wait = reading.phase === 'warning' ? 0 : reportedAt + reportEveryMs - gestureAt
      if (wait <= 0) void report()
      else trailing ??= setTimeout(() => void report(), wait)
    },
    /** Another tab knows of a later end. */
    hear(left: TimeLeft) {
      const now = world.monotonic()
      idleEnd = Math.max(idleEnd, now + left.idleMs)
      limitEnd = Math.max(limitEnd, now + left.limitMs)
      tick()
    },
    /** Something says that the session may be over: ask. */
    recheck: () => void askServer(),
    /** The page became visible, or the machine woke: look again. */
    look: () => (slept() ? void askServer() : tick()),
    reading: () => reading,
    subscribe(tell: () => void) {
      watchers.add(tell)
      return () => {
        watchers.delete(tell)
      }
    },
    stop() {
      clearTimeout(timer)
      clearTimeout(trailing)
    },
  }
}

export type IdleClock = ReturnType<typeof createIdleClock>
