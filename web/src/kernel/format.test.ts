import { describe, expect, test } from 'vitest'
import { dateTime, dayOf, isKnownZone, sameClock, timeOfDay, zoneName } from './format.ts'

const at = (text: string) => Date.parse(text)

describe('a moment on the clock of a zone', () => {
  test.each([
    ['UTC', '15 Jan 2026, 12:00'],
    ['Europe/Zurich', '15 Jan 2026, 13:00'],
    ['Asia/Kolkata', '15 Jan 2026, 17:30'],
    ['Asia/Kathmandu', '15 Jan 2026, 17:45'],
    ['Australia/Adelaide', '15 Jan 2026, 22:30'],
    ['America/St_Johns', '15 Jan 2026, 08:30'],
    ['Pacific/Marquesas', '15 Jan 2026, 02:30'],
    ['Pacific/Kiritimati', '16 Jan 2026, 02:00'],
  ])('%s: %s', (zone, says) => {
    expect(dateTime(at('2026-01-15T12:00:00Z'), zone)).toBe(says)
  })

  test('jumps over the hour that summer time leaves out', () => {
    expect(dateTime(at('2026-03-29T00:59:59Z'), 'Europe/Zurich', { seconds: true })).toBe('29 Mar 2026, 01:59:59')
    expect(dateTime(at('2026-03-29T01:00:00Z'), 'Europe/Zurich', { seconds: true })).toBe('29 Mar 2026, 03:00:00')
  })

  test('tells the hour that there is twice apart by the name of the zone', () => {
    const [first, second] = [at('2026-10-25T00:30:00Z'), at('2026-10-25T01:30:00Z')]
    expect([dateTime(first, 'Europe/Zurich'), zoneName(first, 'Europe/Zurich')]).toEqual(['25 Oct 2026, 02:30', 'CEST'])
    expect([dateTime(second, 'Europe/Zurich'), zoneName(second, 'Europe/Zurich')]).toEqual([
      '25 Oct 2026, 02:30',
      'CET',
    ])
  })

  test('knows a summer time of half an hour', () => {
    expect(timeOfDay(at('2026-04-04T14:59:00Z'), 'Australia/Lord_Howe')).toBe('01:59')
    expect(timeOfDay(at('2026-04-04T15:00:00Z'), 'Australia/Lord_Howe')).toBe('01:30')
    expect(zoneName(at('2026-04-04T15:00:00Z'), 'Asia/Kolkata')).toBe('GMT+5:30')
  })

  test('has midnight as 00:00 of the day that begins', () => {
    expect(dateTime(at('2026-01-14T23:00:00Z'), 'Europe/Zurich')).toBe('15 Jan 2026, 00:00')
    expect(dayOf(at('2026-01-14T22:59:59Z'), 'Europe/Zurich')).toBe('14 Jan 2026')
  })
})

describe('two zones', () => {
  test('are alike as long as their clocks are, whatever they are called', () => {
    const [winter, summer] = [at('2026-01-15T12:00:00Z'), at('2026-07-15T12:00:00Z')]
    expect(sameClock(winter, 'Asia/Kolkata', 'Asia/Calcutta')).toBe(true)
    expect(sameClock(winter, 'Europe/Zurich', 'Europe/Berlin')).toBe(true)
    // London is on UTC in winter only; Tunis knows no summer time.
    expect([sameClock(winter, 'Europe/London', 'UTC'), sameClock(summer, 'Europe/London', 'UTC')]).toEqual([
      true,
      false,
    ])
    expect(sameClock(summer, 'Europe/Zurich', 'Africa/Tunis')).toBe(false)
    // The same time of day, a day apart.
    expect(sameClock(winter, 'Pacific/Honolulu', 'Pacific/Kiritimati')).toBe(false)
  })

  test('of which a browser does not know one do not stop the page', () => {
    expect([isKnownZone('Europe/Zurich'), isKnownZone('Mars/Olympus_Mons')]).toEqual([true, false])
  })
})
