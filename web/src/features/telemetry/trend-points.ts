import type { TrendView } from '@gatehouse/shared/views/telemetry'

/** What a chart draws: times in seconds, and `null` where the line is broken. */
export type TrendPoints = [times: number[], values: (number | null)[]]

/**
 * The points of a trend with its left edge drawn from the last value before, its gaps broken, and the last value held
 * on to the right edge as long as it is not older than a gap.
 */
export const trendPoints = (trend: TrendView): TrendPoints => {
  const times: number[] = []
  const values: (number | null)[] = []
  const put = (at: number, value: number | null) => {
    times.push(at / 1_000)
    values.push(value)
  }
  let last = trend.before
  if (last && trend.from - last[0] <= trend.gapAfter) put(trend.from, last[1])
  for (const point of trend.points) {
    if (last && point[0] - last[0] > trend.gapAfter && values.length > 0) put((last[0] + point[0]) / 2, null)
    put(point[0], point[1])
    last = point
  }
  if (last && values.length > 0) {
    if (trend.to - last[0] <= trend.gapAfter) put(trend.to, last[1])
    else put(trend.to, null)
  }
  return [times, values]
}

/** Least, mean and greatest of what was measured in the window; `null` where nothing was. */
export const summary = (trend: TrendView): { least: number; greatest: number; last: number } | null => {
  const values = trend.points.map(([, value]) => value)
  const last = values.at(-1)
  if (last === undefined) return null
  return { least: Math.min(...values), greatest: Math.max(...values), last }
}
