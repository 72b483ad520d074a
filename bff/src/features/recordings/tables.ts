import { sql } from 'drizzle-orm'
import { bigint, boolean, foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { session } from '../sessions/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** What crossed a channel of a session, as asciicast parts in the recordings store. */
export const recording = pgTable(
  'recording',
  {
    sessionId: uuid('session_id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    startedAt: ms('started_at').notNull(),
    columns: integer().notNull(),
    rows: integer().notNull(),
    failed: boolean().notNull().default(false),
    /** Everything that crossed is stored. */
    whole: boolean().notNull().default(false),
  },
  (t) => [
    foreignKey({ columns: [t.customerId, t.sessionId], foreignColumns: [session.customerId, session.id] }),
    index('recording_open').on(t.sessionId).where(sql`not ${t.whole} and not ${t.failed}`),
  ],
)

/** One stored part; `hash` (SHA-256, hex) also stands in the audit log. */
export const recordingPart = pgTable(
  'recording_part',
  {
    sessionId: uuid('session_id')
      .notNull()
      .references(() => recording.sessionId),
    part: integer().notNull(),
    bytes: integer().notNull(),
    /** Offset of its last event from the start of the recording, ms. */
    upTo: ms('up_to').notNull(),
    hash: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.part] })],
)
