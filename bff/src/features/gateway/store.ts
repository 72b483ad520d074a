import type { DeviceTarget } from '@gatehouse/shared/decide'
import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { and, count, eq, gt, inArray, lte } from 'drizzle-orm'
import type { By } from '../../kernel/actor.ts'
import type { About } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { newId } from '../../kernel/ids.ts'
import { deviceLink, model } from '../devices/tables.ts'
import { assertionUsed, enrolmentTry } from './tables.ts'

export type Transport = 'websocket' | 'https'

/** A device and its link as a batch finds them, its link's row locked. */
export interface Link extends DeviceTarget {
  name: string
  customerName: string
  state: string
  removed: boolean
  publicKey: string | null
  modelVersion: number
  ordersVersion: number
  connected: boolean
  transport: Transport | null
  connectionId: string | null
  lastSeq: number
  bootId: string | null
  ordersHeld: number
  logSize: number | null
  logBeganAt: number | null
  logLostAt: number | null
  logRefusedAt: number | null
}

export const aboutLink = ({ customerId, customerName, deviceId, name, siteId }: Link): About => ({
  customerId,
  customerName,
  deviceId,
  deviceName: name,
  siteId,
})

/** The device as the log names whoever did it. */
export const byDevice = (of: { deviceId: string; name: string; customerName: string }, from: string | null): By => ({
  kind: 'device',
  id: of.deviceId,
  name: of.name,
  company: of.customerName,
  from,
})

// Locked in one order, so that two batches of two instances wait for each other and never in a circle.
const lockLinksText = `
  select l.device_id as "deviceId", l.connected, l.transport, l.connection_id as "connectionId",
    l.last_seq::float8 as "lastSeq", l.boot_id as "bootId", l.orders_held as "ordersHeld",
    l.log_size::float8 as "logSize", l.log_began_at::float8 as "logBeganAt",
    l.log_lost_at::float8 as "logLostAt", l.log_refused_at::float8 as "logRefusedAt",
    d.state, d.removed_at is not null as removed, d.public_key as "publicKey", d.name, d.customer_id as "customerId",
    d.site_id as "siteId", d.model_id as "modelId", d.tags, d.orders_version + p.orders + s.orders + m.orders as "ordersVersion",
    m.version as "modelVersion", c.name as "customerName", 'device' as kind
  from device_link l
    join device d on d.id = l.device_id
    join model m on m.id = d.model_id
    join customer c on c.id = d.customer_id
  join policy p on p.customer_id = d.customer_id
  join site s on s.id = d.site_id
  where l.device_id = any($1::uuid[])
  order by l.device_id
  for no key update of l`

/** Locks the links of these devices and reads them with what a batch needs of the device. */
export const lockLinks = async (tx: Tx, deviceIds: readonly string[]): Promise<Map<string, Link>> => {
  const rows = await prepared<Link>(tx, lockLinksText, [deviceIds])
  return new Map(rows.map((row) => [row.deviceId, row]))
}

/** Says that a device holds no checkpoint, where `null` says nothing. */
export const holdsNone = -1

/** What a link becomes. `null` leaves a column as it was, where that makes sense. */
export interface LinkUpdate {
  deviceId: string
  connected: boolean
  transport: Transport | null
  connectionId: string | null
  lastSeq: number
  lastHeardAt: number | null
  agentVersion: string | null
  platform: string | null
  bootId: string | null
  ordersHeld: number | null
  dropped: number
  logSize: number | null
  logAt: number | null
  logBeganAt: number | null
  logLostAt: number | null
  logRefused: number
  logRefusedAt: number | null
  clockAhead: number | null
}

const updateLinksText = `
  update device_link l set
    connected = n.connected::boolean, transport = n.transport, connection_id = n.connection_id,
    last_seq = n.last_seq, last_heard_at = coalesce(n.last_heard_at, l.last_heard_at),
    agent_version = coalesce(n.agent_version, l.agent_version), platform = coalesce(n.platform, l.platform),
    boot_id = coalesce(n.boot_id, l.boot_id), orders_held = coalesce(n.orders_held, l.orders_held),
    undeclared_dropped = l.undeclared_dropped + n.dropped,
    log_size = case when n.log_size = ${holdsNone} then null else coalesce(n.log_size, l.log_size) end,
    log_at = coalesce(n.log_at, l.log_at), log_refusals = l.log_refusals + n.log_refused,
    log_refused_at = coalesce(n.log_refused_at, l.log_refused_at),
    log_began_at = coalesce(n.log_began_at, l.log_began_at), log_lost_at = coalesce(n.log_lost_at, l.log_lost_at),
    clock_ahead = coalesce(n.clock_ahead, l.clock_ahead)
  from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
      $9::uuid[], $10::int[], $11::int[], $12::bigint[], $13::bigint[], $14::int[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[])
    as n(device_id, connected, transport, connection_id, last_seq, last_heard_at, agent_version, platform, boot_id,
      orders_held, dropped, log_size, log_at, log_refused, log_refused_at, log_began_at, log_lost_at, clock_ahead)
  where l.device_id = n.device_id`

