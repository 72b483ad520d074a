import { type PolicyLevelKind, type PolicyRules, readRules } from '@gatehouse/shared/policies/policy'
import type { PolicyComparison, PolicyVersionView, PolicyView } from '@gatehouse/shared/views/policies'
import { and, asc, desc, eq, gt, isNull, lt, lte, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import type { KnownCustomer } from '../customers/door.ts'
import { customer, site } from '../customers/tables.ts'
import { ordersWanted } from '../devices/door.ts'
import { device, deviceLink, model } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
import { policyChange } from './rules.ts'
import { policy, policyLevel, policyVersion as versions } from './tables.ts'

/** A level of a customer's policy, speaking already or not. */
export interface KnownLevel extends KnownCustomer {
  level: PolicyLevelKind
  levelId: string
  levelName: string
}

/** The version of a customer's policy; `lock` keeps it until the end of the transaction. */
export const policyVersion = async (db: Tx, customerId: string, lock = false): Promise<number> => {
  const query = db.select({ version: policy.version }).from(policy).where(eq(policy.customerId, customerId))
  const [row] = await (lock ? query.for('update') : query)
  if (!row) throw new Error('a customer without a policy')
  return row.version
}

/** The levels that speak, with the names of what they are about; those of removed devices are left out. */
export const namedLevels = async (db: Tx, customerId: string): Promise<PolicyView['levels']> => {
  const name = sql<string>`coalesce(${customer.name}, ${site.name}, ${model.name}, ${device.name})`
  const rows = await db
    .select({
      level: policyLevel.level,
      levelId: policyLevel.levelId,
      name,
      rules: policyLevel.rules,
      device: { siteId: device.siteId, modelId: device.modelId },
    })
    .from(policyLevel)
    .leftJoin(customer, and(eq(policyLevel.level, 'customer'), eq(customer.id, policyLevel.levelId)))
    .leftJoin(site, and(eq(policyLevel.level, 'site'), eq(site.id, policyLevel.levelId)))
    .leftJoin(model, and(eq(policyLevel.level, 'model'), eq(model.id, policyLevel.levelId)))
    .leftJoin(device, and(eq(policyLevel.level, 'device'), eq(device.id, policyLevel.levelId)))
    .where(and(eq(policyLevel.customerId, customerId), isNull(device.removedAt)))
    .orderBy(
      sql`array_position(array['customer', 'site', 'model', 'device'], ${policyLevel.level})`,
      asc(name),
      asc(policyLevel.levelId),
    )
  return rows.map((row) => ({ ...row, rules: readRules(row.rules) }))
}

/** How many of a customer's enrolled devices say that they hold the newest orders. */
export const confirmedOf = async (db: Tx, customerId: string): Promise<{ devices: number; of: number }> => {
  const [row] = await db
    .select({
      devices: sql<number>`(count(*) filter (where ${deviceLink.ordersHeld} >= ${ordersWanted}))::int`,
      of: sql<number>`count(*)::int`,
    })
    .from(device)
    .leftJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .where(and(eq(device.customerId, customerId), eq(device.state, 'active'), isNull(device.removedAt)))
  return row ?? { devices: 0, of: 0 }
}

/** The name of what a level of this customer's policy is about; `undefined` where it is none of the customer's. */
export const levelName = async (
  db: Tx,
  customerId: string,
  level: PolicyLevelKind,
  levelId: string,
): Promise<string | undefined> => {
  const [row] = await {
    customer: () =>
      db
        .select({ name: customer.name })
        .from(customer)
        .where(and(eq(customer.id, customerId), eq(customer.id, levelId))),
    site: () =>
      db
        .select({ name: site.name })
        .from(site)
        .where(and(eq(site.customerId, customerId), eq(site.id, levelId))),
    // A model is the maker's; it is the customer's business as far as the customer has a device of it.
    model: () =>
      db
        .select({ name: model.name })
        .from(device)
        .innerJoin(model, eq(model.id, device.modelId))
        .where(and(eq(device.customerId, customerId), eq(device.modelId, levelId), isNull(device.removedAt)))
        .limit(1),
    device: () =>
      db
        .select({ name: device.name })
        .from(device)
        .where(and(eq(device.customerId, customerId), eq(device.id, levelId), isNull(device.removedAt))),
  }[level]()
  return row?.name
}

const isLevel = (one: { customerId: string; level: PolicyLevelKind; levelId: string }) =>
  and(
    eq(policyLevel.customerId, one.customerId),
    eq(policyLevel.level, one.level),
    eq(policyLevel.levelId, one.levelId),
  )

/** The rules of one level; none where it does not speak. */
export const rulesOf = async (
  db: Tx,
  one: { customerId: string; level: PolicyLevelKind; levelId: string },
): Promise<PolicyRules> => {
  const [row] = await db.select({ rules: policyLevel.rules }).from(policyLevel).where(isLevel(one))
  return row ? readRules(row.rules) : {}
}

/** Puts the rules of one level in place and raises the version of the policy. */
export const writeRules = async (
  tx: Tx,
  one: { customerId: string; level: PolicyLevelKind; levelId: string; rules: PolicyRules },
  now: number,
): Promise<void> => {
  if (Object.keys(one.rules).length === 0) await tx.delete(policyLevel).where(isLevel(one))
  else
    await tx
      .insert(policyLevel)
      .values(one)
      .onConflictDoUpdate({
        target: [policyLevel.customerId, policyLevel.level, policyLevel.levelId],
        set: { rules: one.rules },
      })
  await tx
    .update(policy)
    .set({ version: sql`${policy.version} + 1`, changedAt: now })
    .where(eq(policy.customerId, one.customerId))
}

/** What the column can hold. */
export const highestVersion = 2 ** 31 - 1

/** Keeps what one level said before and after a change. */
export const keepVersion = (
  tx: Tx,
  { customerId, level, levelId, levelName }: KnownLevel,
  change: { version: number; by: { id: string; name: string }; before: PolicyRules; after: PolicyRules },
  now: number,
): Promise<unknown> =>
  tx.insert(versions).values({
    customerId,
    version: change.version,
    changedAt: now,
    changedBy: change.by.id,
    changedByName: change.by.name,
    level,
    levelId,
    levelName,
    before: change.before,
    after: change.after,
  })

/**
 * The changes of a customer's policy, newest first, one more than `limit`; `below` is the last version already shown.
 * Where the names of people are not told, those of their companies stand in for them.
 */
export const versionsOf = async (
  db: Tx,
  customerId: string,
  names: true | { maker: string; customer: string },
  limit: number,
  below: number | undefined,
): Promise<PolicyVersionView[]> => {
  const rows = await db
    .select({ row: versions, ofCustomer: sql<boolean>`coalesce(${person.customerId} is not null, true)` })
    .from(versions)
    .leftJoin(person, eq(person.id, versions.changedBy))
    .where(
      and(
        eq(versions.customerId, customerId),
        below === undefined ? undefined : lt(versions.version, Math.trunc(Math.min(below, highestVersion))),
      ),
    )
    .orderBy(desc(versions.version))
    .limit(limit + 1)
  return rows.map(({ row, ofCustomer }) => {
    const [before, after] = [readRules(row.before), readRules(row.after)]
    const { version, level, levelId, levelName: name, changedAt: at, changedByName } = row
    const by = names === true ? changedByName : `Somebody of ${ofCustomer ? names.customer : names.maker}`
    return { version, at, by, level, levelId, name, change: policyChange(before, after), before, after }
  })
}

/** What became of the rules from one version (not included) to a later one, level by level, as far as they differ. */
export const changesBetween = async (
  db: Tx,
  customerId: string,
  from: number,
  to: number,
): Promise<PolicyComparison['levels']> => {
  const rows = await db
    .select()
    .from(versions)
    .where(and(eq(versions.customerId, customerId), gt(versions.version, from), lte(versions.version, to)))
    .orderBy(asc(versions.version))
  const levels = new Map<string, PolicyComparison['levels'][number]>()
  for (const { level, levelId, levelName: name, before, after } of rows) {
    const first = levels.get(`${level} ${levelId}`)?.before ?? readRules(before)
    levels.set(`${level} ${levelId}`, { level, levelId, name, before: first, after: readRules(after) })
  }
  return [...levels.values()].filter((one) => policyChange(one.before, one.after) !== 'nothing')
}
