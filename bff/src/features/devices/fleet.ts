import type { Who } from '@gatehouse/shared/decide'
import { type FleetFilter, type FleetSort, usualOrder } from '@gatehouse/shared/devices/fleet'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { type KeyKind, readKey } from '../../kernel/http/pages.ts'
import { customer } from '../customers/tables.ts'
import { grantedDevices } from './door.ts'
import { hasAlarm, hasConnection, hasMark, marksOf } from './fleet-marks.ts'
import { type Looked, matches, rarestOf } from './fleet-words.ts'
import { device, deviceLink } from './tables.ts'

interface SortKey {
  kinds: readonly KeyKind[]
  parts: SQL[]
}

const id = sql`${device.id}`
/** What rows are ordered by; the id comes last and makes every key different. */
const sortKeys: Record<FleetSort, SortKey> = {
  name: { kinds: ['text', 'id'], parts: [sql`${device.name}`, id] },
  serial: { kinds: ['text', 'id'], parts: [sql`${device.serial}`, id] },
  customer: { kinds: ['text', 'text', 'id'], parts: [sql`${customer.name}`, sql`${device.name}`, id] },
  lastHeard: { kinds: ['number', 'id'], parts: [sql`coalesce(${deviceLink.lastHeardAt}, -1)`, id] },
  alarm: { kinds: ['number', 'id'], parts: [sql`${device.alarmRank}`, id] },
}

const casts: Record<KeyKind, SQL> = { text: sql`text`, number: sql`bigint`, id: sql`uuid` }

/** A place in the list: the id of a device with the key it is ordered by. */
export interface Place {
  id: string
  key: (string | number)[]
}

/** More customers than these are not asked one by one. */
const mostOneByOne = 200
/** So many of the first devices are looked at before words that many hold are looked up in their index. */
const firstOnes = 4_000
/** Devices that are met beyond those wanted, because of some the link itself may say otherwise than its mark. */
const spare = 16

const scopesOf = (who: Who) =>
  who.grants.filter(({ activities }) => activities.includes('device.view')).map(({ scope }) => scope)

/** What `who` may see. Single devices are named one by one, so that each is fetched by its key whatever else is asked. */
const seenBy = (who: Who): SQL => {
  const scopes = scopesOf(who)
  const ids = scopes.flatMap((scope) => (scope.kind === 'devices' ? scope.ids : []))
  return who.customerId === null && ids.length > 0 && scopes.every(({ kind }) => kind === 'devices')
    ? sql`${device.id} in (select unnest(${sql.param(ids)}::uuid[]))`
    : grantedDevices(who, 'device.view')
}

/**
 * The customers that make up what `who` sees, where his grants name nothing else: each has its devices in order, so
 * that the first of all are among the first of each.
 */
const oneByOne = (who: Who, filter: FleetFilter): string[] | undefined => {
  const scopes = scopesOf(who)
  if (filter.customer || filter.site || filter.model || filter.search || filter.sort === 'lastHeard') return undefined
  const ids = scopes.flatMap((scope) => (scope.kind === 'customers' ? scope.ids : []))
  const others = scopes.some(({ kind }) => kind !== 'customers')
  return who.customerId === null && !others && ids.length > 1 && ids.length <= mostOneByOne
    ? [...new Set(ids)]
    : undefined
}

/** A list of devices, said once: `where` what, in which order, how many. */
interface Listing {
  where: SQL[]
  key: SortKey
  down: boolean
  joined: SQL
}

const inOrder = (parts: readonly SQL[], down: boolean): SQL =>
  sql.join(
    parts.map((part) => (down ? sql`${part} desc` : sql`${part} asc`)),
    sql`, `,
  )

const named = (key: SortKey): SQL[] => key.parts.map((_, i) => sql.identifier(`k${i}`)).map((one) => sql`${one}`)

/** The first `count` of a listing, as a query with the columns of the key. */
const first = ({ where, key, down, joined }: Listing, count: number, more?: SQL, by = key.parts): SQL => {
  const columns = sql.join(
    key.parts.map((part, i) => sql`${part} as ${sql.identifier(`k${i}`)}`),
    sql`, `,
  )
  return sql`select ${columns} from ${device} ${joined} where ${and(...where, more)}
    order by ${inOrder(by, down)} limit ${count}`
}

/** The same, from the first of each of these customers. */
const firstOfEach = (listing: Listing, count: number, customers: readonly string[]): SQL => {
  const { parts } = listing.key
  // Within one customer all have the customer's name.
  const by = parts.length > 2 ? parts.slice(1) : parts
  const of = first(listing, count, sql`${device.customerId} = one.id`, by)
  return sql`select of.* from unnest(${sql.param([...customers])}::uuid[]) as one(id) cross join lateral (${of}) as of
    order by ${inOrder(named(listing.key), listing.down)} limit ${count}`
}

/** All devices that hold one of the words, by its index, and of these the first that hold the others as well. */
const heldBy = ({ where, key, down }: Listing, words: (of: Looked) => SQL[], word: number, count: number): SQL => {
  const held = (name: string) => sql`held.${sql.identifier(name)}`
  const looked = {
    name: held('name'),
    serial: held('serial'),
    customerId: held('customer_id'),
    siteId: held('site_id'),
  }
  const others = words(looked).filter((_, i) => i !== word)
  return sql`select held.name as k0, held.id as k1
    from (
      select ${device.id}, ${device.name}, ${device.serial}, ${device.customerId}, ${device.siteId} from ${device}
      where ${and(...where, words(device)[word])} offset 0
    ) as held where ${and(sql`true`, ...others)} order by ${inOrder(named(key), down)} limit ${count}`
}

