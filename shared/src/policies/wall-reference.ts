import { type Window, weekdays } from './windows.ts'

/** What the wall clock of a zone shows: slow, and asked of nobody but Intl. For tests. */
export interface Wall {
  /** `YYYY-MM-DD` */
  date: string
  /** `HH:MM` */
  time: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
const formatOf = (zone: string): Intl.DateTimeFormat => {
  const found =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
  formats.set(zone, found)
  return found
}

/** What the wall clock shows at `at`. */
export const wallOf = (zone: string, at: number): Wall => {
  // 03/29/2026, 02:30
  const text = formatOf(zone).format(at)
  return { date: `${text.slice(6, 10)}-${text.slice(0, 2)}-${text.slice(3, 5)}`, time: text.slice(12, 17) }
}

/** The difference between wall clock and UTC in minutes. */
export const offsetOf = (zone: string, at: number): number => {
  const { date, time } = wallOf(zone, at)
  return Math.round((Date.parse(`${date}T${time}Z`) - Math.floor(at / 60_000) * 60_000) / 60_000)
}

const dayOf = (date: string) => weekdays[(new Date(`${date}T12:00Z`).getUTCDay() + 6) % 7]
const dayBefore = (date: string) => new Date(Date.parse(`${date}T12:00Z`) - 86_400_000).toISOString().slice(0, 10)

/** True where a window is open while the wall clock shows this, as one would say it aloud. */
export const saysOpen = (windows: readonly Window[], { date, time }: Wall): boolean =>
  windows.some(({ from, to, weekdays: days, dates, except }) => {
    const begins = (day: string) => {
      const weekday = dayOf(day)
      return !except.includes(day) && (dates.includes(day) || (weekday !== undefined && days.includes(weekday)))
    }
    if (from < to) return begins(date) && from <= time && time < to
    return (begins(date) && from <= time) || (begins(dayBefore(date)) && time < to)
  })
