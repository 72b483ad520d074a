const locale = 'en-GB'

const formats = new Map<string, Intl.DateTimeFormat>()
const inZone = (zone: string, name: string, options: Intl.DateTimeFormatOptions) => {
  const id = `${name} ${zone}`
  let format = formats.get(id)
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
    formats.set(id, format)
  }
  return format
}

/** The IANA zone of this browser. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** True where this browser can tell the time in a zone of this name. */
export const isKnownZone = (zone: string): boolean => {
  try {
    timeOfDay(0, zone)
    return true
  } catch {
    return false
  }
}

/** `21 Nov 2025, 14:05:09` in an IANA zone; seconds on demand. */
export const dateTime = (ms: number, zone: string, { seconds = false } = {}): string =>
  inZone(zone, seconds ? 'full' : 'short', {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
    hourCycle: 'h23',
  }).format(ms)

/** `14:05` in an IANA zone. */
export const timeOfDay = (ms: number, zone: string): string =>
  inZone(zone, 'time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)

/** `21 Nov 2025` in an IANA zone. */
export const dayOf = (ms: number, zone: string): string =>
  inZone(zone, 'day', { day: '2-digit', month: 'short', year: 'numeric' }).format(ms)

/** The zone as it is printed beside a time at that moment: `CET`, `GMT-3`. */
export const zoneName = (ms: number, zone: string): string =>
  inZone(zone, 'zone', { timeZoneName: 'short', hour: '2-digit' })
    .formatToParts(ms)
    .find((part) => part.type === 'timeZoneName')?.value ?? zone

/** True where the clocks of two zones show the same day and time at that moment. */
export const sameClock = (ms: number, one: string, other: string): boolean =>
  one === other || dateTime(ms, one, { seconds: true }) === dateTime(ms, other, { seconds: true })

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })

/** `3 minutes ago`, `in 2 hours`; both in ms since the epoch. */
export const fromNow = (ms: number, now: number): string => {
  const distance = ms - now
  const [unit, size] = units.find(([, size]) => Math.abs(distance) >= size) ?? ['second', 1_000]
  return relative.format(Math.trunc(distance / size), unit)
}

/** A stretch of time as people say it, its two largest units: `2 h 5 min`, `45 s`. */
export const stretch = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** What a clock that runs down shows: `1:04:09`, `09:59`; never below zero. */
export const countdown = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  const two = (count: number) => String(count).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** A number with its unit, so many digits after the point: `23.4 °C`. */
export const quantity = (value: number, unit: string, digits: number): string => {
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  )
  return unit ? `${number}\u202f${unit}` : number
}

/** `1 device`, `3 devices`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${new Intl.NumberFormat(locale).format(count)} ${count === 1 ? one : many}`
