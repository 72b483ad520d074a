import { Rule } from '@gatehouse/shared/policies/policy'
import { type Weekday, type Window, weekdays } from '@gatehouse/shared/policies/windows'

/** Half hours of a day. */
export const slots = 48
const cells = weekdays.length * slots

/** The half hours of a week, Monday 00:00 first: true where a window is open. */
export type Week = readonly boolean[]

/** Where a half hour of a day stands in a week. */
export const cellOf = (day: number, slot: number): number => day * slots + slot

/** The wall time at which a half hour begins; `24:00` for the end of the day. */
export const slotSays = (slot: number): string =>
  `${String(Math.floor(slot / 2)).padStart(2, '0')}:${slot % 2 === 0 ? '00' : '30'}`

const minutesOf = (text: string): number | undefined => {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text)?.map(Number) ?? []
  return hours === undefined || minutes === undefined || hours > 24 ? undefined : hours * 60 + minutes
}

/** The half hours that a window of every week touches; none for one that cannot be read. */
const touchedBy = ({ from, to, weekdays: days }: Window): number[] => {
  const [a, b] = [minutesOf(from), minutesOf(to)]
  if (a === undefined || b === undefined || a === b) return []
  const [first, end] = [Math.floor(a / 30), Math.ceil((b <= a ? b + 1_440 : b) / 30)]
  return days.flatMap((day) =>
    Array.from({ length: end - first }, (_, i) => (cellOf(weekdays.indexOf(day), first + i) + cells) % cells),
  )
}

const weekOf = (windows: readonly Window[]): boolean[] => {
  const week = Array.from({ length: cells }, () => false)
  for (const cell of windows.flatMap(touchedBy)) week[cell] = true
  return week
}

const isHalfHour = (text: string) => (minutesOf(text) ?? 1) % 30 === 0

/** Windows as a week that can be drawn, and those that only fields can say: of dates, or at other than half hours. */
export interface Drawing {
  week: Week
  /** The half hours that `others` touch every week. */
  fixed: Week
  /** The dates on which what is drawn does not hold. */
  except: string[]
  others: Window[]
}

/** Takes windows apart into what a week can show and what it cannot. */
export const drawingOf = (windows: readonly Window[]): Drawing => {
  const isWeekly = (one: Window) =>
    one.weekdays.length > 0 && one.dates.length === 0 && isHalfHour(one.from) && isHalfHour(one.to)
  const except = windows.find(isWeekly)?.except ?? []
  // All that is drawn has the same exceptions: another one's would be lost in drawing.
  const isDrawn = (one: Window) => isWeekly(one) && one.from !== one.to && one.except.join() === except.join()
  const others = windows.filter((one) => !isDrawn(one))
  return { week: weekOf(windows.filter(isDrawn)), fixed: weekOf(others), except, others }
}

interface Piece {
  day: number
  from: number
  to: number
}

/** One stretch of open half hours, as windows: one that passes midnight, or one for each of its days. */
const piecesOf = (start: number, length: number): Piece[] => {
  const [day, from] = [Math.floor(start / slots), start % slots]
  if (from + length <= slots) return [{ day, from, to: from + length }]
  if (length < slots) return [{ day, from, to: from + length - slots }]
  const rest = piecesOf(((day + 1) % weekdays.length) * slots, Math.min(length - (slots - from), slots))
  const after = length - (slots - from) - slots
  const later = after > 0 ? piecesOf(((day + 2) % weekdays.length) * slots, after) : []
  return [{ day, from, to: slots }, ...rest, ...later]
}

const stretchesOf = (week: Week): [start: number, length: number][] =>
  week.flatMap((open, start): [number, number][] => {
    if (!open || week[(start + cells - 1) % cells]) return []
    let length = 1
    while (week[(start + length) % cells]) length++
    return [[start, length]]
  })

/** The fewest windows that say a week: those at the same times on several days are one. */
export const windowsOf = (week: Week, except: readonly string[] = []): Window[] => {
  const pieces = week.every(Boolean)
    ? weekdays.map((_, day) => ({ day, from: 0, to: slots }))
    : stretchesOf(week).flatMap(([start, length]) => piecesOf(start, length))
  const byTimes = new Map<string, { from: number; to: number; days: Set<Weekday> }>()
  for (const { day, from, to } of pieces) {
    const id = `${from} ${to}`
    const one = byTimes.get(id) ?? { from, to, days: new Set() }
    const name = weekdays[day]
    if (name) one.days.add(name)
    byTimes.set(id, one)
  }
  return [...byTimes.values()]
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map(({ from, to, days }) => ({
      from: slotSays(from),
      to: slotSays(to),
      weekdays: weekdays.filter((day) => days.has(day)),
      dates: [],
      except: [...except],
    }))
}

/** The week with every half hour between two corners opened or shut. */
export const painted = (week: Week, a: number, b: number, open: boolean): Week => {
  const [days, times] = [
    [Math.floor(a / slots), Math.floor(b / slots)].sort((x, y) => x - y),
    [a % slots, b % slots].sort((x, y) => x - y),
  ]
  const within = (value: number, [low = 0, high = 0]: number[]) => low <= value && value <= high
  return week.map((was, cell) => (within(Math.floor(cell / slots), days) && within(cell % slots, times) ? open : was))
}

/** Sentences for what cannot be saved about a rule, by the path of the field; none where it can. */
export const faultsOf = (rule: Rule | undefined): Record<string, string> => {
  const read = rule === undefined ? undefined : Rule.safeParse(rule)
  if (!read || read.success) return {}
  return Object.fromEntries(read.error.issues.map(({ path, message }) => [path.join('.'), message]))
}
