import type { AuditOutcome } from '../audit-events.ts'
import type { Named, Page } from './basics.ts'

/** An event in a list of the log. */
export interface AuditListRow extends AuditRow {
  /** What was found about it, where it is not as it was written; `null` for nearly all. */
  altered: string | null
}

/** Part of a list of the log. */
export interface AuditPage extends Page<AuditListRow> {
  /** Customers that are left out: each wants to know first what it is looked at for. */
  withheld: Named[]
}

/** One event with everything that is known of it. */
export interface AuditEventView extends AuditRow {
  /** Who did it and whom it is about: ids that lists are narrowed to. */
  actorId: string | null
  personId: string | null
  siteId: string | null
  /** The zone of the device's or the event's site; `null` where it is about none. */
  zone: string | null
  /** Its place in the log's tree; `null` until the sequencer has given it one. */
  place: AuditPlace | null
  /** What came of proving it as it was read; `null` as long as it has no place in the tree. */
  proven: EntryProof | null
}

/** One entry, made again from its evidence and compared with what was signed. */
export interface EntryProof {
  /** What is not as it was written: `its outcome, as it is shown, is not what was written down`. */
  altered: string | null
  /** The newest signed checkpoint it is under: how many events that holds, and since when; `null` where there is none yet. */
  signed: { size: number; at: number } | null
}

export interface AuditPlace {
  /** Its number in its customer's log, and among the events of its device there; from 0 on. */
  seq: number
  deviceSeq: number | null
  /** SHA-256 of its leaf, hexadecimal. */
  leaf: string
  /** How many events the log has by now. */
  size: number
}

/** What a filter's ids are called in the log, by id; and the zone of the site it is narrowed to. */
export interface AuditNarrowed {
  names: Record<string, string>
  zone: string | null
}

/** Somebody who appears in the log. */
export interface AuditPerson {
  id: string
  name: string
  company: string
}

export interface AuditRow {
  id: string
  at: number
  /** When it happened by the clock of the device that told of it, as it claims; `null` where none did. */
  claimedAt: number | null
  event: string
  /** The sentence, ready to read. */
  says: string
  outcome: AuditOutcome
  who: { kind: 'person' | 'device' | 'system'; name: string; company: string }
  device: Named | null
  customer: Named | null
  requestId: string | null
  sessionId: string | null
  approvalId: string | null
  from: string | null
  fields: Record<string, string | number>
}
