import type { Activity } from '@gatehouse/shared/activities'
import type { SessionCause, SessionState } from '@gatehouse/shared/sessions/session-states'
import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { device } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
import { approval, request } from '../requests/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Live remote sessions and those that were. Moves are checked by trigger against `session_move`. */
export const session = pgTable(
  'session',
  {
    id: uuid().primaryKey(),
    customerId: uuid('customer_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    approvalId: uuid('approval_id').notNull().unique(),
    requestId: uuid('request_id').notNull(),
    technicianId: uuid('technician_id')
      .notNull()
      .references(() => person.id),
    technicianName: text('technician_name').notNull(),
    /** The browser sign-in it was opened from: when that ends, so does this. */
    signInId: text('sign_in_id').notNull(),
    activities: text().array().$type<Activity[]>().notNull(),
    epoch: integer().notNull(),
    state: text().$type<SessionState>().notNull(),
    cause: text().$type<SessionCause>(),
    endedByName: text('ended_by_name'),
    openedAt: ms('opened_at').notNull(),
    liveAt: ms('live_at'),
    endsAt: ms('ends_at').notNull(),
    /** Why it is over at `endsAt`: the approved time is, or the policy sets an earlier end. */
    endsFor: text('ends_for').$type<SessionCause>().notNull().default('approval_ended'),
    endedAt: ms('ended_at'),
    /** Renewed by the instance that relays it; a session whose lease ran out was lost with its relay. */
    leaseUntil: ms('lease_until').notNull(),
    /** Set while the policy demands a watcher and none is there: without one it is over then. */
    watcherDue: ms('watcher_due'),
  },
  (t) => [
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }),
    foreignKey({ columns: [t.customerId, t.approvalId], foreignColumns: [approval.customerId, approval.id] }),
    foreignKey({ columns: [t.customerId, t.requestId], foreignColumns: [request.customerId, request.id] }),
    uniqueIndex('session_one_per_device').on(t.deviceId).where(sql`${t.state} <> 'ended'`),
    index('session_device').on(t.deviceId, t.id),
    unique('session_of_customer').on(t.customerId, t.id),
    check('session_cause', sql`(${t.state} = 'ended') = (${t.cause} is not null)`),
  ],
)

/** Single-use tickets for streams; only hashes are kept. */
export const streamTicket = pgTable('stream_ticket', {
  hash: text().primaryKey(),
  sessionId: uuid('session_id')
    .notNull()
    .references(() => session.id, { onDelete: 'cascade' }),
  personId: uuid('person_id').notNull(),
  signInId: text('sign_in_id').notNull(),
  channel: text().$type<'terminal'>().notNull(),
  direction: text().$type<'write' | 'watch'>().notNull(),
  expiresAt: ms('expires_at').notNull(),
  usedAt: ms('used_at'),
})
