import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explain, holdsUntil, inGrace, mayGoOn, nextOpenings, policyAnswer, runsUntil } from './answer.ts'
import { type PolicyLevel, plainRule, type Rule } from './policy.ts'
import { offsetOf, saysOpen, wallOf } from './wall-reference.ts'
import { Window, weekdays } from './windows.ts'
import { noteSays } from './words.ts'
import { wallAt } from './zone-clock.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const [first, last] = [Date.UTC(2020, 0, 1), Date.UTC(2030, 0, 1)]

/** Every change of the clocks of a zone in these ten years, found by asking Intl week by week and then halving. */
const changesOf = (zone: string): { at: number; before: number; after: number }[] => {
  const changes = []
  let before = offsetOf(zone, first)
  for (let at = first; at < last; at += 7 * day) {
    const after = offsetOf(zone, at + 7 * day)
    if (after === before) continue
    let [low, high] = [at, at + 7 * day]
    while (high - low > minute) {
      const middle = low + Math.floor((high - low) / minute / 2) * minute
      if (offsetOf(zone, middle) === before) low = middle
      else high = middle
    }
    changes.push({ at: high, before, after: offsetOf(zone, high) })
    // Two changes within a week: the second is found from the first.
    if (offsetOf(zone, high) !== after) at = high - 7 * day
    before = offsetOf(zone, high)
  }
  return changes
}

const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC']
const allChanges = zones.flatMap((zone) => changesOf(zone).map((change) => ({ zone, ...change })))
/** Zones that change alike are one case. */
const cases = [...new Map(allChanges.map((one) => [`${one.at} ${one.before} ${one.after}`, one])).values()]

const two = (n: number) => String(n).padStart(2, '0')
const clock = (minutes: number) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
const dateAt = (at: number) => new Date(at).toISOString().slice(0, 10)
const window = (from: string, to: string, more: Partial<Window> = {}): Window =>
  Window.parse({ from, to, weekdays: [...weekdays], ...more })
const rule = (...windows: Window[]): Rule => plainRule('never', { inside: 'ask', windows })
const levelsOf = (one: Rule, zone: string): PolicyLevel[] => [
  { level: 'site', zone, rules: { 'session.terminal': one } },
]
const inside = (one: Rule, zone: string, at: number) =>
  policyAnswer(levelsOf(one, zone), 'session.terminal', at) === one.inside

const minutes = fc.oneof(
  fc.integer({ min: 0, max: 1_439 }),
  fc.integer({ min: 0, max: 95 }).map((n) => n * 15),
)
/** Windows of all kinds, with dates within two days of `at`. */
const windowsNear = (at: number): fc.Arbitrary<Window[]> => {
  const dates = fc.uniqueArray(
    fc.integer({ min: -2, max: 2 }).map((n) => dateAt(at + n * day)),
    { maxLength: 3 },
  )
  return fc.array(
    fc
      .record({
        from: minutes.map(clock),
        to: fc.oneof({ weight: 9, arbitrary: minutes.map(clock) }, { weight: 1, arbitrary: fc.constant('24:00') }),
        weekdays: fc.subarray([...weekdays]),
        dates,
        except: dates,
      })
      .filter((one) => Window.safeParse(one).success),
    { minLength: 1, maxLength: 3 },
  )
}

