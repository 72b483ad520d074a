import { describe, expect, test } from 'vitest'
import { momentOf, wallTime } from './wall-time.ts'

describe('a wanted start is a time on the wall of the site', () => {
  test('reads back what was written, in any zone', () => {
    for (const zone of ['Europe/Zurich', 'America/Chicago', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC'])
      for (const wall of ['2025-11-22T14:00', '2026-07-01T00:30', '2026-03-29T12:00'])
        expect(wallTime(momentOf(wall, zone) ?? 0, zone)).toBe(wall)
  })
  test('is the moment the site means, not the browser', () => {
    expect(momentOf('2025-11-22T14:00', 'Europe/Zurich')).toBe(Date.UTC(2025, 10, 22, 13))
    expect(momentOf('2025-11-22T14:00', 'America/Chicago')).toBe(Date.UTC(2025, 10, 22, 20))
  })
  test('an hour that the clocks leave out is none', () => {
    expect(momentOf('2026-03-29T02:30', 'Europe/Zurich')).toBeUndefined()
    expect(momentOf('2026-03-29T03:00', 'Europe/Zurich')).toBe(Date.UTC(2026, 2, 29, 1))
  })
  test('of an hour that comes twice the first is meant', () => {
    expect(momentOf('2026-10-25T02:30', 'Europe/Zurich')).toBe(Date.UTC(2026, 9, 25, 0, 30))
    expect(wallTime(Date.UTC(2026, 9, 25, 1, 30), 'Europe/Zurich')).toBe('2026-10-25T02:30')
  })
  test('other text is none', () => {
    for (const text of ['', '2026-03-29', 'now', '2026-13-01T00:00', '2026-02-30T10:00'])
      expect(momentOf(text, 'UTC')).toBeUndefined()
  })
})
