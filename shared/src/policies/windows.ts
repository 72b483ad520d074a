import { z } from 'zod'

/** The days of a week by their short names, in their order. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

const dayMs = 86_400_000
const minuteMs = 60_000

const From = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Give a time such as 08:30')
const To = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Give a time such as 17:00, or 24:00')
const Day = z.iso.date('Give a date such as 2026-03-29')
const Days = z.array(Day).max(100, 'No more than 100 dates').default([])

/**
 * A time of the day on certain days, by the wall clock of the site: from `from` until before `to`, on the next day
 * where `to` is not later. The days are those on which it begins.
 */
export const Window = z
  .strictObject({
    from: From,
    to: To,
    /** On each of these days of every week… */
    weekdays: z.array(z.enum(weekdays)).max(7).default([]),
    /** …and on these dates… */
    dates: Days,
    /** …but on none of these. */
    except: Days,
  })
  .refine((w) => w.from !== w.to, { path: ['to'], message: 'The end must differ from the beginning' })
  .refine((w) => w.weekdays.length + w.dates.length > 0, { path: ['weekdays'], message: 'Choose a day' })
export type Window = z.infer<typeof Window>

/** A time of the day in ms since midnight. */
const timeOf = (text: string): number => (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * minuteMs

/** True where a window begins on this day, counted from 1970-01-01. */
const beginsOn = (window: Window, day: number): boolean => {
  // 1970-01-01 was a Thursday.
  const weekday = weekdays[(((day + 3) % 7) + 7) % 7]
  const named = weekday !== undefined && window.weekdays.includes(weekday)
  if (named ? window.except.length === 0 : window.dates.length === 0) return named
  const date = new Date(day * dayMs).toISOString().slice(0, 10)
  return (named || window.dates.includes(date)) && !window.except.includes(date)
}

/** From when to when a window that begins on `day` is open, as wall times (ms as if the wall showed UTC). */
const onDay = (window: Window, day: number): [from: number, to: number] => {
  const [from, to] = [timeOf(window.from), timeOf(window.to)]
  return [day * dayMs + from, day * dayMs + (to <= from ? to + dayMs : to)]
}

/** Where windows are open between two wall times, one after another as they come, not merged; ends not included. */
export const openBetween = (windows: readonly Window[], from: number, to: number): [from: number, to: number][] => {
  const found: [number, number][] = []
  for (let day = Math.floor(from / dayMs) - 1; day * dayMs < to; day++)
    for (const window of windows) {
      if (!beginsOn(window, day)) continue
      const [a, b] = onDay(window, day)
      if (a < to && b > from) found.push([Math.max(a, from), Math.min(b, to)])
    }
  return found
}

/** True where one of the windows is open when the wall clock shows `wall`. */
export const isOpenAt = (windows: readonly Window[], wall: number): boolean => {
  const today = Math.floor(wall / dayMs)
  return windows.some((window) =>
    [today, today - 1].some((day) => {
      const [from, to] = onDay(window, day)
      return from <= wall && wall < to && beginsOn(window, day)
    }),
  )
}
