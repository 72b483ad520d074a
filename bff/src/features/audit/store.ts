import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { eventsOfKinds } from '@gatehouse/shared/audit-kinds'
import { granted, type Scope } from '@gatehouse/shared/decide'
import {
  type AnyColumn,
  and,
  desc,
  eq,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'

export type AuditEventRow = typeof auditLine.$inferSelect

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`)

const anyOf = (column: AnyColumn, values: readonly string[] | undefined): SQL | undefined =>
  values && inArray(column, [...values])

const equal = (column: AnyColumn, value: string | undefined): SQL | undefined =>
  value === undefined ? undefined : eq(column, value)

/** What a filter asks of an event, part by part. */
const filtered = (filter: AuditFilter): (SQL | undefined)[] => {
  const like = filter.search ? `%${escapeLike(filter.search)}%` : undefined
  return [
    anyOf(auditLine.event, filter.kinds && eventsOfKinds(filter.kinds)),
    anyOf(auditLine.event, filter.events),
    anyOf(auditLine.outcome, filter.outcomes),
    anyOf(auditLine.actorKind, filter.actorKinds),
    anyOf(auditLine.actorId, filter.people),
    filter.approval === 'with' ? isNotNull(auditLine.approvalId) : undefined,
    filter.approval === 'without' ? isNull(auditLine.approvalId) : undefined,
    filter.from === undefined ? undefined : gte(auditLine.at, filter.from),
    filter.to === undefined ? undefined : lt(auditLine.at, filter.to),
    equal(auditLine.customerId, filter.customerId),
    equal(auditLine.siteId, filter.siteId),
    equal(auditLine.deviceId, filter.deviceId),
    filter.personId === undefined
      ? undefined
      : or(eq(auditLine.personId, filter.personId), eq(auditLine.actorId, filter.personId)),
    equal(auditLine.requestId, filter.requestId),
    equal(auditLine.sessionId, filter.sessionId),
    equal(auditLine.approvalId, filter.approvalId),
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

/**
 * What `actor` may see now of what meets `filter`, newest first, one row more than `limit`; `before` is the id of the last
 * row already shown. `db` is his wall: `behindWall(house, await reachOf(…))`, as a room behind a guard is handed it.
 */
export const eventsVisibleTo = (db: Tx, actor: Actor, filter: AuditFilter, limit: number, before: string | undefined) =>
  newest(db, [visibleTo(actor), ...filtered(filter)], limit, before)
