import type { PolicyLevelKind } from '@gatehouse/shared/policies/policy'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { customer, site } from '../customers/tables.ts'
import { device } from '../devices/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** The version of a customer's policy; rises with every change. */
export const policy = pgTable('policy', {
  customerId: uuid('customer_id')
    .primaryKey()
    .references(() => customer.id, { onDelete: 'cascade' }),
  version: integer().notNull().default(1),
  changedAt: ms('changed_at').notNull(),
  /** Counts what changed the orders of all the customer's devices. */
  orders: integer().notNull().default(0),
})

/** Every change of a policy: what one level said before and after it. Names are those of the time; insert-only. */
export const policyVersion = pgTable(
  'policy_version',
  {
    customerId: uuid('customer_id')
      .notNull()
      .references(() => policy.customerId),
    /** The version that this change made. */
    version: integer().notNull(),
    changedAt: ms('changed_at').notNull(),
    changedBy: uuid('changed_by').notNull(),
    changedByName: text('changed_by_name').notNull(),
    level: text().$type<PolicyLevelKind>().notNull(),
    levelId: uuid('level_id').notNull(),
    levelName: text('level_name').notNull(),
    before: jsonb().$type<Record<string, unknown>>().notNull(),
    after: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.version] })],
)

/** The rules of one level: the customer itself, a site, a model or a device. */
export const policyLevel = pgTable(
  'policy_level',
  {
    customerId: uuid('customer_id')
      .notNull()
      .references(() => policy.customerId, { onDelete: 'cascade' }),
    level: text().$type<PolicyLevelKind>().notNull(),
    levelId: uuid('level_id').notNull(),
    /** As it was written, perhaps by an earlier version: `readRules` reads it. */
    rules: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The level's id again, where it is that of a site or a device: which must be the customer's own. */
    siteId: uuid('site_id').generatedAlwaysAs(sql`case when level = 'site' then level_id end`),
    deviceId: uuid('device_id').generatedAlwaysAs(sql`case when level = 'device' then level_id end`),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.level, t.levelId] }),
    foreignKey({ columns: [t.customerId, t.siteId], foreignColumns: [site.customerId, site.id] }),
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }),
    check('policy_level_own', sql`${t.level} <> 'customer' or ${t.levelId} = ${t.customerId}`),
  ],
)
