import { granted, type Scope } from '@gatehouse/shared/decide'
import { and, desc, eq, ilike, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'

export type AuditEventRow = typeof auditLine.$inferSelect

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
    filter.event ? eq(auditLine.event, filter.event) : undefined,
    filter.outcome ? eq(auditLine.outcome, filter.outcome) : undefined,
    filter.requestId ? eq(auditLine.requestId, filter.requestId) : undefined,
    filter.sessionId ? eq(auditLine.sessionId, filter.sessionId) : undefined,
    like
      ? or(
          ilike(auditLine.actorName, like),
          ilike(auditLine.deviceName, like),
          ilike(auditLine.customerName, like),
          ilike(auditLine.event, like),
          sql`${auditLine.fields}::text ilike ${like}`,
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
    .from(auditLine)
    .where(and(...where, before ? lt(auditLine.id, before) : undefined))
    .orderBy(desc(auditLine.id))
    .limit(limit + 1)

/** The log of one device. The caller has asked whether it may be seen. */
export const eventsOfDevice = (
  db: Tx,
  deviceId: string,
  filter: AuditFilter,
  limit: number,
  before: string | undefined,
) => newest(db, [eq(auditLine.deviceId, deviceId), ...filtered(filter)], limit, before)

const customersIn = (scopes: readonly Scope[]): string[] =>
  scopes.flatMap((scope) => (scope.kind === 'customers' ? scope.ids : []))

/** What `actor` may see now: events of devices he may see the log of, of customers, and of the maker itself. */
const visibleTo = (actor: Actor): SQL => {
  const scopes = actor.grants.filter((grant) => grant.activities.includes('audit.view')).map((grant) => grant.scope)
  const everything = scopes.some((scope) => scope.kind === 'all')
  const customers = actor.customerId !== null ? (everything ? [actor.customerId] : []) : customersIn(scopes)
  const ofDevices = sql`${auditLine.deviceId} in (select ${device.id} from ${device} where ${grantedDevices(actor, 'audit.view')})`
  const ofCustomers =
    actor.customerId === null && everything
      ? sql`${auditLine.customerId} is not null`
      : customers.length > 0
        ? inArray(auditLine.customerId, customers)
        : sql`false`
  const ofMaker = granted(actor, 'audit.view_maker', { kind: 'maker' }) ? isNull(auditLine.customerId) : sql`false`
  return or(ofDevices, and(isNull(auditLine.deviceId), ofCustomers), ofMaker) as SQL
}

/** Everything `actor` may see. */
export const eventsVisibleTo = (db: Tx, actor: Actor, filter: AuditFilter, limit: number, before: string | undefined) =>
  newest(db, [visibleTo(actor), ...filtered(filter)], limit, before)
