import { expect, test } from 'vitest'
import { momentOf, presets, wallOf } from './audit-times.ts'

const zurich = 'Europe/Zurich'

test('days are days of the zone, also where the clocks were changed', () => {
  const noon = Date.UTC(2026, 2, 29, 10)
  expect(presets.today.from(noon, zurich)).toBe(Date.UTC(2026, 2, 28, 23))
  expect(presets.week.from(noon, zurich)).toBe(Date.UTC(2026, 2, 21, 23))
  expect(presets.week.from(Date.UTC(2026, 3, 2, 10), zurich)).toBe(Date.UTC(2026, 2, 25, 23))
  expect(presets.today.from(noon, 'Pacific/Kiritimati')).toBe(Date.UTC(2026, 2, 29, 10))
})

test('an hour that comes twice is taken whole, and one that does not come is none', () => {
  expect(momentOf('2026-10-25T02:30', zurich, 'from')).toBe(Date.UTC(2026, 9, 25, 0, 30))
  expect(momentOf('2026-10-25T02:30', zurich, 'to')).toBe(Date.UTC(2026, 9, 25, 1, 30))
  expect(momentOf('2026-03-29T02:30', zurich, 'from')).toBe(Date.UTC(2026, 2, 29, 0, 30))
  expect(momentOf('', zurich, 'from')).toBeUndefined()
  expect(wallOf(Date.UTC(2026, 9, 25, 1, 30), zurich)).toBe('2026-10-25T02:30')
})
