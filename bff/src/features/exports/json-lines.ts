import { canonical, type Json } from '@gatehouse/shared/audit/canonical'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { type EventRecord, reveal } from '@gatehouse/shared/audit/leaf'
import { plainSentence } from '@gatehouse/shared/audit-words'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { ExportedEvent } from './reading.ts'

/** What JSON may hold and some readers take for the end of a line. */
const lineEnds = /[\u007f-\u009f\u2028\u2029]/g

/** An event with what was hidden in it opened, what was erased of it, and what is not as it was written. */
const opened = ({ row, openings }: ExportedEvent): { event: Json; erased: Json; flaw?: Json } => {
  const event = JSON.parse(Buffer.from(row.canonical).toString('utf8')) as EventRecord
  try {
    return reveal(sha256, event, openings)
  } catch (error) {
    if (!(error instanceof Flawed)) throw error
    return { event, erased: [], flaw: error.message }
  }
}

/** The one line of an event: canonical JSON, in which what could end a line is written as an escape. */
export const jsonLine = (one: ExportedEvent): string => {
  const { row, log, seq, deviceSeq } = one
  const text = canonical({
    ...opened(one),
    time: new Date(row.at).toISOString(),
    says: plainSentence(row.event, row.fields),
    log,
    seq,
    deviceSeq,
    v: 1,
  })
  return `${text.replace(lineEnds, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
