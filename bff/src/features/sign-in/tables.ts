import { bigint, index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Signed-in browsers. `id` is the hash of the cookie's token: this table cannot sign anybody in. */
export const signIn = pgTable(
  'sign_in',
  {
    id: text().primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    /** Lucia's column, kept at the absolute end of life; the idle clock is `lastGestureAt`. */
    expiresAt: timestamp('expires_at', { withTimezone: true, mode: 'date' }).notNull(),
    startedAt: ms('started_at').notNull(),
    lastGestureAt: ms('last_gesture_at').notNull(),
    fromAddress: text('from_address').notNull(),
    userAgent: text('user_agent').notNull(),
  },
  (t) => [index('sign_in_user').on(t.userId)],
)

/** Tries to sign in, for the limits: they hold over restarts and instances. */
export const signInTry = pgTable(
  'sign_in_try',
  {
    id: uuid().primaryKey(),
    at: ms('at').notNull(),
    /** Lower-case address that was typed, hashed. */
    accountHash: text('account_hash').notNull(),
    fromAddress: text('from_address').notNull(),
    outcome: text().$type<'succeeded' | 'failed'>().notNull(),
  },
  (t) => [index('sign_in_try_account').on(t.accountHash, t.at), index('sign_in_try_from').on(t.fromAddress, t.at)],
)
