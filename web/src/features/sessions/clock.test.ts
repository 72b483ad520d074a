import { describe, expect, test } from 'vitest'
import { lasted, timeLeft, urgencyOf } from './clock.ts'

const minute = 60_000

describe('what is left of a session', () => {
  test('is told at five minutes and at one', () => {
    expect([6 * minute, 5 * minute, minute + 1, minute, 0, -1].map(urgencyOf)).toEqual([
      'none',
      'soon',
      'soon',
      'now',
      'now',
      'now',
    ])
  })
  test('is counted by the second in its last hour', () => {
    expect([90 * minute, 60 * minute, 61_000, 400].map(timeLeft)).toEqual(['1 h 30 min', '1:00:00', '01:01', '00:01'])
  })
  test('has lasted from live to end', () => {
    expect(lasted({ liveAt: 1_000, endedAt: 61_000 })).toBe(minute)
    expect([lasted({ liveAt: null, endedAt: 1 }), lasted({ liveAt: 1, endedAt: null })]).toEqual([null, null])
  })
})
