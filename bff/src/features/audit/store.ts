import { granted, type Scope } from '@gatehouse/shared/decide'
import { and, desc, eq, ilike, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditEvent } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'

export type AuditEventRow = typeof auditEvent.$inferSelect

export interface AuditFilter {
  event?: string
  outcome?: string
  search?: string
  requestId?: string
  sessionId?: string
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`)

const filtered = (filter: AuditFilter): (SQL | undefined)[] => {
  const like = filter.search ? `%${escapeLike(filter.search)}%` : undefined
  return [
    filter.event ? eq(auditEvent.event, filter.event) : undefined,
    filter.outcome ? eq(auditEvent.outcome, filter.outcome) : undefined,
    filter.requestId ? eq(auditEvent.requestId, filter.requestId) : undefined,
    filter.sessionId ? eq(auditEvent.sessionId, filter.sessionId) : undefined,
    like
      ? or(
          ilike(auditEvent.actorName, like),
          ilike(auditEvent.deviceName, like),
          ilike(auditEvent.customerName, like),
          ilike(auditEvent.event, like),
          sql`${auditEvent.fields}::text ilike ${like}`,
        )
      : undefined,
  ]
}

/** Events that meet `where`, newest first, one more than `limit`; `before` is the id of the last row already shown. */
const newest = (
  db: Tx,
  where: (SQL | undefined)[],
  limit: number,
  before: string | undefined,
): Promise<AuditEventRow[]> =>
  db
    .select()
    .from(auditEvent)
    .where(and(...where, before ? lt(auditEvent.id, before) : undefined))
    .orderBy(desc(auditEvent.id))
    .limit(limit + 1)

/** The log of one device. The caller has asked whether it may be seen. */
export const eventsOfDevice = (
  db: Tx,
  deviceId: string,
  filter: AuditFilter,
  limit: number,
  before: string | undefined,
) => newest(db, [eq(auditEvent.deviceId, deviceId), ...filtered(filter)], limit, before)

const customersIn = (scopes: readonly Scope[]): string[] =>
  scopes.flatMap((scope) => (scope.kind === 'customers' ? scope.ids : []))

/** What `actor` may see now: events of devices he may see the log of, of customers, and of the maker itself. */
const visibleTo = (actor: Actor): SQL => {
  const scopes = actor.grants.filter((grant) => grant.activities.includes('audit.view')).map((grant) => grant.scope)
  const everything = scopes.some((scope) => scope.kind === 'all')
  const customers = actor.customerId !== null ? (everything ? [actor.customerId] : []) : customersIn(scopes)
  const ofDevices = sql`${auditEvent.deviceId} in (select ${device.id} from ${device} where ${grantedDevices(actor, 'audit.view')})`
  const ofCustomers =
    actor.customerId === null && everything
      ? sql`${auditEvent.customerId} is not null`
      : customers.length > 0
        ? inArray(auditEvent.customerId, customers)
        : sql`false`
  const ofMaker = granted(actor, 'audit.view_maker', { kind: 'maker' }) ? isNull(auditEvent.customerId) : sql`false`
  return or(ofDevices, and(isNull(auditEvent.deviceId), ofCustomers), ofMaker) as SQL
}

/** Everything `actor` may see. */
export const eventsVisibleTo = (db: Tx, actor: Actor, filter: AuditFilter, limit: number, before: string | undefined) =>
  newest(db, [visibleTo(actor), ...filtered(filter)], limit, before)
