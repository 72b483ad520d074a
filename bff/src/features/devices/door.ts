import { type Activity, isActivity } from '@gatehouse/shared/activities'
import type { DeviceTarget, Who } from '@gatehouse/shared/decide'
import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { and, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { About } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { isUuid } from '../../kernel/ids.ts'
import { customer, site } from '../customers/tables.ts'
import { policy } from '../policies/tables.ts'
import { device, deviceLink, model } from './tables.ts'

export { hashCode, normaliseCode } from './codes.ts'
export { connectionOf } from './rules.ts'
export { sweepLinks } from './sweep.ts'

/** A device with everything that contains it, as other rooms need to know it. */
export interface KnownDevice extends DeviceTarget {
  about: About
  name: string
  serial: string
  state: 'awaiting_enrolment' | 'active' | 'revoked'
  removed: boolean
  customerName: string
  siteName: string
  /** IANA name of the site's zone. */
  zone: string
  modelName: string
  modelVersion: number
  declaration: Declaration
  publicKey: string | null
}

/** The devices of these ids, removed ones too, by their id. */
export const devicesById = async (db: Tx, ids: readonly string[]): Promise<Map<string, KnownDevice>> => {
  const rows = await db
    .select({ device, site, customerName: customer.name, model })
    .from(device)
    .innerJoin(site, eq(site.id, device.siteId))
    .innerJoin(customer, eq(customer.id, device.customerId))
    .innerJoin(model, eq(model.id, device.modelId))
    .where(inArray(device.id, ids.filter(isUuid)))
  return new Map(
    rows.map((row): [string, KnownDevice] => [
      row.device.id,
      {
        kind: 'device',
        deviceId: row.device.id,
        customerId: row.device.customerId,
        siteId: row.device.siteId,
        modelId: row.device.modelId,
        tags: row.device.tags,
        about: {
          customerId: row.device.customerId,
          customerName: row.customerName,
          deviceId: row.device.id,
          deviceName: row.device.name,
          siteId: row.device.siteId,
        },
        name: row.device.name,
        serial: row.device.serial,
        state: row.device.state,
        removed: row.device.removedAt !== null,
        customerName: row.customerName,
        siteName: row.site.name,
        zone: row.site.zone,
        modelName: row.model.name,
        modelVersion: row.model.version,
        declaration: row.model.declaration,
        publicKey: row.device.publicKey,
      },
    ]),
  )
}

/** The device of this id, removed ones too; `undefined` for what does not exist or is no id. */
export const deviceById = async (db: Tx, id: string): Promise<KnownDevice | undefined> =>
  isUuid(id) ? (await devicesById(db, [id])).get(id.toLowerCase()) : undefined

/** The device named in the path, as long as it has not been removed. */
export const theDevice: Finder<KnownDevice> = async (house, c) => {
  const found = await deviceById(house.db, c.req.param('deviceId') ?? '')
  return found?.removed ? undefined : found
}

/** The device named in the path, removed or not: for its history. */
export const theDeviceEvenRemoved: Finder<KnownDevice> = (house, c) =>
  deviceById(house.db, c.req.param('deviceId') ?? '')

/** True where the grants of `who` may reach rows of any customer: no wall stands behind his queries then. */
export const reachesAnybody = (who: Pick<Who, 'customerId' | 'grants'>): boolean =>
  who.customerId === null && who.grants.some(({ scope }) => ['all', 'models', 'tags'].includes(scope.kind))

/**
 * The customers whose rows the grants of `who` can reach, the maker among them for its own people; `null` where these
 * may be anybody's.
 */
export const reachOf = async (db: Tx, who: Pick<Who, 'customerId' | 'grants'>): Promise<readonly string[] | null> => {
  if (who.customerId) return [who.customerId]
  if (reachesAnybody(who)) return null
  const reach = new Set([theMakerItself])
  const [sites, devices]: [string[], string[]] = [[], []]
  for (const { scope } of who.grants) {
    if (scope.kind === 'customers') for (const id of scope.ids) reach.add(id)
    else if (scope.kind === 'sites') sites.push(...scope.ids)
    else if (scope.kind === 'devices') devices.push(...scope.ids)
  }
  if (sites.length + devices.length === 0) return [...reach]
  const of = await db
    .select({ id: site.customerId })
    .from(site)
    .where(inArray(site.id, sites))
    .union(db.select({ id: device.customerId }).from(device).where(inArray(device.id, devices)))
  for (const { id } of of) reach.add(id)
  return [...reach]
}

/**
 * The rows of `device` on which `who` is granted `activity`, as a condition for lists: the same rule as `granted`,
 * said in SQL. Each grant contributes only where it holds the activity itself.
 */
export const grantedDevices = (who: Pick<Who, 'customerId' | 'grants'>, activity: Activity): SQL => {
  if (!isActivity(activity)) return sql`false`
  const scopes = who.grants.filter((grant) => grant.activities.includes(activity)).map((grant) => grant.scope)
  const any = (column: SQL | typeof device.id, ids: readonly string[]) =>
    ids.length === 0 ? sql`false` : sql`${column} = any(${sql.param(ids)}::uuid[])`
  const conditions = scopes.map((scope): SQL => {
    switch (scope.kind) {
      case 'all':
        return sql`true`
      case 'customers':
        return any(sql`${device.customerId}`, scope.ids)
      case 'sites':
        return any(sql`${device.siteId}`, scope.ids)
      case 'models':
        return any(sql`${device.modelId}`, scope.ids)
      case 'devices':
        return any(sql`${device.id}`, scope.ids)
      case 'tags':
        return scope.tags.length === 0 ? sql`false` : sql`${device.tags} && ${sql.param(scope.tags)}::text[]`
    }
  })
  const scoped = conditions.length === 0 ? sql`false` : (or(...conditions) as SQL)
  return who.customerId === null ? scoped : (and(eq(device.customerId, who.customerId), scoped) as SQL)
}

/** How many of these devices `who` is granted `activity` on. */
export const devicesSeen = (
  db: Tx,
  who: Pick<Who, 'customerId' | 'grants'>,
  activity: Activity,
  ids: readonly string[],
): Promise<number> =>
  ids.length === 0
    ? Promise.resolve(0)
    : db.$count(device, and(sql`${device.id} = any(${sql.param([...ids])}::uuid[])`, grantedDevices(who, activity)))

/**
 * The version of the orders (policy and declaration) that a row of `device` ought to hold: a sum of counts that only
 * rise, so that one row is written however many devices a change is about.
 */
export const ordersWanted: SQL<number> = sql<number>`orders_wanted(${device})`

/** The version of the orders a device ought to hold; 0 where there is none of this id. */
export const ordersVersionOf = async (db: Tx, deviceId: string): Promise<number> => {
  const [row] = await db.select({ version: ordersWanted }).from(device).where(eq(device.id, deviceId))
  return row?.version ?? 0
}

/**
 * Raises the version of the orders of a customer's, a site's, a model's or one device, in the transaction that changed them, and
 * tells the gateways of those that are connected. A device that leaves a site with a higher count is raised by so much more.
 */
export const raiseOrders = async (
  tx: Tx,
  of: { customerId: string } | { siteId: string } | { modelId: string } | { deviceId: string; by?: number },
): Promise<Signal[]> => {
  let whose: SQL
  if ('customerId' in of) {
    whose = eq(device.customerId, of.customerId)
    await tx
      .update(policy)
      .set({ orders: sql`${policy.orders} + 1` })
      .where(eq(policy.customerId, of.customerId))
  } else if ('siteId' in of) {
    whose = eq(device.siteId, of.siteId)
    await tx
      .update(site)
      .set({ orders: sql`${site.orders} + 1` })
      .where(eq(site.id, of.siteId))
  } else if ('modelId' in of) {
    whose = eq(device.modelId, of.modelId)
    await tx
      .update(model)
      .set({ orders: sql`${model.orders} + 1` })
      .where(eq(model.id, of.modelId))
  } else {
    whose = eq(device.id, of.deviceId)
    await tx
      .update(device)
      .set({ ordersVersion: sql`${device.ordersVersion} + ${of.by ?? 1}` })
      .where(whose)
  }
  const connected = await tx
    .select({ deviceId: device.id })
    .from(device)
    .innerJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .where(and(whose, isNull(device.removedAt), eq(deviceLink.connected, true)))
  return connected.map(({ deviceId }) => ({ kind: 'deliver', deviceId }))
}
