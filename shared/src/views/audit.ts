import type { AuditRow, Named, Page } from './views.ts'

/** Part of a list of the log. */
export interface AuditPage extends Page<AuditRow> {
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
