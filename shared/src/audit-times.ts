import { Temporal } from 'temporal-polyfill'

const nowIn = (now: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)

/** From when on each of the usual stretches is, ms; days are those of the zone's calendar, however long they are. */
export const presets = {
  today: { says: 'Today', from: (now: number, zone: string) => nowIn(now, zone).startOfDay().epochMilliseconds },
  day: { says: 'Last 24 hours', from: (now: number) => now - 24 * 3_600_000 },
  week: {
    says: 'Last 7 days',
    from: (now: number, zone: string) => nowIn(now, zone).subtract({ days: 7 }).startOfDay().epochMilliseconds,
  },
  month: {
    says: 'Last 30 days',
    from: (now: number, zone: string) => nowIn(now, zone).subtract({ days: 30 }).startOfDay().epochMilliseconds,
  },
} as const

/** A moment as the zone's wall clock shows it, as a `datetime-local` field writes it. */
export const wallOf = (ms: number, zone: string): string =>
  nowIn(ms, zone).toPlainDateTime().toString({ smallestUnit: 'minute' })

/**
 * The moment at which the zone's clock shows `wall`; `undefined` for what is no such text. An hour that comes twice is
 * its first for the beginning of a stretch and its second for the end, so that nothing is left out.
 */
export const momentOf = (wall: string, zone: string, edge: 'from' | 'to'): number | undefined => {
  try {
    const disambiguation = edge === 'from' ? 'earlier' : 'later'
    return Temporal.PlainDateTime.from(wall).toZonedDateTime(zone, { disambiguation }).epochMilliseconds
  } catch {
    return undefined
  }
}
