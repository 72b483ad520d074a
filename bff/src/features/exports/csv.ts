import { canonical } from '@gatehouse/shared/audit/canonical'
import { plainSentence, plainValue, withLocalTimes } from '@gatehouse/shared/audit-words'
import { spanAt } from '@gatehouse/shared/policies/zone-clock'
import type { ExportedEvent } from './reading.ts'

/** What ends a line somewhere, steers a terminal, or turns the direction of writing round. */
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** What spreadsheets take for the beginning of a formula, also after white space and quotes, and in its wide forms. */
const formula = /^[\s"'\u200b-\u200d\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u

/** The same behind what some spreadsheets take for the end of a cell, whatever the file says. */
const formulaWithin = /(;[\s"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/gu

/**
 * A cell of RFC 4180 that is one line and no formula anywhere: control characters are written out (`\u000a`), and an
 * apostrophe stands before what a spreadsheet would calculate.
 */
export const cell = (value: string | number | null | undefined): string => {
  if (value === null || value === undefined) return '""'
  const line = String(value)
    .toWellFormed()
    .replace(unseen, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(formulaWithin, "$1'")
  return `"${(formula.test(line) ? `'${line}` : line).replaceAll('"', '""')}"`
}

const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`

const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')

/** What the wall clock of a zone showed: `2026-11-22 08:55:48.120 +01:00`. */
export const wallText = (at: number, zone: string): string => {
  const offset = spanAt(zone, at)?.offset ?? 0
  const minutes = Math.abs(offset) / 60_000
  const shift = `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
  return `${new Date(at + offset).toISOString().slice(0, 23).replace('T', ' ')} ${shift}`
}

type Value = string | number | null | undefined
type Column = readonly [header: string, value: (one: ExportedEvent, zone: string) => Value]

const utc: Column = ['Time (UTC)', ({ row }) => new Date(row.at).toISOString()]
const local = (zone: string): Column => [`Time (${zone})`, ({ row }) => wallText(row.at, zone)]

const columns = (zone: string): readonly Column[] => [
  utc,
  // Of the clocks of UTC there would be a second column of the same heading.
  ...(zone.toUpperCase() === 'UTC' ? [] : [local(zone)]),
  ['What happened', ({ row }, zone) => withLocalTimes(plainSentence(row.event, row.fields), zone)],
  ['Outcome', ({ row }) => row.outcome],
  ['Who', ({ row }) => row.actorName],
  ['Company', ({ row }) => row.actorCompany],
  ['Kind of actor', ({ row }) => row.actorKind],
  ['From address', ({ row }) => row.fromAddress],
  ['Customer', ({ row }) => row.customerName],
  ['Device', ({ row }) => row.deviceName],
  [
    'Reason',
    ({ row: { event, fields } }) => fields.reason ?? (fields.because && plainValue(event, 'because', fields.because)),
  ],
  ['Comment', ({ row: { fields } }) => fields.comment ?? fields.note],
  ['Change', ({ row: { fields } }) => fields.change],
  ['Before', ({ row: { fields } }) => fields.before],
  ['After', ({ row: { fields } }) => fields.after],
  ['Event', ({ row }) => row.event],
  ['All fields', ({ row }) => canonical(row.fields)],
  ['Log', ({ log }) => log],
  ['Number in the log', ({ seq }) => seq],
  ['Number of the device', ({ deviceSeq }) => deviceSeq],
  ['Event id', ({ row }) => row.id],
  ['Actor id', ({ row }) => row.actorId],
  ['Customer id', ({ row }) => row.customerId],
  ['Site id', ({ row }) => row.siteId],
  ['Device id', ({ row }) => row.deviceId],
  ['Person id', ({ row }) => row.personId],
  ['Request id', ({ row }) => row.requestId],
  ['Session id', ({ row }) => row.sessionId],
  ['Approval id', ({ row }) => row.approvalId],
]

/** How a CSV file begins: a byte-order mark, so that spreadsheets read UTF-8, and one row of headers. */
export const csvHead = (zone: string): string => `\ufeff${line(columns(zone).map(([header]) => cell(header)))}`

/** The one line of an event. */
export const csvLine = (one: ExportedEvent, zone: string): string =>
  line(columns(zone).map(([, value]) => cell(value(one, zone))))
