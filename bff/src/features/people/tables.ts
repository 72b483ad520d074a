import type { SignInMethod } from '@gatehouse/shared/sign-in/methods'
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenantOf } from '../../kernel/database/wall.ts'
import { customer } from '../customers/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Accounts: one per person, never used again. A removed person keeps the row, with nothing that opens it. */
export const person = pgTable(
  'person',
  {
    id: uuid().primaryKey(),
    /** `null` for the maker's people. */
    customerId: uuid('customer_id').references(() => customer.id),
    /** The customer, or the maker: what a link from elsewhere is checked against. */
    tenant: uuid().notNull().generatedAlwaysAs(tenantOf),
    name: text().notNull(),
    email: text().notNull(),
    /** Argon2id in PHC format, peppered; a customer who moves over brings bcrypt, until the next sign-in. */
    passwordHash: text('password_hash').notNull(),
    passwordChangedAt: ms('password_changed_at').notNull(),
    /** Set where the next sign-in must choose a new password, whatever its age. */
    passwordDue: boolean('password_due').notNull().default(false),
    disabledAt: ms('disabled_at'),
    removedAt: ms('removed_at'),
    /** Set as long as an invitation waits for its person: until then nothing opens the account. */
    invitedAt: ms('invited_at'),
    createdAt: ms('created_at').notNull(),
    /** The sign-in before the present one is what the profile shows. */
    lastSignInAt: ms('last_sign_in_at'),
    lastSignInFrom: text('last_sign_in_from'),
    lastSignInMethod: text('last_sign_in_method').$type<SignInMethod>(),
    previousSignInAt: ms('previous_sign_in_at'),
    previousSignInFrom: text('previous_sign_in_from'),
    previousSignInMethod: text('previous_sign_in_method').$type<SignInMethod>(),
    lastFailureAt: ms('last_failure_at'),
    lastFailureFrom: text('last_failure_from'),
    lastFailureMethod: text('last_failure_method').$type<SignInMethod>(),
  },
  (t) => [
    uniqueIndex('person_email').on(sql`lower(${t.email})`).where(sql`${t.removedAt} is null`),
    index('person_customer').on(t.customerId, t.name, t.id),
    unique('person_of_customer').on(t.customerId, t.id),
    unique('person_of_tenant').on(t.tenant, t.id),
  ],
)

/** Links in mails, one of a kind per person: a new one replaces the one before. The hash alone opens nothing. */
export const personToken = pgTable(
  'person_token',
  {
    personId: uuid('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    purpose: text().$type<'invite' | 'reset' | 'forgotten' | 'address'>().notNull(),
    tokenHash: text('token_hash').notNull(),
    /** Where the mail went; for `address` the new address. */
    email: text().notNull(),
    madeAt: ms('made_at').notNull(),
    expiresAt: ms('expires_at').notNull(),
    /** Set when it was used or taken back. */
    usedAt: ms('used_at'),
  },
  (t) => [
    primaryKey({ columns: [t.personId, t.purpose] }),
    uniqueIndex('person_token_hash').on(t.tokenHash),
    check('person_token_purpose', sql`${t.purpose} in ('invite', 'reset', 'forgotten', 'address')`),
  ],
)

/** Who asked for a link because of a forgotten password, for the limits: they hold over restarts and instances. */
export const forgottenTry = pgTable(
  'forgotten_try',
  {
    id: uuid().primaryKey(),
    at: ms('at').notNull(),
    /** Lower-case address that was typed, hashed. */
    accountHash: text('account_hash').notNull(),
    source: text().notNull(),
  },
  (t) => [index('forgotten_try_account').on(t.accountHash, t.at), index('forgotten_try_source').on(t.source, t.at)],
)
