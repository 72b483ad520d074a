import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { person } from '../people/tables.ts'
import { signIn } from '../sign-in/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Who of the maker's people looks at Gatehouse as which person of a customer, one at a time in a browser. */
export const viewing = pgTable(
  'viewing',
  {
    signInId: uuid('sign_in_id')
      .primaryKey()
      .references(() => signIn.handle, { onDelete: 'cascade' }),
    /** Of the person who is looked at: nobody of the maker can stand here. */
    customerId: uuid('customer_id').notNull(),
    personId: uuid('person_id').notNull(),
    reason: text().notNull(),
    caseNumber: text('case_number').notNull(),
    startedAt: ms('started_at').notNull(),
    until: ms('until').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'viewing_person',
      columns: [t.customerId, t.personId],
      foreignColumns: [person.customerId, person.id],
    }).onDelete('cascade'),
    check('viewing_hour', sql`${t.until} > ${t.startedAt} and ${t.until} <= ${t.startedAt} + 3600000`),
  ],
)