/** Writes many links in one statement. */
export const updateLinks = async (tx: Tx, updates: readonly LinkUpdate[]): Promise<void> => {
  if (updates.length === 0) return
  const of = <K extends keyof LinkUpdate>(key: K) => updates.map((one) => one[key])
  await prepared(tx, updateLinksText, [
    of('deviceId'),
    // As text: the driver takes the first of an array of booleans for the type of the whole.
    updates.map((one) => String(one.connected)),
    of('transport'),
    of('connectionId'),
    of('lastSeq'),
    of('lastHeardAt'),
    of('agentVersion'),
    of('platform'),
    of('bootId'),
    of('ordersHeld'),
    of('dropped'),
    of('logSize'),
    of('logAt'),
    of('logRefused'),
    of('logRefusedAt'),
    of('logBeganAt'),
    of('logLostAt'),
    of('clockAhead'),
  ])
}

/** An assertion that is about to be used up. */
export interface UsedAssertion {
  deviceId: string
  jti: string
  expiresAt: number
}

/** Uses assertions up; returns which of them had not been used before, as `deviceId jti`. */
export const useAssertions = async (tx: Tx, assertions: readonly UsedAssertion[]): Promise<Set<string>> => {
  if (assertions.length === 0) return new Set()
  const rows = await prepared<{ device_id: string; jti: string }>(
    tx,
    `insert into assertion_used (device_id, jti, expires_at)
     select * from unnest($1::uuid[], $2::text[], $3::bigint[])
     on conflict do nothing
     returning device_id, jti`,
    [assertions.map((one) => one.deviceId), assertions.map((one) => one.jti), assertions.map((one) => one.expiresAt)],
  )
  return new Set(rows.map((row) => `${row.device_id} ${row.jti}`))
}

/** Forgets what can no longer be misused, and tries that no longer count. */
export const forgetOld = async (db: Tx, now: number, triesBefore: number): Promise<void> => {
  await db.delete(assertionUsed).where(lte(assertionUsed.expiresAt, now))
  await db.delete(enrolmentTry).where(lte(enrolmentTry.at, triesBefore))
}

/** Notes by how much the clock of a device is ahead of ours, ms. */
export const noteClock = (db: Tx, deviceId: string, clockAhead: number): Promise<unknown> =>
  db.update(deviceLink).set({ clockAhead }).where(eq(deviceLink.deviceId, deviceId))

/** Notes a refused enrolment. */
export const noteEnrolmentTry = (db: Tx, fromAddress: string, at: number): Promise<unknown> =>
  db.insert(enrolmentTry).values({ id: newId(), at, fromAddress })

/** How many enrolments of this address were refused after `since`. */
export const enrolmentTries = async (db: Tx, fromAddress: string, since: number): Promise<number> => {
  const [row] = await db
    .select({ n: count() })
    .from(enrolmentTry)
    .where(and(eq(enrolmentTry.fromAddress, fromAddress), gt(enrolmentTry.at, since)))
  return row?.n ?? 0
}

/** The declarations of these models, as they are now. */
export const declarationsOf = async (
  db: Tx,
  modelIds: readonly string[],
): Promise<{ modelId: string; version: number; declaration: Declaration }[]> =>
  db
    .select({ modelId: model.id, version: model.version, declaration: model.declaration })
    .from(model)
    .where(inArray(model.id, [...modelIds]))

/** Marks devices as not connected that were not heard for too long; returns them. */
export const markSilent = async (
  tx: Tx,
  before: Record<Transport, number>,
): Promise<{ deviceId: string; transport: Transport }[]> =>
  // Rows that a batch holds were heard in this moment, and are left to it.
  prepared(
    tx,
    `update device_link l set connected = false, connection_id = null
     from (
       select device_id from device_link
       where connected and last_heard_at < case transport when 'websocket' then $1::bigint else $2::bigint end
       limit 1000 for no key update skip locked
     ) s
     where l.device_id = s.device_id
     returning l.device_id as "deviceId", l.transport`,
    [before.websocket, before.https],
  )
