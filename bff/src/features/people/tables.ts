import { sql } from 'drizzle-orm'
import { bigint, boolean, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { customer } from '../customers/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Accounts: one per person, never used again. A removed person keeps the row without its address. */
export const person = pgTable(
  'person',
  {
    id: uuid().primaryKey(),
    /** `null` for the maker's people. */
    customerId: uuid('customer_id').references(() => customer.id),
    name: text().notNull(),
    email: text().notNull(),
    /** Argon2id in PHC format, peppered. */
    passwordHash: text('password_hash').notNull(),
    passwordChangedAt: ms('password_changed_at').notNull(),
    /** Set where the next sign-in must choose a new password, whatever its age. */
    passwordDue: boolean('password_due').notNull().default(false),
    disabledAt: ms('disabled_at'),
    removedAt: ms('removed_at'),
    createdAt: ms('created_at').notNull(),
    /** The sign-in before the present one is what the profile shows. */
    lastSignInAt: ms('last_sign_in_at'),
    lastSignInFrom: text('last_sign_in_from'),
    previousSignInAt: ms('previous_sign_in_at'),
    previousSignInFrom: text('previous_sign_in_from'),
    lastFailureAt: ms('last_failure_at'),
    lastFailureFrom: text('last_failure_from'),
  },
  (t) => [
    uniqueIndex('person_email').on(sql`lower(${t.email})`).where(sql`${t.removedAt} is null`),
    index('person_customer').on(t.customerId, t.name, t.id),
  ],
)
