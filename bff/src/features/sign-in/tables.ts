import type { SignInMethod } from '@gatehouse/shared/sign-in/methods'
import { bigint, boolean, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { person } from '../people/tables.ts'

/**
 * `limited`: it was not looked at any more; such tries do not prolong the wait. `halfway`: the password was right, and the
 * second factor has not been shown.
 */
export type TryOutcome = 'succeeded' | 'failed' | 'limited' | 'halfway'

const ms = (name: string) => bigint(name, { mode: 'number' })

/**
 * Signed-in browsers. `id` is the hash of the cookie's token: this table cannot sign anybody in. The token changes while
 * somebody is signed in; `handle` stays, and is what everything else calls the sign-in.
 */
export const signIn = pgTable(
  'sign_in',
  {
    id: text().primaryKey(),
    handle: uuid().notNull().unique().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    /** Lucia's column, kept at the absolute end of life; the idle clock is `lastGestureAt`. */
    expiresAt: timestamp('expires_at', { withTimezone: true, mode: 'date' }).notNull(),
    startedAt: ms('started_at').notNull(),
    lastGestureAt: ms('last_gesture_at').notNull(),
    fromAddress: text('from_address').notNull(),
    /** The address it was last used from and let in; `null` as long as that is `fromAddress`. */
    lastFromAddress: text('last_from_address'),
    userAgent: text('user_agent').notNull(),
    /** How the person showed who he is. */
    method: text().$type<SignInMethod>().notNull().default('password'),
    /** When he last proved who he is; null as long as the second factor was not shown: then hardly a door is open. */
    provenAt: ms('proven_at'),
    /** When the password was last given. */
    passwordAt: ms('password_at'),
    /** Set when his rights were changed: the token is to be replaced before anything else. */
    renewalDue: boolean('renewal_due').notNull().default(false),
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
    outcome: text().$type<TryOutcome>().notNull(),
  },
  (t) => [index('sign_in_try_account').on(t.accountHash, t.at), index('sign_in_try_from').on(t.fromAddress, t.at)],
)

/** Passwords a person has had, as hashes: none of them comes back too soon. */
export const passwordHistory = pgTable(
  'password_history',
  {
    id: uuid().primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    passwordHash: text('password_hash').notNull(),
    retiredAt: ms('retired_at').notNull(),
  },
  (t) => [index('password_history_person').on(t.personId, t.retiredAt)],
)

/** Which reminder has gone out for which password: each goes once, whatever restarts and however many instances run. */
export const passwordReminder = pgTable(
  'password_reminder',
  {
    personId: uuid('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    passwordChangedAt: ms('password_changed_at').notNull(),
    days: integer().notNull(),
    sentAt: ms('sent_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.personId, t.passwordChangedAt, t.days] })],
)

/** When a person was last told that others try to get in with his address. */
export const failureNotice = pgTable('failure_notice', {
  personId: uuid('person_id')
    .primaryKey()
    .references(() => person.id, { onDelete: 'cascade' }),
  toldAt: ms('told_at').notNull(),
})