describe('AP10 windows are what the wall clock of the site shows', () => {
  test('the cases are those that were meant', () => {
    expect(cases.length).toBeGreaterThan(300)
    for (const zone of ['Europe/Dublin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Apia', 'Asia/Tehran'])
      expect([zone, allChanges.some((one) => one.zone === zone)]).toEqual([zone, true])
    expect(new Set(cases.map(({ before, after }) => after - before))).toContain(30)
    // Ramadan: out and back within five weeks, twice a year in some years.
    expect(allChanges.filter(({ zone }) => zone === 'Africa/Casablanca').length).toBeGreaterThan(18)
  })

  test('minute by minute around every change of the clocks that any zone makes in ten years', () => {
    let compared = 0
    for (const { zone, at, before } of cases) {
      const walls: [number, ReturnType<typeof wallOf>][] = []
      for (let t = at - 75 * minute; t < at + 75 * minute; t += minute) walls.push([t, wallOf(zone, t)])
      for (let t = at - 27 * hour; t < at + 27 * hour; t += 40 * minute) walls.push([t, wallOf(zone, t)])
      const local = ((((at / minute + before) % 1_440) + 1_440) % 1_440) / 60
      // Those that begin, end or lie wholly in what is left out or comes twice, and a few of all kinds.
      const around = [-60, -30, 0, 30].flatMap((shift) => {
        const start = (((local * 60 + shift) % 1_440) + 1_440) % 1_440
        return [30, 600].map((length) => [window(clock(start), clock((start + length) % 1_440))])
      })
      for (const windows of [...around, ...fc.sample(windowsNear(at), { numRuns: 4, seed: at / hour })]) {
        const one = rule(...windows)
        for (const [t, wall] of walls) {
          compared += 1
          if (inside(one, zone, t) !== saysOpen(windows, wall))
            expect([zone, new Date(t).toISOString(), windows, inside(one, zone, t)]).toEqual(saysOpen(windows, wall))
        }
      }
    }
    expect(compared).toBeGreaterThan(500_000)
  }, 180_000)

  test('in any zone, at any time of ten years', () => {
    const moment = fc.integer({ min: first / minute, max: last / minute }).map((n) => n * minute)
    const asked = moment.chain((at) => fc.tuple(fc.constant(at), fc.constantFrom(...zones), windowsNear(at)))
    fc.assert(
      fc.property(asked, ([at, zone, windows]) => {
        expect(inside(rule(...windows), zone, at)).toBe(saysOpen(windows, wallOf(zone, at)))
      }),
      { numRuns: 1_500 },
    )
  }, 180_000)

  test('the openings that are announced are those that come, around changes of the clocks', () => {
    const asked = fc
      .constantFrom(...cases)
      .chain((one) => fc.tuple(fc.constant(one), windowsNear(one.at), fc.integer({ min: -40, max: 10 }), fc.boolean()))
    fc.assert(
      fc.property(asked, ([{ zone, at }, windows, hours, turned]) => {
        const one = turned ? plainRule('ask', { inside: 'never', windows }) : rule(...windows)
        const now = at + hours * hour + 17_000
        const openings = nextOpenings(one, zone, now, 60)
        for (const { from, until } of openings)
          expect((from ?? Number.NEGATIVE_INFINITY) < (until ?? Number.POSITIVE_INFINITY)).toBe(true)
        for (let t = now; t < now + 3 * day; t += 7 * minute) {
          const open = openings.some(({ from, until }) => (from === null || from <= t) && (until === null || t < until))
          expect(open).toBe(saysOpen(windows, wallOf(zone, t)) !== turned)
          // What is explained is what is decided, and holds until the moment it says.
          if ((t - now) % (5 * hour) !== 0) continue
          const told = explain(levelsOf(one, zone), 'session.terminal', t)
          expect(told.answer).toBe(policyAnswer(levelsOf(one, zone), 'session.terminal', t))
          if (told.until === null) continue
          for (const [when, same] of [
            [told.until - 1, true],
            [told.until, false],
          ] as const)
            expect(policyAnswer(levelsOf(one, zone), 'session.terminal', when) === told.answer).toBe(same)
          if (told.opening) expect(told.opening.from).toBe(told.until)
        }
      }),
      { numRuns: 100 },
    )
  }, 180_000)
})

const utc = (text: string) => Date.parse(`${text}Z`)
const openings = (one: Rule, zone: string, now: string, n: number) =>
  nextOpenings(one, zone, utc(now), n).map(({ from, until, notes }) => [
    from === null ? null : new Date(from).toISOString().slice(0, 16),
    until === null ? null : new Date(until).toISOString().slice(0, 16),
    ...notes.map(noteSays),
  ])

