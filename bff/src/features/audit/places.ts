import { eventsOfKinds } from '@gatehouse/shared/audit-kinds'
import { type AnyColumn, and, eq, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { auditEvent } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { device } from '../devices/tables.ts'
import { idColumns, idsWithin, isIdSearch, type Narrow, narrowedTo } from './narrow.ts'
import { nothing, type Sight, withinSight } from './visible.ts'

/**
 * Where a page of the log is: the ids of the newest events that somebody may see and a filter lets through. Each way
 * below reads an index in the order of ids and stops when the page is full.
 */

/** A page that is looked for: how many at most, and of which id all are older. */
export interface Wanted {
  most: number
  before: string | undefined
}

/** Logs or devices that are read side by side, at most; of more, everything is read and the others are left out. */
const mostSideBySide = 200
/** Events that are looked at before devices or words are looked up one by one. */
const window = 5_000
const fewForWords = 1_000
/** How many ids the index of words is asked for, time after time. Where the filter let too few of them through, words are
 * common and it is the rest that is rare: then the log is read in its order. */
const lookUps = [1_000, 4_000, 16_000, 16_000]

const idsOf = async (db: Tx, query: SQL): Promise<string[]> =>
  (await db.execute<{ id: string }>(query)).map(({ id }) => id)

const older = ({ before }: Wanted): SQL | undefined => (before ? lt(auditEvent.id, before) : undefined)

/** The newest that meet `where`, as a query of their ids, or of whatever `columns` says. */
const newest = (where: SQL | undefined, wanted: Wanted, columns: SQL = sql`${auditEvent.id}`): SQL => {
  const all = and(older(wanted), where)
  return sql`(select ${columns} from ${auditEvent} ${all ? sql`where ${all}` : sql``}
    order by ${auditEvent.id} desc limit ${wanted.most})`
}

/** The newest of each of these logs, devices, people or kinds, each read in its own index. */
const newestOfEach = (column: AnyColumn, values: SQL, where: SQL | undefined, wanted: Wanted): SQL =>
  sql`(select one.id from unnest(${values}) as each(value)
    cross join lateral ${newest(and(sql`${column} = each.value`, where), wanted)} one)`

// Each once: what is named twice would fill a page with the same rows, and seem to end the list.
const uuids = (values: readonly string[]): SQL => sql`${sql.param([...new Set(values)])}::uuid[]`
const texts = (values: readonly string[]): SQL => sql`${sql.param([...new Set(values)])}::text[]`

/** Several such queries as one page. */
const together = (parts: readonly SQL[], { most }: Wanted): SQL =>
  sql`select id from (${sql.join([...parts], sql` union `)}) parts order by id desc limit ${most}`

/** The newest that meet `where` among the newest few of a log: all of the log, or what meets `of`. */
const newestOfFew = (of: SQL | undefined, few: number, where: SQL | undefined, wanted: Wanted): SQL =>
  sql`select ${auditEvent.id} from ${newest(of, { ...wanted, most: few }, sql`*`)} ${auditEvent}
    ${where ? sql`where ${where}` : sql``} order by ${auditEvent.id} desc limit ${wanted.most}`

/** The indexes that lead to what a filter is about, where it is about anything. */
const anchorsOf = (filter: Narrow): [AnyColumn, readonly string[]][] => {
  const { sessionId, requestId, approvalId, deviceId, siteId, personId, people, search } = filter
  if (sessionId) return [[auditEvent.sessionId, [sessionId]]]
  if (requestId) return [[auditEvent.requestId, [requestId]]]
  if (approvalId) return [[auditEvent.approvalId, [approvalId]]]
  if (isIdSearch(search)) return idColumns.map((column) => [column, [search]])
  if (deviceId) return [[auditEvent.deviceId, [deviceId]]]
  if (personId) return [auditEvent.personId, auditEvent.actorId].map((column) => [column, [personId]])
  if (siteId) return [[auditEvent.siteId, [siteId]]]
  return people ? [[auditEvent.actorId, people]] : []
}

/** The logs and devices that are within sight, each read by itself; `undefined` where there are too many devices. */
const partsOf = async (db: Tx, sight: Sight, where: SQL | undefined, wanted: Wanted, everyDevice: boolean) => {
  const { customers, devices, maker } = sight
  const parts = [newestOfEach(auditEvent.customerId, uuids(customers), where, wanted)]
  if (maker) parts.push(newest(and(isNull(auditEvent.customerId), where), wanted))
  if (!devices) return parts
  const granted = sql`select ${device.id} from ${device} where ${devices}`
  const ids = everyDevice
    ? undefined
    : (sight.deviceIds ?? (await idsOf(db, sql`${granted} limit ${mostSideBySide + 1}`)))
  if (ids && ids.length > mostSideBySide) return undefined
  parts.push(newestOfEach(auditEvent.deviceId, ids ? uuids(ids) : sql`array(${granted})`, where, wanted))
  return parts
}

const browsed = async (db: Tx, sight: Sight, filter: Narrow, wanted: Wanted): Promise<string[]> => {
  const where = narrowedTo(filter, { words: true })
  const seen = and(where, withinSight(sight))
  if (sight.everything) {
    const events = filter.events ?? (filter.kinds && eventsOfKinds(filter.kinds))
    const unusual =
      filter.outcomes && !filter.outcomes.includes('done') ? sql`${auditEvent.outcome} <> 'done'` : undefined
    return idsOf(
      db,
      events && !unusual
        ? together([newestOfEach(auditEvent.event, texts(events), seen, wanted)], wanted)
        : newest(and(seen, unusual), wanted),
    )
  }
  const isTooMany = sight.wide || sight.customers.length > mostSideBySide
  const parts = isTooMany ? undefined : await partsOf(db, sight, where, wanted, false)
  if (parts) return idsOf(db, together(parts, wanted))
  const few = await idsOf(db, newestOfFew(undefined, window, seen, wanted))
  if (few.length === wanted.most) return few
  return idsOf(db, together((await partsOf(db, sight, where, wanted, true)) ?? [], wanted))
}

/** The logs that words are looked up in; `null` where they may be any that the caller's database shows. */
const logsOf = ({ everything, customers, devices, maker }: Sight): string[] | null =>
  everything || devices ? null : [...customers, ...(maker ? [theMakerItself] : [])]

/** Words: among the newest first, where common ones are soon found; then by their index, where rare ones are. */
const searched = async (db: Tx, anybody: boolean, sight: Sight, filter: Narrow, wanted: Wanted): Promise<string[]> => {
  const seen = and(narrowedTo(filter, { words: true }), withinSight(sight))
  const [only, ...others] = sight.customers
  const of = only && others.length === 0 && !sight.devices && !sight.maker ? eq(auditEvent.customerId, only) : undefined
  const few = await idsOf(db, newestOfFew(of, fewForWords, seen, wanted))
  if (few.length === wanted.most) return few
  const where = and(narrowedTo(filter, { words: false }), withinSight(sight))
  const logs = logsOf(sight)
  const { first, end } = idsWithin(filter)
  const found: string[] = []
  let before = end !== undefined && !(wanted.before !== undefined && wanted.before < end) ? end : wanted.before
  for (const most of lookUps) {
    const look = anybody ? sql`audit_found` : sql`audit_found_behind_wall`
    const ids = await idsOf(
      db,
      sql`select ${look}(${filter.search}, ${logs ? uuids(logs) : sql`null`}, ${before ?? null}, ${most}) as id`,
    )
    const rest = { most: wanted.most - found.length, before }
    // One parameter, however many there are: of its own each, they would be more than a question can carry.
    if (ids.length > 0)
      found.push(...(await idsOf(db, newest(and(where, sql`${auditEvent.id} = any(${uuids(ids)})`), rest))))
    before = ids.at(-1)
    const isOver = ids.length < most || (before !== undefined && first !== undefined && before < first)
    if (isOver || found.length === wanted.most) return found
  }
  return [...found, ...(await idsOf(db, newest(seen, { most: wanted.most - found.length, before })))]
}

/**
 * The ids of a page of the log, newest first. `anybody` is true where `db` shows the rows of all customers, and not only
 * those behind a wall.
 */
export const placesOf = (db: Tx, sight: Sight, filter: Narrow, wanted: Wanted, anybody: boolean): Promise<string[]> => {
  const { customerId } = filter
  const whole = customerId !== undefined && (sight.everything || sight.customers.includes(customerId))
  const anchors = anchorsOf(filter)
  if (customerId && !whole && anchors.length === 0) anchors.push([auditEvent.customerId, [customerId]])
  if (anchors.length > 0) {
    const seen = and(narrowedTo(filter, { words: true }), withinSight(sight))
    const parts = anchors.map(([column, values]) => newestOfEach(column, uuids(values), seen, wanted))
    return idsOf(db, together(parts, wanted))
  }
  // Of one customer whose whole log he may see: as if that were all he may see.
  const near: Sight = whole ? { ...nothing, customers: [customerId] } : sight
  return filter.search ? searched(db, anybody, near, filter, wanted) : browsed(db, near, filter, wanted)
}
