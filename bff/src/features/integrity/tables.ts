import type { FaultFinder, FaultSide } from '@gatehouse/shared/audit-faults'
import { sql } from 'drizzle-orm'
import {
  bigint,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

const ms = (name: string) => bigint(name, { mode: 'number' })
const count = (name: string) => bigint(name, { mode: 'number' })

/** What was found to be wrong with a log: once each time that it comes up, for ever. `tree` is the customer's id, or the maker's (`theMakerItself`). */
export const auditFault = pgTable(
  'audit_fault',
  {
    id: uuid().primaryKey(),
    tree: uuid().notNull(),
    /** The entry's number in the tree, where it is about one. */
    seq: count('seq'),
    /** `says` without its numbers: what makes it the same fault when it is found again. */
    kind: text().notNull(),
    /** The how manieth time it came up, from 1. */
    occurrence: integer().notNull().default(1),
    says: text().notNull(),
    foundBy: text('found_by').$type<FaultFinder>().notNull(),
    /** Whose agent found it. */
    deviceId: uuid('device_id'),
    firstAt: ms('first_at').notNull(),
    lastAt: ms('last_at').notNull(),
    /** When a mail told of it last; `null` as long as none has. */
    toldAt: ms('told_at'),
  },
  (t) => [
    unique('audit_fault_once').on(t.tree, t.seq, t.kind, t.occurrence).nullsNotDistinct(),
    unique('audit_fault_of_tree').on(t.tree, t.id),
    // As a log's page lists them: the newest first, those found together in the order of the log.
    index('audit_fault_newest').on(t.tree, sql`(- ${t.firstAt})`, sql`coalesce(${t.seq}, -1)`, t.id),
  ],
)

/** Why a fault is there, as somebody of one side says: it ends the reminders of that side. */
export const auditExplanation = pgTable(
  'audit_explanation',
  {
    faultId: uuid('fault_id').notNull(),
    tree: uuid().notNull(),
    side: text().$type<FaultSide>().notNull(),
    at: ms('at').notNull(),
    personId: uuid('person_id').notNull(),
    reason: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.faultId, t.side] }),
    foreignKey({ columns: [t.tree, t.faultId], foreignColumns: [auditFault.tree, auditFault.id] }),
  ],
)

/** Logs that were made again from their events, or wait for it; at most one of a tree that has not ended. */
export const auditCheck = pgTable(
  'audit_check',
  {
    id: uuid().primaryKey(),
    tree: uuid().notNull(),
    askedAt: ms('asked_at').notNull(),
    /** `null` for the nightly ones. */
    askedBy: uuid('asked_by'),
    begunAt: ms('begun_at'),
    /** When it was last heard of: whoever finds it silent for long begins anew. */
    heardAt: ms('heard_at'),
    endedAt: ms('ended_at'),
    /** Events made again so far, of so many. */
    done: count('done').notNull().default(0),
    size: count('size'),
    /** The root that the events make, base64. */
    root: text(),
    /** The newest signed size that it was compared with. */
    comparedSize: count('compared_size'),
    /** Faults found, also those that were known. */
    faults: count('faults'),
    /** Why it came to no end. */
    failed: text(),
  },
  (t) => [
    uniqueIndex('audit_check_one').on(t.tree).where(sql`${t.endedAt} is null`),
    index('audit_check_newest').on(t.tree, t.askedAt),
  ],
)
