import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { eventsOfKinds } from '@gatehouse/shared/audit-kinds'
import {
  type AnyColumn,
  and,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { auditEvent, auditText } from '../../kernel/audit/tables.ts'
import { minutes } from '../../kernel/clock.ts'
import { idAt, isUuid } from '../../kernel/ids.ts'

const anyOf = (column: AnyColumn, values: readonly string[] | undefined): SQL | undefined =>
  values && inArray(column, [...values])

const equal = (column: AnyColumn, value: string | undefined): SQL | undefined =>
  value === undefined ? undefined : eq(column, value)

/** How far the id of an event from before ids were made of its time may be from it. */
const slack = minutes(10)

/** Between which ids the events of a filter's time lie: `first` included, `end` not. */
export const idsWithin = ({ from, to }: AuditFilter): { first: string | undefined; end: string | undefined } => ({
  first: from === undefined ? undefined : idAt(from - slack),
  end: to === undefined ? undefined : idAt(to + slack),
})

/** A time of the filter: exact, and by the id that lists are read in the order of. */
const timed = (filter: AuditFilter): (SQL | undefined)[] => {
  const { from, to } = filter
  const { first, end } = idsWithin(filter)
  return [
    from === undefined ? undefined : gte(auditEvent.at, from),
    first === undefined ? undefined : gte(auditEvent.id, first),
    to === undefined ? undefined : lt(auditEvent.at, to),
    end === undefined ? undefined : lt(auditEvent.id, end),
  ]
}

/** Columns in which an id that somebody looks for may stand. */
export const idColumns = [
  auditEvent.id,
  auditEvent.requestId,
  auditEvent.sessionId,
  auditEvent.approvalId,
  auditEvent.deviceId,
  auditEvent.personId,
  auditEvent.actorId,
] as const

/** True where what is searched for is an id: of an event, or of what an event is about. */
export const isIdSearch = (search: string | undefined): search is string => search !== undefined && isUuid(search)

/** Whether the words of an event are those that are looked for; asked of each row that is looked at. */
const says = (search: string | undefined): SQL | undefined => {
  if (!search) return undefined
  if (isIdSearch(search)) return or(...idColumns.map((column) => eq(column, search)))
  return sql`(select ${auditText.search} @@ audit_query(${search}) from ${auditText} where ${auditText.eventId} = ${auditEvent.id})`
}

/** A filter, without what is of these customers. */
export type Narrow = AuditFilter & { without?: readonly string[] }

/** What a filter asks of a row of `audit_event`; its words only where `words` says so. */
export const narrowedTo = (filter: Narrow, { words }: { words: boolean }): SQL | undefined =>
  and(
    anyOf(auditEvent.event, filter.kinds && eventsOfKinds(filter.kinds)),
    anyOf(auditEvent.event, filter.events),
    anyOf(auditEvent.outcome, filter.outcomes),
    anyOf(auditEvent.actorKind, filter.actorKinds),
    anyOf(auditEvent.actorId, filter.people),
    filter.approval === 'with' ? isNotNull(auditEvent.approvalId) : undefined,
    filter.approval === 'without' ? isNull(auditEvent.approvalId) : undefined,
    ...timed(filter),
    equal(auditEvent.customerId, filter.customerId),
    equal(auditEvent.siteId, filter.siteId),
    equal(auditEvent.deviceId, filter.deviceId),
    filter.personId === undefined
      ? undefined
      : or(eq(auditEvent.personId, filter.personId), eq(auditEvent.actorId, filter.personId)),
    equal(auditEvent.requestId, filter.requestId),
    equal(auditEvent.sessionId, filter.sessionId),
    equal(auditEvent.approvalId, filter.approvalId),
    filter.without?.length
      ? or(isNull(auditEvent.customerId), notInArray(auditEvent.customerId, [...filter.without]))
      : undefined,
    words ? says(filter.search) : undefined,
  )
