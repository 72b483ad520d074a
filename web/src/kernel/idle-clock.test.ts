import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createIdleClock, type IdleClock, type SessionEnds, type TimeLeft } from './idle-clock.ts'

const minutes = (n: number) => n * 60_000
const idle = minutes(20)
const life = minutes(12 * 60)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A server and its tabs: each has a monotonic clock of its own, and they hear each other. */
const browserWith = (tabs: number) => {
  const started = Date.now()
  let gestureAt = started
  let reachable = true
  const ends = (): SessionEnds => ({ idleEndsAt: gestureAt + idle, absoluteEndsAt: started + life, now: Date.now() })
  const clocks: IdleClock[] = []
  for (let i = 0; i < tabs; i++)
    clocks.push(
      createIdleClock({
        monotonic: () => Date.now() - started + i * 1_000_000,
        wall: () => Date.now(),
        report: async (agoMs) => {
          if (!reachable) throw new Error('unreachable')
          gestureAt = Math.max(gestureAt, Date.now() - agoMs)
          return ends()
        },
        ask: async () => {
          if (!reachable) throw new Error('unreachable')
          return Date.now() >= Math.min(gestureAt + idle, started + life) ? null : ends()
        },
        tell: (left: TimeLeft) => {
          for (const [j, other] of clocks.entries()) if (j !== i) other.hear(left)
        },
      }),
    )
  for (const [i, clock] of clocks.entries()) clock.sync(ends(), i * 1_000_000)
  return {
    clocks,
    phases: () => clocks.map((clock) => clock.reading().phase),
    cutOff: () => {
      reachable = false
    },
  }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('SE03 the tabs of a browser', () => {
  test('warn together at 18:00, not a moment sooner, and are out together at 20:00', async () => {
    const { phases } = browserWith(3)
    await pass(minutes(18) - 100)
    expect(phases()).toEqual(['active', 'active', 'active'])
    await pass(200)
    expect(phases()).toEqual(['warning', 'warning', 'warning'])
    await pass(minutes(2) - 1_000)
    expect(phases()).toEqual(['warning', 'warning', 'warning'])
    await pass(2_000)
    expect(phases()).toEqual(['ended', 'ended', 'ended'])
  })

  test('count the seconds of the warning down alike', async () => {
    const { clocks } = browserWith(3)
    await pass(minutes(19) + 500)
    expect(clocks.map((clock) => clock.reading().secondsLeft)).toEqual([60, 60, 60])
  })

  test('stay, all of them, by one gesture in one of them, for another 20:00', async () => {
    const { clocks, phases } = browserWith(3)
    await pass(minutes(19))
    clocks[1]?.gesture()
    await pass(100)
    expect(phases()).toEqual(['active', 'active', 'active'])
    await pass(minutes(18) - 1_000)
    expect(phases()).toEqual(['active', 'active', 'active'])
    await pass(2_000)
    expect(phases()).toEqual(['warning', 'warning', 'warning'])
    await pass(minutes(2))
    expect(phases()).toEqual(['ended', 'ended', 'ended'])
  })

  test('count from the gesture itself, also where its report waited', async () => {
    const { clocks, phases } = browserWith(2)
    clocks[0]?.gesture()
    await pass(15_000)
    clocks[0]?.gesture()
    await pass(minutes(20) - 1_000)
    expect(phases()).toEqual(['warning', 'warning'])
    await pass(2_000)
    expect(phases()).toEqual(['ended', 'ended'])
  })

  test('do not stay because they are looked at, or hear nothing from the server', async () => {
    const { clocks, phases, cutOff } = browserWith(2)
    cutOff()
    for (let minute = 0; minute < 20; minute++) {
      await pass(minutes(1))
      for (const clock of clocks) clock.look()
    }
    await pass(5_000)
    expect(phases()).toEqual(['ended', 'ended'])
  })
})
