import { bigint, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Mails that are to go out: written with the deed that caused them, sent by a worker afterwards. */
export const outboxMail = pgTable(
  'outbox_mail',
  {
    id: uuid().primaryKey(),
    to: text().notNull(),
    subject: text().notNull(),
    text: text().notNull(),
    queuedAt: ms('queued_at').notNull(),
    sentAt: ms('sent_at'),
    tries: integer().notNull().default(0),
    nextTryAt: ms('next_try_at').notNull(),
    lastError: text('last_error'),
  },
  (t) => [index('outbox_mail_due').on(t.sentAt, t.nextTryAt)],
)
