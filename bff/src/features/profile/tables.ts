import type { NewsKind } from '@gatehouse/shared/profile/news'
import { sql } from 'drizzle-orm'
import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })
const none = sql`'{}'`

/** What people have chosen for themselves; nobody has a row before he chooses. */
export const personSettings = pgTable('person_settings', {
  personId: uuid('person_id')
    .primaryKey()
    .references(() => person.id, { onDelete: 'cascade' }),
  /** IANA name; `null` until one is chosen. */
  zone: text(),
  /** Kinds of news that are switched off: one that is new is on for everybody. */
  mailsOff: text('mails_off').array().$type<NewsKind[]>().notNull().default(none),
  notesOff: text('notes_off').array().$type<NewsKind[]>().notNull().default(none),
  changedAt: ms('changed_at').notNull(),
})
