import { canonical } from '@gatehouse/shared/audit/canonical'
import type { AuditEventName, AuditFields, AuditOutcome } from '@gatehouse/shared/audit-events'
import type { By } from '../actor.ts'
import type { Tx } from '../database/connect.ts'
import { newId } from '../ids.ts'
import { auditEvent, auditPending } from './tables.ts'

/** What an event is about, with the names of the moment: the log refers to nothing that could go. */
export interface About {
  customerId?: string | null
  customerName?: string | null
  deviceId?: string | null
  deviceName?: string | null
  requestId?: string | null
  sessionId?: string | null
  approvalId?: string | null
}

/** One line of the log before it is written. */
export interface Entry<E extends AuditEventName = AuditEventName> {
  by: By
  event: E
  fields: AuditFields<E>
  about?: About
  /** `done` unless said otherwise. */
  outcome?: AuditOutcome
}

/** An entry of any event, made where the event is known so that its fields are checked. */
export const entry = <E extends AuditEventName>(one: Entry<E>): Entry => one as unknown as Entry

/** Text that stays one line in every viewer: control and line-separating characters are made visible. */
const oneLine = (value: string | number): string | number =>
  typeof value === 'number'
    ? value
    : value
        .toWellFormed()
        .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const row = (one: Entry, at: number) => {
  const about = one.about ?? {}
  const fields = Object.fromEntries(Object.entries(one.fields).map(([name, value]) => [name, oneLine(value)]))
  const columns = {
    id: newId(),
    at,
    event: one.event,
    outcome: one.outcome ?? 'done',
    actorKind: one.by.kind,
    actorId: one.by.id,
    actorName: String(oneLine(one.by.name)),
    actorCompany: String(oneLine(one.by.company)),
    customerId: about.customerId ?? null,
    customerName: about.customerName ?? null,
    deviceId: about.deviceId ?? null,
    deviceName: about.deviceName ?? null,
    requestId: about.requestId ?? null,
    sessionId: about.sessionId ?? null,
    approvalId: about.approvalId ?? null,
    fromAddress: one.by.from,
    fields,
  }
  return { ...columns, canonical: Buffer.from(canonical(columns), 'utf8') }
}

/** Writes events and their pending rows in the transaction of the deed; `at` is ms since the epoch. */
export const append = async (tx: Tx, at: number, entries: readonly Entry[]): Promise<void> => {
  if (entries.length === 0) return
  const rows = entries.map((one) => row(one, at))
  await tx.insert(auditEvent).values(rows)
  await tx.insert(auditPending).values(rows.map(({ id, customerId }) => ({ eventId: id, customerId })))
}
