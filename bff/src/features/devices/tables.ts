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
    /** Version of the orders (policy and declaration) the device ought to hold. */
    ordersVersion: integer('orders_version').notNull().default(1),
  },
  (t) => [
    unique('device_of_customer').on(t.customerId, t.id),
    foreignKey({ columns: [t.customerId, t.siteId], foreignColumns: [site.customerId, site.id] }),
    // Within one customer: a refusal must not tell that a stranger has a device of this serial number (AZ03).
    uniqueIndex('device_serial').on(t.customerId, t.modelId, t.serial).where(sql`${t.removedAt} is null`),
    index('device_by_name').on(t.name, t.id),
    index('device_by_customer').on(t.customerId, t.name, t.id),
    index('device_by_site').on(t.siteId, t.name, t.id),
    index('device_by_model').on(t.modelId, t.name, t.id),
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