describe('AP10 hours that the clocks leave out or show twice', () => {
  const night = rule(window('02:00', '03:00'))

  test('the hour that is left out does not take place, and the next opening says so', () => {
    expect(openings(night, 'Europe/Zurich', '2026-03-28T12:00', 2)).toEqual([
      [
        '2026-03-30T00:00',
        '2026-03-30T01:00',
        'On 2026-03-29 the clocks leave 02:00–03:00 out: that part does not take place.',
      ],
      ['2026-03-31T00:00', '2026-03-31T01:00'],
    ])
    expect(openings(rule(window('01:30', '04:00')), 'Europe/Zurich', '2026-03-28T12:00', 1)).toEqual([
      [
        '2026-03-29T00:30',
        '2026-03-29T02:00',
        'On 2026-03-29 the clocks leave 02:00–03:00 out: that part does not take place.',
      ],
    ])
  })

  test('the hour that comes twice counts both times', () => {
    expect(openings(night, 'Europe/Zurich', '2026-10-24T12:00', 1)).toEqual([
      ['2026-10-25T00:00', '2026-10-25T02:00', 'On 2026-10-25 the clocks show 02:00–03:00 twice: both count.'],
    ])
    // Half of it: open, shut, and open once more.
    expect(openings(rule(window('01:00', '02:30')), 'Europe/Zurich', '2026-10-24T12:00', 2)).toEqual([
      ['2026-10-24T23:00', '2026-10-25T00:30'],
      ['2026-10-25T01:00', '2026-10-25T01:30', 'On 2026-10-25 the clocks show 02:00–02:30 twice: both count.'],
    ])
  })

  test('half an hour in Lord Howe, and summer that is the usual time in Dublin', () => {
    expect(openings(night, 'Australia/Lord_Howe', '2026-10-03T12:00', 1)).toEqual([
      [
        '2026-10-03T15:30',
        '2026-10-03T16:00',
        'On 2026-10-04 the clocks leave 02:00–02:30 out: that part does not take place.',
      ],
    ])
    const one = rule(window('01:00', '02:00'))
    expect(openings(one, 'Europe/Dublin', '2026-10-24T12:00', 1)).toEqual([
      ['2026-10-25T00:00', '2026-10-25T02:00', 'On 2026-10-25 the clocks show 01:00–02:00 twice: both count.'],
    ])
  })

  test('a day that Apia never had', () => {
    const thatDay = rule(window('00:00', '24:00', { weekdays: [], dates: ['2011-12-30'] }))
    expect(openings(thatDay, 'Pacific/Apia', '2011-12-28T00:00', 1)).toEqual([])
    const daily = rule(window('08:00', '09:00'))
    expect(openings(daily, 'Pacific/Apia', '2011-12-29T12:00', 2)).toEqual([
      ['2011-12-29T18:00', '2011-12-29T19:00'],
      [
        '2011-12-30T18:00',
        '2011-12-30T19:00',
        'On 2011-12-30 the clocks leave 08:00–09:00 out: that part does not take place.',
      ],
    ])
  })

  test('quarter hours in Kathmandu, where no clock is ever changed', () => {
    expect(
      openings(rule(window('09:00', '17:00', { weekdays: ['fri'] })), 'Asia/Kathmandu', '2026-11-22T00:00', 1),
    ).toEqual([['2026-11-27T03:15', '2026-11-27T11:15']])
  })
})

