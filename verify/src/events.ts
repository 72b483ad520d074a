import { textOf } from '@gatehouse/shared/audit/bytes'
import { type EventRecord, isCommitment, type Openings } from '@gatehouse/shared/audit/leaf'
import { auditEvents } from '@gatehouse/shared/audit-events'
import { plainSentence } from '@gatehouse/shared/audit-words'
import { inert } from './inert.ts'

/** What stands for a value that was erased, inside of texts. No value can hold it: `inert` leaves no control character. */
export const erasedMark = '\u0001'

/** One event as people read it. All texts are inert, but for `erasedMark`. */
export interface EventRow {
  /** Its number in the log, and in that of its device; from 1 on, as people count. */
  number: number
  ofDevice: number | null
  at: string
  who: string
  what: string
  outcome: string
  device: string
  from: string
  /** Every column and field, by its name. */
  all: readonly (readonly [name: string, value: string])[]
  erased: boolean
}

/** A moment in UTC, to the second. */
export const moment = (ms: unknown): string => {
  const date = new Date(typeof ms === 'number' ? ms : Number.NaN)
  return Number.isNaN(date.getTime()) ? 'at no time' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

interface Entry {
  event: EventRecord
  leaf: { seq: number; deviceSeq: number | null }
  openings: Openings
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a line of `events.jsonl` holds; `undefined` where it holds something else. */
const entryIn = (line: string): Entry | undefined => {
  try {
    const read: unknown = JSON.parse(line)
    if (!isRecord(read) || !isRecord(read.event) || !isRecord(read.leaf) || !isRecord(read.openings)) return undefined
    return read as unknown as Entry
  } catch {
    return undefined
  }
}

/**
 * A line of `events.jsonl` in words; `undefined` where it is no event. Whether it is one of the log is not asked here:
 * what was not verified must not be shown as if it were.
 */
export const rowOf = (line: string): EventRow | undefined => {
  const entry = entryIn(line)
  if (!entry) return undefined
  const { event, leaf, openings } = entry
  let erased = false
  const shown = (path: string, value: unknown): string => {
    if (value === null || value === undefined) return ''
    if (!isCommitment(value as EventRecord[string]))
      return inert(typeof value === 'object' ? JSON.stringify(value) : String(value))
    const opened = Object.hasOwn(openings, path) ? openings[path]?.value : undefined
    if (typeof opened === 'string') return inert(opened)
    erased = true
    return erasedMark
  }
  const column = (name: string): string => shown(name, event[name])
  const fields = Object.entries(isRecord(event.fields) ? event.fields : {}).map(
    ([name, value]) => [inert(name), shown(`fields.${name}`, value)] as const,
  )
  const name = column('event')
  const what = Object.hasOwn(auditEvents, name)
    ? plainSentence(name, Object.fromEntries(fields))
    : [name, ...fields.map(([field, value]) => `${field}: ${value}`)].join(' · ')
  const company = column('actorCompany')
  return {
    number: Number(leaf.seq) + 1,
    ofDevice: typeof leaf.deviceSeq === 'number' ? leaf.deviceSeq + 1 : null,
    at: moment(event.at),
    who: [column('actorName'), company && `(${company})`].filter(Boolean).join(' ') || column('actorKind'),
    what,
    outcome: column('outcome'),
    device: column('deviceName') || column('deviceId'),
    from: column('fromAddress'),
    all: [
      ...Object.keys(event)
        .filter((one) => one !== 'fields')
        .map((one) => [inert(one), column(one)] as const),
      ...fields.map(([field, value]) => [`fields.${field}`, value] as const),
    ],
    erased,
  }
}

const textIn = (line: Uint8Array): string | undefined => {
  try {
    return textOf(line)
  } catch {
    return undefined
  }
}

/** As `rowOf`, from the bytes of a line without its end. */
export const rowIn = (line: Uint8Array): EventRow | undefined => {
  const text = textIn(line)
  return text === undefined ? undefined : rowOf(text)
}

/** A text of a row for where nothing but text can be shown. */
export const withMarks = (text: string): string => text.replaceAll(erasedMark, '[erased]')

/** A row as one line of text. */
export const rowText = ({ number, at, who, what, outcome, device, from }: EventRow): string =>
  withMarks(
    [`#${number}`, at, who, what, outcome !== 'done' && outcome, device && `on ${device}`, from && `from ${from}`]
      .filter(Boolean)
      .join('  '),
  )

/** Long pieces of ids: they stand in a row only where they stand in its line, which is far quicker to look through. */
const ofAnId = /^[0-9a-f-]{12,}$/

/** Gives the row of a line that holds everything somebody looks for; words in any order, capitals or not. */
export const seeker = (search: string): ((line: Uint8Array) => EventRow | undefined) => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const ids = words.filter((word) => ofAnId.test(word))
  return (bytes) => {
    if (ids.length > 0) {
      const line = textIn(bytes)?.toLowerCase()
      if (line === undefined || !ids.every((id) => line.includes(id))) return undefined
    }
    const row = rowIn(bytes)
    if (!row || words.length === 0) return row
    const text = `${rowText(row)} ${row.all.map(([, value]) => value).join(' ')}`.toLowerCase()
    return words.every((word) => text.includes(word)) ? row : undefined
  }
}
