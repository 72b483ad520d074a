import type { Opening } from '@gatehouse/shared/policies/answer'
import { dateTime, dayOf, timeOfDay } from '../../kernel/format.ts'

const weekdayIn = (ms: number, zone: string) =>
  new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: zone }).format(ms)

const moment = (ms: number, zone: string) => `${weekdayIn(ms, zone)} ${dateTime(ms, zone)}`

/** When it opens and shuts by the clock of a zone: `Mon 23 Nov 2026, 08:00–17:00`, `open now, until …`. */
export const openingSays = ({ from, until }: Pick<Opening, 'from' | 'until'>, zone: string, now: number): string => {
  if (from === null || from <= now)
    return until === null ? 'open now, with no end in sight' : `open now, until ${moment(until, zone)}`
  if (until === null) return `${moment(from, zone)}, with no end in sight`
  return dayOf(from, zone) === dayOf(until, zone)
    ? `${moment(from, zone)}–${timeOfDay(until, zone)}`
    : `${moment(from, zone)} – ${moment(until, zone)}`
}
