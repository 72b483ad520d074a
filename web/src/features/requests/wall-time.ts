const formats = new Map<string, Intl.DateTimeFormat>()
const partsIn = (zone: string) => {
  let format = formats.get(zone)
  if (!format) {
    const two = '2-digit'
    const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-GB', { ...fields, timeZone: zone })
    formats.set(zone, format)
  }
  return format
}

const day = 86_400_000
const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/

/** A moment (ms) as a wall clock in the IANA zone shows it, the way a `datetime-local` field writes it. */
export const wallTime = (ms: number, zone: string): string => {
  const part = Object.fromEntries(
    partsIn(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  return `${part.year?.padStart(4, '0')}-${part.month}-${part.day}T${part.hour}:${part.minute}`
}

const asIfUtc = (wall: string): number | undefined => {
  const [, year, month, date, hour, minute] = shape.exec(wall)?.map(Number) ?? []
  if (year === undefined || month === undefined) return undefined
  return Date.UTC(year, month - 1, date, hour, minute)
}

/**
 * The moment (ms) at which a wall clock in the zone shows `wall`; where the hour comes twice, its first time.
 * `undefined` for what is no such text, and for an hour the zone leaves out.
 */
export const momentOf = (wall: string, zone: string): number | undefined => {
  const guess = asIfUtc(wall)
  if (guess === undefined) return undefined
  // The offset can differ before and after a change of the clocks; whichever reads back as `wall` is right.
  const moments = [guess - day, guess + day].map((near) => {
    const shown = asIfUtc(wallTime(near, zone)) ?? near
    return guess - (shown - near)
  })
  return moments.sort((a, b) => a - b).find((moment) => wallTime(moment, zone) === wall)
}
