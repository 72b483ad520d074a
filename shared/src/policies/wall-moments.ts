import { spansBetween } from './zone-clock.ts'

const day = 86_400_000
const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/

/** The moments at which a wall clock shows a time: one, or two where an hour comes twice, or none where it is left out. */
export type Moments =
  | { kind: 'one'; at: number }
  | { kind: 'twice'; first: number; second: number }
  /** The wall times between which the clocks leave it out, and the moment at which they do. */
  | { kind: 'skipped'; from: string; to: string; at: number }

const asIfUtc = (wall: string): number | undefined => {
  const [, ...parts] = shape.exec(wall) ?? []
  const [year, month, date, hour, minute] = parts.map(Number)
  if (year === undefined || month === undefined) return undefined
  const ms = Date.UTC(year, month - 1, date, hour, minute)
  // The 31st of February is no day, and 25:00 no time.
  return new Date(ms).toISOString().slice(0, 16) === wall ? ms : undefined
}

/** A wall time as a `datetime-local` field writes it, from ms as if it were UTC. */
const wallText = (asUtc: number) => new Date(asUtc).toISOString().slice(0, 16)

/**
 * When a wall clock in an IANA zone shows `wall` (`2027-03-28T02:30`); `undefined` for what is no such time, and for
 * a zone that is not known here. By the same clock that the rules of policies go by.
 */
export const momentsOf = (wall: string, zone: string): Moments | undefined => {
  const shown = asIfUtc(wall)
  const spans = shown === undefined ? undefined : spansBetween(zone, shown - 2 * day, shown + 2 * day)
  if (shown === undefined || !spans) return undefined
  const moments = spans
    .map(({ from, until, offset }) => ({ from, until, at: shown - offset }))
    .filter(({ from, until, at }) => at >= from && at < until)
    .map(({ at }) => at)
  const [first, second] = moments
  if (first !== undefined) return second === undefined ? { kind: 'one', at: first } : { kind: 'twice', first, second }
  for (const [i, before] of spans.entries()) {
    const after = spans[i + 1]
    const [from, to] = [before.until + before.offset, before.until + (after?.offset ?? 0)]
    if (after && shown >= from && shown < to)
      return { kind: 'skipped', from: wallText(from), to: wallText(to), at: before.until }
  }
  return undefined
}