/** Of the first few devices those that hold the words. */
const firstLook = ({ where, key, down }: Listing, words: (of: Looked) => SQL[], count: number): SQL => {
  const near = (name: string) => sql`near.${sql.identifier(name)}`
  const looked = {
    name: near('name'),
    serial: near('serial'),
    customerId: near('customer_id'),
    siteId: near('site_id'),
  }
  return sql`select near.name as k0, near.id as k1
    from (
      select ${device.id}, ${device.name}, ${device.serial}, ${device.customerId}, ${device.siteId} from ${device}
      where ${and(...where)} order by ${inOrder(key.parts, down)} limit ${firstOnes}
    ) as near where ${and(...words(looked))} order by ${inOrder(named(key), down)} limit ${count}`
}

const seesAll = (who: Who): boolean =>
  who.customerId === null &&
  who.grants.some(({ activities, scope }) => scope.kind === 'all' && activities.includes('device.view'))

/** Runs a listing; with `when` a row says whether that holds for its device. */
const run = async (
  db: Tx,
  listing: Listing,
  query: SQL,
  when: SQL = sql`true`,
): Promise<(Place & { ok: boolean })[]> => {
  const names = named(listing.key)
  const own = names.at(-1) as SQL
  return db.execute<Place & { ok: boolean } & Record<string, unknown>>(sql`
    select ${own} as id, jsonb_build_array(${sql.join(names, sql`, `)}) as key, ${when} as ok
    from (${query}) as ${sql.identifier('place')} order by ${inOrder(names, listing.down)}`)
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
  const key = sortKeys[filter.sort]
  const after = readKey(page.cursor, key.kinds)
  const down = (filter.order ?? usualOrder[filter.sort]) === 'desc'
  const given = after && key.kinds.map((kind, i) => sql`${after[i]}::${casts[kind]}`)
  const wanted = page.limit + 1
  const marks = await marksOf(db, filter.connection, page.now)
  const where = [
    isNull(device.removedAt),
    filter.customer ? eq(device.customerId, filter.customer) : undefined,
    filter.site ? eq(device.siteId, filter.site) : undefined,
    filter.model ? eq(device.modelId, filter.model) : undefined,
    filter.state ? eq(device.state, filter.state) : undefined,
    filter.tag ? sql`${device.tags} @> array[${filter.tag}]::text[]` : undefined,
    hasAlarm(filter.alarm),
    given && sql`(${sql.join(key.parts, sql`, `)}) ${down ? sql`<` : sql`>`} (${sql.join(given, sql`, `)})`,
  ].filter((one) => one !== undefined)
  const joined =
    filter.sort === 'customer'
      ? sql`join ${customer} on ${customer.id} = ${device.customerId}`
      : filter.sort === 'lastHeard'
        ? sql`left join ${deviceLink} on ${deviceLink.deviceId} = ${device.id}`
        : sql``
  const customers = oneByOne(who, filter)
  if (!customers) where.unshift(seenBy(who))
  const listing: Listing = { where, key, down, joined }
  const listed = (count: number): SQL => {
    const of = (one: Listing) => (customers ? firstOfEach(one, count, customers) : first(one, count))
    if (!marks) return of(listing)
    const each = marks.map((mark) => of({ ...listing, where: [...listing.where, hasMark[mark] as SQL] }))
    if (each.length === 1) return each[0] as SQL
    return sql`${sql.join(
      each.map((one) => sql`(${one})`),
      sql` union all `,
    )} order by ${inOrder(named(key), down)} limit ${count}`
  }

  const asked = filter.connection
  if (asked === 'online' || asked === 'late' || asked === 'offline') {
    const own = named(key).at(-1) as SQL
    const holds = (deviceId: SQL, state: SQL) =>
      sql`(select ${hasConnection(asked, page.now, state)} from ${deviceLink} where ${deviceLink.deviceId} = ${deviceId})`
    if (marks && filter.sort !== 'lastHeard' && !filter.search) {
      const met = await run(
        db,
        listing,
        listed(wanted + spare),
        sql`(select ${holds(own, sql`d.state`)} from ${device} d where d.id = ${own})`,
      )
      const those = met.filter(({ ok }) => ok)
      if (those.length >= wanted || met.length < wanted + spare) return those.slice(0, wanted)
    }
    where.push(
      filter.sort === 'lastHeard'
        ? hasConnection(asked, page.now, sql`${device.state}`)
        : holds(id, sql`${device.state}`),
    )
  }
  if (filter.search) {
    const words = await matches(db, filter.search)
    const rarest = seesAll(who) && filter.sort === 'name' ? await rarestOf(db, words(device)) : undefined
    if (rarest?.together) {
      // Words that many hold together stand in some of the first already; an index would find all before it gives one.
      const near = await run(db, listing, firstLook(listing, words, wanted))
      if (near.length === wanted) return near
    }
    if (rarest) return run(db, listing, heldBy(listing, words, rarest.word, wanted))
    where.push(...words(device))
  }
  return run(db, listing, listed(wanted))
}
