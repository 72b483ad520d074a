import { Temporal } from 'temporal-polyfill'

/** A stretch of time in which the clocks of a zone are not put forward or back; ms since the epoch. */
export interface Span {
  from: number
  /** Not included. */
  until: number
  /** What is added to UTC to get what the wall clock shows, ms. */
  offset: number
}

const day = 86_400_000
/** A span is looked up no further than this to either side. */
const furthest = 400 * day
const mostSpans = 16
const mostZones = 1_000

/** What was looked up already: only a memory of the database of zones, which does not change while a program runs. */
const known = new Map<string, Span[]>()

const lookUp = (zone: string, at: number): Span | undefined => {
  // Clocks change on whole seconds: between two of them "before" and "after" are certain.
  const middle = Math.floor(at / 1_000) * 1_000 + 500
  try {
    const moment = Temporal.Instant.fromEpochMilliseconds(middle).toZonedDateTimeISO(zone)
    const before = moment.getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY
    const after = moment.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY
    return {
      from: Math.max(before, at - furthest),
      until: Math.min(after, at + furthest),
      offset: moment.offsetNanoseconds / 1e6,
    }
  } catch {
    return undefined
  }
}

/** The span of a zone that holds this moment; `undefined` where the zone is not known here, or the moment is none. */
export const spanAt = (zone: string, at: number): Span | undefined => {
  if (!Number.isFinite(at)) return undefined
  const spans = known.get(zone) ?? []
  const found = spans.find((span) => at >= span.from && at < span.until)
  if (found) return found
  const span = lookUp(zone, at)
  if (!span) return undefined
  if (known.size >= mostZones) known.clear()
  known.set(zone, [span, ...spans].slice(0, mostSpans))
  return span
}

/** What the wall clock of a zone shows, as ms of a UTC time; `undefined` where the zone is not known here. */
export const wallAt = (zone: string, at: number): number | undefined => {
  const span = spanAt(zone, at)
  return span && at + span.offset
}

/** The spans from `from` until `until`, cut to these ends; `undefined` where the zone is not known here. */
export const spansBetween = (zone: string, from: number, until: number): Span[] | undefined => {
  const spans: Span[] = []
  for (let at = from; at < until; ) {
    const span = spanAt(zone, at)
    if (!span) return undefined
    const last = spans.at(-1)
    const end = Math.min(span.until, until)
    if (last?.offset === span.offset) last.until = end
    else spans.push({ from: at, until: end, offset: span.offset })
    at = end
  }
  return spans
}
