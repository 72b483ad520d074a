import type { Openings } from '@gatehouse/shared/audit/leaf'
import { sql } from 'drizzle-orm'
import {
  bigint,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const ms = (name: string) => bigint(name, { mode: 'number' })
const count = (name: string) => bigint(name, { mode: 'number' })

/**
 * The audit log: insert-only by role and by trigger, and referring to nothing, so that it outlives everything. Of people
 * it holds ids alone; what is personal is committed to in `canonical` and stands in `audit_text`.
 */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: uuid().primaryKey(),
    at: ms('at').notNull(),
    event: text().notNull(),
    outcome: text().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: uuid('actor_id'),
    actorCompany: text('actor_company').notNull(),
    customerId: uuid('customer_id'),
    customerName: text('customer_name'),
    deviceId: uuid('device_id'),
    deviceName: text('device_name'),
    requestId: uuid('request_id'),
    sessionId: uuid('session_id'),
    approvalId: uuid('approval_id'),
    siteId: uuid('site_id'),
    personId: uuid('person_id'),
    /** When it happened by the clock of the device that told of it; `at` is ours. */
    claimedAt: ms('claimed_at'),
    /** The exact bytes whose hash stands in the leaf: RFC 8785 JSON of the columns and of what `audit_text` opens. */
    canonical: bytea().notNull(),
  },
  (t) => [
    index('audit_event_customer').on(t.customerId, t.id),
    index('audit_event_actor').on(t.actorId, t.id),
    index('audit_event_kind').on(t.event, t.id),
    index('audit_event_unusual').on(t.id).where(sql`outcome <> 'done'`),
    // With the customer behind, so that whoever sees what is his own customer's need not fetch the row for it.
    index('audit_event_device').on(t.deviceId, t.id, t.customerId).where(sql`device_id is not null`),
    index('audit_event_site').on(t.siteId, t.id).where(sql`site_id is not null`),
    index('audit_event_person').on(t.personId, t.id).where(sql`person_id is not null`),
    index('audit_event_request').on(t.requestId, t.id).where(sql`request_id is not null`),
    index('audit_event_session').on(t.sessionId, t.id).where(sql`session_id is not null`),
    index('audit_event_approval').on(t.approvalId, t.id).where(sql`approval_id is not null`),
  ],
)

/** What of an event is personal, or in its own words: kept beside the evidence, so that it can be erased from here. */
export const auditText = pgTable(
  'audit_text',
  {
    eventId: uuid('event_id').primaryKey(),
    customerId: uuid('customer_id'),
    actorName: text('actor_name').notNull(),
    fromAddress: text('from_address'),
    fields: jsonb().$type<Record<string, string | number>>().notNull(),
    /** Salts and values of the commitments in `canonical`; without one its value cannot be guessed back. */
    openings: jsonb().$type<Openings>().notNull(),
    /** What else it is found by: the words of its sentence, names of things, ends of ids; nothing personal. */
    words: text().notNull().default(''),
    /** All words of this row and whose it is; made by the database, so that what is erased is found no longer. */
    search: tsvector().generatedAlwaysAs(sql`audit_search(words, actor_name, from_address, fields, customer_id)`),
  },
  (t) => [index('audit_text_search').using('gin', t.search)],
)

/** An event with its words, as pages show it; whoever reads it sees through the walls of both tables. */
export const auditLine = pgView('audit_line', {
  id: uuid().notNull(),
  at: ms('at').notNull(),
  event: text().notNull(),
  outcome: text().notNull(),
  actorKind: text('actor_kind').notNull(),
  actorId: uuid('actor_id'),
  actorName: text('actor_name').notNull(),
  actorCompany: text('actor_company').notNull(),
  customerId: uuid('customer_id'),
  customerName: text('customer_name'),
  deviceId: uuid('device_id'),
  deviceName: text('device_name'),
  requestId: uuid('request_id'),
  sessionId: uuid('session_id'),
  approvalId: uuid('approval_id'),
  siteId: uuid('site_id'),
  personId: uuid('person_id'),
  claimedAt: ms('claimed_at'),
  fromAddress: text('from_address'),
  fields: jsonb().$type<Record<string, string | number>>().notNull(),
  canonical: bytea().notNull(),
}).existing()

/** Events that no sequencer has given their place in a tree yet; written with the event, in one transaction. */
export const auditPending = pgTable('audit_pending', {
  eventId: uuid('event_id').primaryKey(),
  customerId: uuid('customer_id'),
})

/** An event's place in its customer's tree (the maker's: `theMakerItself`), for ever. */
export const auditLeaf = pgTable(
  'audit_leaf',
  {
    tree: uuid().notNull(),
    seq: count('seq').notNull(),
    eventId: uuid('event_id').notNull(),
    deviceId: uuid('device_id'),
    /** Without a gap from 0 on for each device of the tree. */
    deviceSeq: count('device_seq'),
  },
  (t) => [
    primaryKey({ columns: [t.tree, t.seq] }),
    unique('audit_leaf_event').on(t.eventId),
    unique('audit_leaf_device').on(t.tree, t.deviceId, t.deviceSeq),
  ],
)

/** The complete nodes of the trees, leaves at level 0: written once. */
export const auditNode = pgTable(
  'audit_node',
  { tree: uuid().notNull(), level: integer().notNull(), index: count('index').notNull(), hash: bytea().notNull() },
  (t) => [primaryKey({ columns: [t.tree, t.level, t.index] })],
)

/** What the sequencer goes on from. Not evidence: all of it can be had from leaves and nodes. */
export const auditTree = pgTable('audit_tree', {
  tree: uuid().primaryKey(),
  size: count('size').notNull(),
  /** When the newest leaf was put in; ms. */
  changedAt: ms('changed_at').notNull(),
})

/** Signed sizes and roots, oldest first; the signer keeps its own copy elsewhere. */
export const auditCheckpoint = pgTable(
  'audit_checkpoint',
  { tree: uuid().notNull(), size: count('size').notNull(), note: text().notNull(), at: ms('at').notNull() },
  (t) => [primaryKey({ columns: [t.tree, t.size] })],
)
