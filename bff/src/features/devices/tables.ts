import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { customer, site } from '../customers/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Kinds of device: what they can tell and be told. */
export const model = pgTable('model', {
  id: uuid().primaryKey(),
  name: text().notNull().unique(),
  maker: text().notNull(),
  version: integer().notNull().default(1),
  declaration: jsonb().$type<Declaration>().notNull(),
  /** Counts what changed the orders of all its devices. */
  orders: integer().notNull().default(0),
})

/** A device at a customer's site. Hot, ever-changing columns are in `device_link`. */
export const device = pgTable(
  'device',
  {
    id: uuid().primaryKey(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customer.id),
    siteId: uuid('site_id').notNull(),
    modelId: uuid('model_id')
      .notNull()
      .references(() => model.id),
    name: text().notNull(),
    serial: text().notNull(),
    tags: text().array().notNull().default(sql`'{}'::text[]`),
    state: text().$type<'awaiting_enrolment' | 'active' | 'revoked'>().notNull(),
    /** Raw Ed25519 public key, base64url (the JWK's `x`). */
    publicKey: text('public_key'),
    enrolledAt: ms('enrolled_at'),
    createdAt: ms('created_at').notNull(),
    /** A removed device keeps its row for what refers to it; nothing lists it but its history. */
    removedAt: ms('removed_at'),
    /** Highest session epoch given out; rises with every session. */
    epoch: integer().notNull().default(0),
    /** Counts what changed the orders of this device alone; `orders_wanted` adds its policy's, site's and model's. */
    ordersVersion: integer('orders_version').notNull().default(1),
    // What lists narrow by is kept here by triggers, in the transaction that changes it.
    /** Severities of open alarms, one bit each: 1, 2, 4 in their order. */
    openAlarms: smallint('open_alarms').notNull().default(0),
    /** The rank of the worst open alarm; 0 for none. */
    alarmRank: smallint('alarm_rank')
      .notNull()
      .generatedAlwaysAs(sql`case when open_alarms >= 4 then 3 when open_alarms >= 2 then 2 else open_alarms end`),
    /** The `mark` of its link; whoever is not active does not talk. */
    heard: smallint().notNull().default(0),
  },
  (t) => [
    unique('device_of_customer').on(t.customerId, t.id),
    foreignKey({ columns: [t.customerId, t.siteId], foreignColumns: [site.customerId, site.id] }),
    // Within one customer: a refusal must not tell that a stranger has a device of this serial number (AZ03).
    uniqueIndex('device_serial').on(t.customerId, t.modelId, t.serial).where(sql`${t.removedAt} is null`),
    // The indexes that lists walk carry more columns than they order by: they stand in the migration `fleet_indexes`.
    check('device_state', sql`${t.state} in ('awaiting_enrolment', 'active', 'revoked')`),
  ],
)

/** What changes with every check-in; no index but the key, so that updates stay HOT. */
export const deviceLink = pgTable('device_link', {
  deviceId: uuid('device_id')
    .primaryKey()
    .references(() => device.id, { onDelete: 'cascade' }),
  connected: boolean().notNull().default(false),
  transport: text().$type<'websocket' | 'https'>(),
  /** The control connection that speaks for the device: a newer one takes its place, whichever instance holds it. */
  connectionId: uuid('connection_id'),
  lastHeardAt: ms('last_heard_at'),
  /** Highest message number whose effect is stored. */
  lastSeq: bigint('last_seq', { mode: 'number' }).notNull().default(0),
  agentVersion: text('agent_version'),
  platform: text(),
  bootId: uuid('boot_id'),
  /** Version of the orders the device says it holds. */
  ordersHeld: integer('orders_held').notNull().default(0),
  undeclaredDropped: integer('undeclared_dropped').notNull().default(0),
  /** Events under the newest signed checkpoint of its customer's log that the device holds, and when it said so. */
  logSize: bigint('log_size', { mode: 'number' }),
  logAt: ms('log_at'),
  /** When events last told that it began to hold one, and that it holds none any longer. */
  logBeganAt: ms('log_began_at'),
  logLostAt: ms('log_lost_at'),
  /** Checkpoints that it refused, and when an event last told of one. */
  logRefusals: integer('log_refusals').notNull().default(0),
  logRefusedAt: ms('log_refused_at'),
  /** By how much its clock was ahead of ours with its newest heartbeat; negative where it is behind. ms. */
  clockAhead: bigint('clock_ahead', { mode: 'number' }),
  /** `lastHeardAt` as the last sweep found it that marked the device, and the mark: heard later, it talks again. */
  quietAt: ms('quiet_at'),
  quiet: smallint().notNull().default(1),
  /**
   * 0 never heard, 1 talks, 2 may be late, 3 is late or silent, 4 is silent or not connected. Changes seldom, unlike
   * the rest.
   */
  mark: smallint()
    .notNull()
    .generatedAlwaysAs(
      sql`case when last_heard_at is null then 0 when (connected or transport = 'https') is not true then 4 when quiet_at >= last_heard_at then quiet else 1 end`,
    ),
})

/** Up to when the links were swept: whatever talks was heard shortly before. One row. */
export const linkSweep = pgTable('link_sweep', {
  id: integer().primaryKey(),
  at: ms('at').notNull(),
})

/** One-time codes with which a device enrols; only the hash is kept. */
export const enrolmentCode = pgTable(
  'enrolment_code',
  {
    id: uuid().primaryKey(),
    deviceId: uuid('device_id')
      .notNull()
      .references(() => device.id, { onDelete: 'cascade' }),
    codeHash: text('code_hash').notNull().unique(),
    issuedAt: ms('issued_at').notNull(),
    expiresAt: ms('expires_at').notNull(),
    usedAt: ms('used_at'),
  },
  (t) => [index('enrolment_code_device').on(t.deviceId)],
)
