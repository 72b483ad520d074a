import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { momentsOf } from './wall-moments.ts'
import { wallAt } from './zone-clock.ts'

describe('AP10 a wall time of a site', () => {
  test('is one moment on most days', () => {
    expect(momentsOf('2026-11-23T08:00', 'Europe/Zurich')).toEqual({ kind: 'one', at: Date.UTC(2026, 10, 23, 7) })
  })

  test('that the clocks leave out is told as such, with what they leave out', () => {
    expect(momentsOf('2027-03-28T02:30', 'Europe/Zurich')).toEqual({
      kind: 'skipped',
      from: '2027-03-28T02:00',
      to: '2027-03-28T03:00',
      at: Date.UTC(2027, 2, 28, 1),
    })
    expect(momentsOf('2027-03-28T03:00', 'Europe/Zurich')).toEqual({ kind: 'one', at: Date.UTC(2027, 2, 28, 1) })
    // Half an hour only.
    expect(momentsOf('2026-10-04T02:15', 'Australia/Lord_Howe')).toMatchObject({
      kind: 'skipped',
      to: '2026-10-04T02:30',
    })
  })

  test('that comes twice is two moments', () => {
    expect(momentsOf('2026-10-25T02:30', 'Europe/Zurich')).toEqual({
      kind: 'twice',
      first: Date.UTC(2026, 9, 25, 0, 30),
      second: Date.UTC(2026, 9, 25, 1, 30),
    })
    // Negative summer time: Dublin's clocks are put back in winter.
    expect(momentsOf('2026-10-25T01:30', 'Europe/Dublin')).toMatchObject({ kind: 'twice' })
  })

  test.each(['', '2026-02-30T10:00', '2026-11-23T25:00', '2026-11-23', '2026-11-23T08:00:00', 'x'])(
    'is none of %j',
    (wall) => {
      expect(momentsOf(wall, 'Europe/Zurich')).toBeUndefined()
    },
  )

  test('in a zone that nobody knows is none', () => {
    expect(momentsOf('2026-11-23T08:00', 'Mars/Olympus')).toBeUndefined()
  })

  test('AP10 of any moment in any of these zones is that moment, or the other of two', () => {
    const zones = [
      'Europe/Zurich',
      'Europe/Dublin',
      'America/Chicago',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'UTC',
    ]
    const minute = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2030, 0) / 60_000 })
    fc.assert(
      fc.property(minute, fc.constantFrom(...zones), (at, zone) => {
        const wall = new Date(wallAt(zone, at * 60_000) ?? 0).toISOString().slice(0, 16)
        const found = momentsOf(wall, zone)
        const moments = found?.kind === 'one' ? [found.at] : found?.kind === 'twice' ? [found.first, found.second] : []
        return moments.includes(at * 60_000) && moments.every((one) => wallAt(zone, one) === wallAt(zone, at * 60_000))
      }),
      { numRuns: 2_000 },
    )
  })
})
