import type { TrendView } from '@gatehouse/shared/views/telemetry'
import { describe, expect, test } from 'vitest'
import { trendPoints } from './trend-points.ts'

const trend = (given: Partial<TrendView>): TrendView => ({
  key: 'weight',
  from: 100_000,
  to: 200_000,
  zone: 'UTC',
  before: null,
  points: [],
  thinned: false,
  gapAfter: 30_000,
  ...given,
})

describe('the points of a trend', () => {
  test('the line begins at the left edge with the last value before it', () => {
    expect(trendPoints(trend({ before: [95_000, 7], points: [[110_000, 8]], to: 120_000 }))).toEqual([
      [100, 110, 120],
      [7, 8, 8],
    ])
  })

  test('a value older than a gap does not reach into the window', () => {
    expect(trendPoints(trend({ before: [10_000, 7] }))).toEqual([[], []])
  })

  test('a silence longer than the gap breaks the line, and so does the right edge', () => {
    const points: [number, number][] = [
      [110_000, 1],
      [150_000, 2],
    ]
    expect(trendPoints(trend({ points }))).toEqual([
      [110, 130, 150, 200],
      [1, null, 2, null],
    ])
  })

  test('nothing measured is nothing drawn', () => {
    expect(trendPoints(trend({}))).toEqual([[], []])
  })
})
