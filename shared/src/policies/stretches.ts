import type { Rule } from './policy.ts'
import { openBetween, type Window } from './windows.ts'
import { type Span, spansBetween } from './zone-clock.ts'

/** A stretch of time in ms since the epoch; `null` where no end was found within `furthest`. */
export interface Stretch {
  from: number | null
  /** Not included. */
  until: number | null
}

/** A wall time that a window means and that the clocks leave out, or show twice. */
export interface ClockNote {
  kind: 'skipped' | 'doubled'
  /** When the clocks are changed, ms since the epoch. */
  at: number
  /** Wall times `YYYY-MM-DDTHH:MM` of the part that is left out or comes twice. */
  from: string
  to: string
}

const day = 86_400_000
/** Nothing is looked for further away than this, ms. */
export const furthest = 400 * day
/** Most answers are found within days: the search widens step by step. */
const horizons = [9 * day, 45 * day, furthest]

/** When windows are open between two moments: merged, in order; `undefined` where the zone is not known. */
const openStretches = (windows: readonly Window[], spans: readonly Span[]): { from: number; until: number }[] => {
  const found = spans
    .flatMap(({ from, until, offset }) =>
      openBetween(windows, from + offset, until + offset).map(([a, b]) => ({ from: a - offset, until: b - offset })),
    )
    .sort((a, b) => a.from - b.from)
  const merged: { from: number; until: number }[] = []
  for (const one of found) {
    const last = merged.at(-1)
    if (last && one.from <= last.until) last.until = Math.max(last.until, one.until)
    else merged.push(one)
  }
  return merged
}

/** The stretches of one side of a rule around a moment, cut off at the horizon: there `null` stands for an end. */
const stretchesWithin = (side: 'inside' | 'outside', windows: readonly Window[], spans: readonly Span[]): Stretch[] => {
  const [first, end] = [spans[0]?.from ?? 0, spans.at(-1)?.until ?? 0]
  const open = openStretches(windows, spans)
  const edges =
    side === 'inside'
      ? open
      : [{ until: first }, ...open].map(({ until }, i) => ({ from: until, until: open[i]?.from ?? end }))
  return edges
    .filter(({ from, until }) => from < until)
    .map(({ from, until }) => ({ from: from <= first ? null : from, until: until >= end ? null : until }))
}

/**
 * The stretches in which one side of a rule holds: the one that runs at `now`, if one does, and those that follow, `n`
 * of them at the most; `undefined` where the zone is not known. With them, where clocks change meanwhile.
 */
export const stretchesFrom = (
  { windows }: Pick<Rule, 'windows'>,
  side: 'inside' | 'outside',
  zone: string,
  now: number,
  n: number,
): { stretches: Stretch[]; spans: Span[] } | undefined => {
  for (const horizon of horizons) {
    const spans = spansBetween(zone, now - horizon, now + horizon)
    if (!spans) return undefined
    const stretches = stretchesWithin(side, windows, spans)
      .filter(({ until }) => until === null || until > now)
      .slice(0, n)
    const isWhole = stretches.length === n && stretches.every(({ from, until }) => from !== null && until !== null)
    if (isWhole || horizon === furthest) return { stretches, spans }
  }
  return undefined
}

const wall = (ms: number): string => new Date(ms).toISOString().slice(0, 16)

/** What the changes of the clocks between these spans do to windows. */
export const clockNotes = (windows: readonly Window[], spans: readonly Span[]): ClockNote[] =>
  spans.slice(1).flatMap(({ from: at, offset }, i) => {
    const before = spans[i]?.offset ?? offset
    const kind = offset > before ? ('skipped' as const) : ('doubled' as const)
    const parts = openBetween(windows, at + Math.min(before, offset), at + Math.max(before, offset))
    return parts.map(([from, to]) => ({ kind, at, from: wall(from), to: wall(to) }))
  })
