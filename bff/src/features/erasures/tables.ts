import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenantOf } from '../../kernel/database/wall.ts'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

export type ErasureState = 'asked' | 'confirmed' | 'running' | 'done' | 'stopped' | 'lapsed'

/** What was asked to be erased of whom, and how far it is. */
export const erasure = pgTable(
  'erasure',
  {
    id: uuid().primaryKey(),
    /** The company of the person: `null` for the maker's people. */
    customerId: uuid('customer_id'),
    tenant: uuid().notNull().generatedAlwaysAs(tenantOf),
    personId: uuid('person_id').notNull(),
    reason: text().notNull(),
    state: text().$type<ErasureState>().notNull(),
    askedBy: uuid('asked_by').notNull(),
    askedAt: ms('asked_at').notNull(),
    confirmedBy: uuid('confirmed_by'),
    confirmedAt: ms('confirmed_at'),
    /** From when on it is done, unless somebody stops it before. */
    beginsAt: ms('begins_at'),
    stoppedBy: uuid('stopped_by'),
    endedAt: ms('ended_at'),
    /** The person's name, then confirmed addresses, while they are looked for; none afterwards. Only the house writes them. */
    words: text().array().notNull().default(sql`'{}'`),
    /** Trees that were gone through, and the last event that was looked at in the present one. */
    trees: integer().notNull().default(0),
    cursor: uuid(),
    pages: integer().notNull().default(0),
    /** How often all that is not in the log was gone through, and the account emptied. */
    emptied: integer().notNull().default(0),
    /** By the database's clock: not before it all is gone through once more. */
    goesOnAt: ms('goes_on_at'),
    /** Events of which words were erased, and rows elsewhere. */
    events: integer().notNull().default(0),
    rows: integer().notNull().default(0),
  },
  (t) => [
    uniqueIndex('erasure_open').on(t.personId).where(sql`${t.state} in ('asked', 'confirmed', 'running')`),
    index('erasure_customer').on(t.customerId, t.id),
    foreignKey({ name: 'erasure_person', columns: [t.tenant, t.personId], foreignColumns: [person.tenant, person.id] }),
    check('erasure_state', sql`${t.state} in ('asked', 'confirmed', 'running', 'done', 'stopped', 'lapsed')`),
    check(
      'erasure_two',
      sql`${t.askedBy} <> ${t.personId} and ${t.confirmedBy} is distinct from ${t.askedBy} and ${t.confirmedBy} is distinct from ${t.personId}`,
    ),
  ],
)

/** That two people wanted it: written once, and what the database asks before it lets words go. */
export const auditErasure = pgTable(
  'audit_erasure',
  {
    erasureId: uuid('erasure_id').primaryKey(),
    customerId: uuid('customer_id'),
    personId: uuid('person_id').notNull(),
    askedBy: uuid('asked_by').notNull(),
    confirmedBy: uuid('confirmed_by').notNull(),
    beginsAt: ms('begins_at').notNull(),
  },
  (t) => [
    check(
      'audit_erasure_two',
      sql`${t.askedBy} <> ${t.confirmedBy} and ${t.personId} not in (${t.askedBy}, ${t.confirmedBy})`,
    ),
  ],
)

/** Which words of an event were erased, by which page of which erasure; written by the database's own function alone. */
export const auditErased = pgTable(
  'audit_erased',
  {
    eventId: uuid('event_id').notNull(),
    erasureId: uuid('erasure_id').notNull(),
    page: integer().notNull(),
    customerId: uuid('customer_id'),
    /** Paths of commitments: `actorName`, `fields.name`. */
    paths: text().array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.eventId, t.erasureId] }),
    index('audit_erased_page').on(t.erasureId, t.page, t.eventId),
  ],
)
