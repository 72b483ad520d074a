import { canonical } from '@gatehouse/shared/audit/canonical'
import { commitTo, saltLength } from '@gatehouse/shared/audit/leaf'
import { type AuditEventName, type AuditFields, type AuditOutcome, personalPaths } from '@gatehouse/shared/audit-events'
import type { By } from '../actor.ts'
import type { Tx } from '../database/connect.ts'
import { preparedLast } from '../database/prepared.ts'
import { newIdAt, randomOf } from '../ids.ts'
import { oneLine } from '../visible.ts'
import { sha256 } from './platform.ts'
import { searchWords } from './words.ts'

/** What an event is about, with the names of the moment: the log refers to nothing that could go. */
export interface About {
  customerId?: string | null
  customerName?: string | null
  deviceId?: string | null
  deviceName?: string | null
  /** The site, or where the device was. */
  siteId?: string | null
  /** Whom it is about, where that is one person. */
  personId?: string | null
  requestId?: string | null
  sessionId?: string | null
  approvalId?: string | null
  /** When it happened by the clock of the device that tells of it; ms, and no more than a claim. */
  claimedAt?: number | null
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

const shown = <T extends string | number | null | undefined>(value: T) =>
  typeof value === 'string' ? oneLine(value) : value

const newSalt = (): Uint8Array => randomOf(saltLength)

const rowsOf = (one: Entry, at: number) => {
  const about = one.about ?? {}
  const fields = Object.fromEntries(
    Object.entries(one.fields).map(([name, value]) => [name, shown(value) as string | number]),
  )
  const columns = {
    id: newIdAt(at),
    at,
    event: one.event,
    outcome: one.outcome ?? 'done',
    actorKind: one.by.kind,
    actorId: one.by.id,
    actorCompany: oneLine(one.by.company),
    customerId: about.customerId ?? null,
    customerName: shown(about.customerName) ?? null,
    deviceId: about.deviceId ?? null,
    deviceName: shown(about.deviceName) ?? null,
    requestId: about.requestId ?? null,
    sessionId: about.sessionId ?? null,
    approvalId: about.approvalId ?? null,
    // Only where there is one: events from before there were such columns have none in their bytes either.
    ...(about.siteId && { siteId: about.siteId }),
    ...(about.personId && { personId: about.personId }),
    ...(typeof about.claimedAt === 'number' && { claimedAt: about.claimedAt }),
  }
  const words = { actorName: String(oneLine(one.by.name)), fromAddress: one.by.from, fields }
  const { event, openings } = commitTo(sha256, { ...columns, ...words }, personalPaths(one.by.kind, fields), newSalt)
  return { ...columns, ...words, words: searchWords(columns), canonical: canonical(event), openings }
}

/** What `audit_append_one` is called with, in the names of a row. */
const given = [
  'id',
  'at',
  'event',
  'outcome',
  'actorKind',
  'actorId',
  'actorCompany',
  'customerId',
  'customerName',
  'deviceId',
  'deviceName',
  'requestId',
  'sessionId',
  'approvalId',
  'siteId',
  'personId',
  'claimedAt',
  'canonical',
  'actorName',
  'fromAddress',
  'fields',
  'openings',
  'words',
] as const satisfies readonly (keyof ReturnType<typeof rowsOf>)[]

// Called, because a query that selects it would be planned each time.
const callOne = `call audit_append_one(${given.map((name, at) => `"${name}" => $${at + 1}`).join(', ')})`

const parameter = (value: string | number | object | null | undefined): string | number | null =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null)

/**
 * Writes events and their pending rows in the transaction of the deed; `at` is ms since the epoch. It is not waited for
 * but commits with the deed, or fails it: what failed is told by the transaction.
 */
export const append = async (tx: Tx, at: number, entries: readonly Entry[]): Promise<void> => {
  // Both procedures know each name in these rows: another column is another of each, in its migration.
  const [one, ...others] = entries.map((each) => rowsOf(each, at))
  if (!one) return
  if (others.length > 0)
    return preparedLast(tx, 'call audit_append($1::text::jsonb)', [JSON.stringify([one, ...others])])
  await preparedLast(
    tx,
    callOne,
    given.map((name) => parameter(one[name])),
  )
}
