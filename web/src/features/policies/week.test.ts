import { plainRule } from '@gatehouse/shared/policies/policy'
import { isOpenAt, type Window } from '@gatehouse/shared/policies/windows'
import { windowSays } from '@gatehouse/shared/policies/words'
import { describe, expect, test } from 'vitest'
import { cellOf, drawingOf, faultsOf, painted, slots, type Week, windowsOf } from './week.ts'

const empty: Week = Array.from({ length: 7 * slots }, () => false)
const says = (week: Week) => windowsOf(week).map(windowSays)
const window = (from: string, to: string, more: Partial<Window> = {}): Window => ({
  from,
  to,
  weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  dates: [],
  except: [],
  ...more,
})
/** The half hour of a wall clock in a week that begins on Monday 2026-11-23. */
const wallOf = (cell: number) => Date.UTC(2026, 10, 23) + cell * 1_800_000

describe('a drawn week', () => {
  test('becomes one window for the same time on several days', () => {
    const office = painted(empty, cellOf(0, 16), cellOf(4, 33), true)
    expect(says(office)).toEqual(['Mon–Fri 08:00–17:00'])
    // The corners may be named either way round, and a part can be shut again.
    expect(painted(empty, cellOf(4, 33), cellOf(0, 16), true)).toEqual(office)
    expect(says(painted(office, cellOf(4, 24), cellOf(4, 33), false))).toEqual([
      'Fri 08:00–12:00',
      'Mon–Thu 08:00–17:00',
    ])
  })

  test('passes midnight as one window, also from Sunday to Monday', () => {
    const night = painted(painted(empty, cellOf(6, 44), cellOf(6, 47), true), cellOf(0, 0), cellOf(0, 11), true)
    expect(says(night)).toEqual(['Sun 22:00–06:00 the next day'])
    expect(says(painted(empty, cellOf(5, 0), cellOf(6, 47), true))).toEqual(['Sat, Sun 00:00–24:00'])
    expect(says(empty.map(() => true))).toEqual(['every day 00:00–24:00'])
  })

  test('AP10 means the very half hours that were drawn, whatever they are', () => {
    // A fixed sequence of a small generator: every failure can be played again.
    let seed = 20_261_122
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    for (let round = 0; round < 200; round++) {
      let week = empty
      for (let strokes = 0; strokes < 6; strokes++) {
        const corner = () => Math.floor(random() * empty.length)
        week = painted(week, corner(), corner(), random() < 0.7)
      }
      const windows = windowsOf(week)
      const open = week.map((_, cell) => isOpenAt(windows, wallOf(cell)) && isOpenAt(windows, wallOf(cell) + 1_799_999))
      expect(open, JSON.stringify(windows)).toEqual(week)
      expect(drawingOf(windows)).toEqual({ week, fixed: empty, except: [], others: [] })
    }
  })

  test('keeps what it cannot show: dates, other minutes, and exceptions of their own', () => {
    const christmas = ['2026-12-25']
    const office = window('08:00', '17:00', { except: christmas })
    const others = [
      window('08:15', '09:00'),
      window('20:00', '22:00', { weekdays: [], dates: ['2027-01-04'] }),
      window('18:00', '19:00', { except: ['2026-12-24'] }),
    ]
    const drawing = drawingOf([office, ...others])
    expect(drawing.others).toEqual(others)
    expect(windowsOf(drawing.week, drawing.except)).toEqual([office])
    expect([15, 16, 17, 18].map((slot) => drawing.fixed[cellOf(0, slot)])).toEqual([false, true, true, false])
    expect(drawing.fixed[cellOf(0, 40)]).toBe(false)
  })
})

test('what cannot be saved is said at its field', () => {
  const rule = plainRule('never', { inside: 'ask' })
  expect(faultsOf(rule)).toEqual({ windows: 'Say when: without a window the same holds at all times' })
  expect(faultsOf({ ...rule, windows: [window('25:00', '17:00')] })).toEqual({
    'windows.0.from': 'Give a time such as 08:30',
  })
  expect(faultsOf({ ...rule, windows: [window('08:00', '17:00', { weekdays: [] })] })).toEqual({
    'windows.0.weekdays': 'Choose a day',
  })
  expect(faultsOf({ ...rule, windows: [window('08:00', '17:00')] })).toEqual({})
  // What is being typed is no time, and draws nothing.
  expect(drawingOf([window('8', '17:00')]).week.some(Boolean)).toBe(false)
})