describe('openings', () => {
  test('begin with the one that runs, pass midnight, and leave exceptions out', () => {
    const nights = rule(window('22:00', '04:00', { weekdays: ['fri', 'sat'], except: ['2026-11-28'] }))
    expect(openings(nights, 'Europe/Zurich', '2026-11-21T02:00', 4)).toEqual([
      ['2026-11-20T21:00', '2026-11-21T03:00'],
      ['2026-11-21T21:00', '2026-11-22T03:00'],
      ['2026-11-27T21:00', '2026-11-28T03:00'],
      ['2026-12-04T21:00', '2026-12-05T03:00'],
    ])
  })

  test('of windows that touch are one; what never ends has no end; what says the same always has none', () => {
    const both = rule(window('08:00', '12:00'), window('12:00', '13:00'))
    expect(openings(both, 'UTC', '2026-11-22T00:00', 1)).toEqual([['2026-11-22T08:00', '2026-11-22T13:00']])
    expect(openings(rule(window('00:00', '24:00')), 'Europe/Zurich', '2026-11-22T00:00', 5)).toEqual([[null, null]])
    expect(openings(plainRule('ask', { windows: [window('08:00', '09:00')] }), 'UTC', '2026-11-22T00:00', 5)).toEqual(
      [],
    )
  })

  test('a date far away is found, one that is over a year away is not', () => {
    const once = (date: string) => rule(window('08:00', '09:00', { weekdays: [], dates: [date] }))
    expect(openings(once('2027-12-01'), 'UTC', '2026-11-22T00:00', 1)).toEqual([
      ['2027-12-01T08:00', '2027-12-01T09:00'],
    ])
    expect(openings(once('2029-12-01'), 'UTC', '2026-11-22T00:00', 1)).toEqual([])
  })

  test('where the inside is the stricter side they are the times between', () => {
    const shift = plainRule('ask', { inside: 'never', windows: [window('06:00', '18:00')] })
    expect(openings(shift, 'UTC', '2026-11-22T12:00', 1)).toEqual([['2026-11-22T18:00', '2026-11-23T06:00']])
  })
})

describe('AP10 what runs when its window closes', () => {
  const shift = (more: Partial<Rule> = {}) =>
    levelsOf(plainRule('never', { inside: 'ask', windows: [window('08:00', '17:00')], ...more }), 'Europe/Zurich')
  const at = (time: string) => utc(`2026-11-23T${time}`)

  test('ends with the window, or with its grace, in which nothing begins', () => {
    expect(runsUntil(shift(), 'session.terminal', at('10:00'))).toBe(at('16:00'))
    expect(runsUntil(shift({ graceMinutes: 15 }), 'session.terminal', at('10:00'))).toBe(at('16:15'))
    expect(runsUntil(shift({ graceMinutes: 15 }), 'session.terminal', at('16:05'))).toBe(at('16:05'))
    expect(runsUntil(levelsOf(plainRule('ask'), 'Europe/Zurich'), 'session.terminal', at('10:00'))).toBeNull()
    expect(mayGoOn(shift(), 'session.terminal', at('15:59'))).toBe(true)
    expect(mayGoOn(shift(), 'session.terminal', at('16:00'))).toBe(false)
    for (const [time, goesOn] of [
      ['16:00', true],
      ['16:14', true],
      ['16:15', false],
      ['03:00', false],
    ] as const) {
      expect([time, mayGoOn(shift({ graceMinutes: 15 }), 'session.terminal', at(time))]).toEqual([time, goesOn])
      expect(policyAnswer(shift({ graceMinutes: 15 }), 'session.terminal', at(time))).toBe('never')
    }
  })

  test('a rule without windows has no grace: it never let anything through', () => {
    const never = levelsOf(plainRule('never', { graceMinutes: 60 }), 'Europe/Zurich')
    expect(inGrace(never, 'session.terminal', at('10:00'))).toBe(false)
    expect(inGrace([], 'session.terminal', at('10:00'))).toBe(false)
  })

  test('until when an answer holds depends on how much it must let through', () => {
    const levels = shift({ inside: 'always', outside: 'ask' })
    expect(holdsUntil(levels, 'session.terminal', at('10:00'), 'always')).toBe(at('16:00'))
    expect(holdsUntil(levels, 'session.terminal', at('10:00'), 'ask')).toBeNull()
    expect(holdsUntil(levels, 'session.terminal', at('20:00'), 'always')).toBe(at('20:00'))
  })
})

test('a moment between two seconds of a change belongs to the right side', () => {
  const change = utc('2026-03-29T01:00')
  for (const [at, wall] of [
    [change - 1, '2026-03-29T01:59:59.999'],
    [change, '2026-03-29T03:00:00.000'],
    [change + 1, '2026-03-29T03:00:00.001'],
  ] as const)
    expect(wallAt('Europe/Zurich', at)).toBe(utc(wall))
})
