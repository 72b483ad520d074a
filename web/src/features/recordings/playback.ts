import type { Cast, CastEvent } from './asciicast.ts'

export const speeds = [0.5, 1, 2, 4, 8] as const
export type Speed = (typeof speeds)[number]

/** A stretch of the recording, ms from its start. */
export interface Stretch {
  from: number
  to: number
}

/** How fast it is played. */
export interface Pace {
  speed: Speed
  skipIdle: boolean
}

/** A pause longer than this is passed over where somebody wishes it. */
const idle = 1_500
/** So much of a skipped pause is kept, so that what follows does not come as a shock. */
const kept = 300

/** How many events have happened by `at` (ms): the index of the first that has not. */
export const reached = (events: readonly CastEvent[], at: number): number => {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.at ?? Number.POSITIVE_INFINITY) <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** Where the playing stands `ms` of real time after `at`; pauses are passed over with `skipIdle`. */
export const advanced = (cast: Cast, at: number, ms: number, { speed, skipIdle }: Pace): number => {
  const next = cast.events[reached(cast.events, at)]?.at
  const to = at + ms * speed
  if (next === undefined) return Math.min(to, cast.length)
  return skipIdle && next - at > idle && to < next - kept ? next - kept : Math.min(to, cast.length)
}

/** Pauses of at least `least` ms in which nothing was said, so that they can be drawn. */
export const silences = (cast: Cast, least: number): Stretch[] => {
  const times = [0, ...cast.events.map((event) => event.at)]
  return times.flatMap((from, at) => {
    const to = times[at + 1] ?? cast.length
    return to - from >= least ? [{ from, to }] : []
  })
}

/** Where something was typed, as shares (0…1) of the recording; what lies nearer than one of `steps` is one place. */
export const typedAt = (cast: Cast, steps = 400): number[] => {
  const places = new Set<number>()
  for (const { kind, at } of cast.events)
    if (kind === 'i') places.add(Math.round((at / Math.max(1, cast.length)) * steps))
  return [...places].map((place) => place / steps)
}

const names: Record<string, string> = {
  '\r': '⏎',
  '\n': '⏎',
  '\t': '⇥',
  '\x7f': '⌫',
  '\b': '⌫',
  '\x1b': 'Esc',
  '\x1b[A': '↑',
  '\x1b[B': '↓',
  '\x1b[C': '→',
  '\x1b[D': '←',
  '\x1bOA': '↑',
  '\x1bOB': '↓',
  '\x1bOC': '→',
  '\x1bOD': '←',
}

/** One key or answer after the other: escape sequences, control characters, and runs of ordinary text. */
// biome-ignore lint/complexity/useRegexLiterals: as a literal its control characters would be refused.
const pieces = new RegExp(
  String.raw`\x1b(?:\[[\d;?<>=]*[ -/]*[@-~]|[P\]_][^\x07\x1b]*(?:\x07|\x1b\\)?|O[A-Za-z])?|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+`,
  'g',
)

const readable = (piece: string): string => {
  const named = names[piece]
  if (named) return named
  const code = piece.charCodeAt(0)
  if (code === 0x1b) return ''
  return piece.length === 1 && code < 0x20 ? `^${String.fromCharCode(code + 64)}` : piece
}

/** Input as a person reads it: keys by their signs, and without what a terminal answers by itself. */
export const readableInput = (data: string): string => (data.match(pieces) ?? []).map(readable).join('')

/** What was typed last before the `count`-th event, at most `most` characters of it. */
export const lastTyped = (events: readonly CastEvent[], count: number, most = 60): string => {
  let typed = ''
  for (let at = count - 1; at >= 0 && at > count - 5_000 && typed.length < most; at--) {
    const event = events[at]
    if (event?.kind === 'i') typed = readableInput(event.data) + typed
  }
  return typed.slice(-most)
}
