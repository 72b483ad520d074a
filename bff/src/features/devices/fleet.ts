import type { Who } from '@gatehouse/shared/decide'
import { severities } from '@gatehouse/shared/devices/declaration'
import { type FleetFilter, type FleetSort, usualOrder } from '@gatehouse/shared/devices/fleet'
import type { FleetFacets } from '@gatehouse/shared/views/views'
import { and, asc, eq, exists, ilike, inArray, isNull, not, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import { type KeyKind, readKey } from '../../kernel/http/pages.ts'
import { alarm } from '../alarms/tables.ts'
import { customer, site } from '../customers/tables.ts'
import { grantedDevices } from './door.ts'
import { lateAfter, offlineAfter } from './rules.ts'
import { device, deviceLink, model } from './tables.ts'

/** A severity as a number that can be ordered: 0 for none. */
export const rankOf = (severity: SQLWrapper): SQL<number> =>
  sql<number>`array_position(${sql.param([...severities])}::text[], ${severity})`

const openAlarm = (db: Tx, more?: SQL) =>
  db
    .select({ one: sql`1` })
    .from(alarm)
    .where(and(eq(alarm.deviceId, device.id), isNull(alarm.clearedAt), more))

interface SortKey {
  kinds: readonly KeyKind[]
  parts: SQL[]
}

/** What rows are ordered by; the id comes last and makes every key different. */
const sortKey = (db: Tx, sort: FleetSort): SortKey => {
  const id = sql`${device.id}`
  switch (sort) {
    case 'name':
      return { kinds: ['text', 'id'], parts: [sql`${device.name}`, id] }
    case 'serial':
      return { kinds: ['text', 'id'], parts: [sql`${device.serial}`, id] }
    case 'customer':
      return { kinds: ['text', 'text', 'id'], parts: [sql`${customer.name}`, sql`${device.name}`, id] }
    case 'lastHeard':
      return { kinds: ['number', 'id'], parts: [sql`coalesce(${deviceLink.lastHeardAt}, -1)`, id] }
    case 'alarm': {
      const worst = db
        .select({ rank: sql`max(${rankOf(alarm.severity)})` })
        .from(alarm)
        .where(and(eq(alarm.deviceId, device.id), isNull(alarm.clearedAt)))
      return { kinds: ['number', 'id'], parts: [sql`coalesce(${worst}, 0)`, id] }
    }
  }
}

const casts: Record<KeyKind, SQL> = { text: sql`text`, number: sql`bigint`, id: sql`uuid` }

/** `connectionOf`, said in SQL. */
const hasConnection = (wanted: FleetFilter['connection'], now: number): SQL | undefined => {
  const { lastHeardAt, connected, transport } = deviceLink
  const reachable = sql`coalesce(${device.state} = 'active' and (${connected} or ${transport} = 'https'), false)`
  const late = sql`case ${transport} when 'https' then ${lateAfter.https}::bigint else ${lateAfter.websocket}::bigint end`
  const near = sql`(${reachable} and ${lastHeardAt} >= ${now - offlineAfter}::bigint)`
  switch (wanted) {
    case 'never':
      return isNull(lastHeardAt)
    case 'online':
      return sql`${near} and ${lastHeardAt} >= ${now}::bigint - ${late}`
    case 'late':
      return sql`${near} and ${lastHeardAt} < ${now}::bigint - ${late}`
    case 'offline':
      return sql`${lastHeardAt} is not null and not ${near}`
    case undefined:
      return undefined
  }
}

const hasAlarm = (db: Tx, wanted: FleetFilter['alarm']): SQL | undefined => {
  if (wanted === undefined) return undefined
  if (wanted === 'open') return exists(openAlarm(db))
  if (wanted === 'none') return not(exists(openAlarm(db)))
  return exists(openAlarm(db, eq(alarm.severity, wanted)))
}

/** Every word stands in the name, the serial number, the customer or the site. */
const matches = (db: Tx, search: string | undefined): SQL[] =>
  (search ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 5)
    .map((word) => {
      const like = containing(word)
      return or(
        ilike(device.name, like),
        ilike(device.serial, like),
        inArray(device.customerId, db.select({ id: customer.id }).from(customer).where(ilike(customer.name, like))),
        inArray(device.siteId, db.select({ id: site.id }).from(site).where(ilike(site.name, like))),
      ) as SQL
    })

/** A place in the list: the id of a device with the key it is ordered by. */
export interface Place {
  id: string
  key: (string | number)[]
}

/**
 * Which devices a page shows: those `who` may see that meet `filter`, in order, one more than `limit`. The next page
 * begins behind a key, never behind a number of rows, and nothing is counted.
 */
export const placesOf = async (
  db: Tx,
  who: Who,
  filter: FleetFilter,
  page: { limit: number; cursor?: string; now: number },
): Promise<Place[]> => {
  const { kinds, parts } = sortKey(db, filter.sort)
  const after = readKey(page.cursor, kinds)
  const down = (filter.order ?? usualOrder[filter.sort]) === 'desc'
  const given = after && kinds.map((kind, i) => sql`${after[i]}::${casts[kind]}`)
  const rows = await db
    .select({ id: device.id, key: sql<(string | number)[]>`jsonb_build_array(${sql.join(parts, sql`, `)})` })
    .from(device)
    .innerJoin(customer, eq(customer.id, device.customerId))
    .leftJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .where(
      and(
        grantedDevices(who, 'device.view'),
        isNull(device.removedAt),
        filter.customer ? eq(device.customerId, filter.customer) : undefined,
        filter.site ? eq(device.siteId, filter.site) : undefined,
        filter.model ? eq(device.modelId, filter.model) : undefined,
        filter.state ? eq(device.state, filter.state) : undefined,
        filter.tag ? sql`${device.tags} @> array[${filter.tag}]::text[]` : undefined,
        hasAlarm(db, filter.alarm),
        hasConnection(filter.connection, page.now),
        ...matches(db, filter.search),
        given && sql`(${sql.join(parts, sql`, `)}) ${down ? sql`<` : sql`>`} (${sql.join(given, sql`, `)})`,
      ),
    )
    .orderBy(...parts.map((part) => (down ? sql`${part} desc` : sql`${part} asc`)))
    .limit(page.limit + 1)
  return rows
}

/** At most so many choices in one list of the filters. */
const mostChoices = 1_000

/** The customers, sites and models of the devices that `who` may see, by name; sites and models of one customer where it is given. */
export const facetsOf = async (db: Tx, who: Who, ofCustomer?: string): Promise<FleetFacets> => {
  const seen = (where: SQL | undefined) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(device)
        .where(and(where, isNull(device.removedAt), grantedDevices(who, 'device.view'))),
    )
  const [customers, sites, models] = await Promise.all([
    db
      .select({ id: customer.id, name: customer.name })
      .from(customer)
      .where(seen(eq(device.customerId, customer.id)))
      .orderBy(asc(customer.name), asc(customer.id))
      .limit(mostChoices),
    db
      .select({ id: site.id, name: site.name, customerId: site.customerId })
      .from(site)
      .where(and(ofCustomer ? eq(site.customerId, ofCustomer) : undefined, seen(eq(device.siteId, site.id))))
      .orderBy(asc(site.name), asc(site.id))
      .limit(mostChoices),
    db
      .select({ id: model.id, name: model.name })
      .from(model)
      .where(seen(and(eq(device.modelId, model.id), ofCustomer ? eq(device.customerId, ofCustomer) : undefined)))
      .orderBy(asc(model.name), asc(model.id))
      .limit(mostChoices),
  ])
  return { customers, sites, models }
}
