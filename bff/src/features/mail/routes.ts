import type { MailView } from '@gatehouse/shared/views/mail'
import { desc, lt } from 'drizzle-orm'
import { Hono } from 'hono'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow, theMaker } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { opened } from '../../kernel/outbox/seal.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'

type MailRow = typeof outboxMail.$inferSelect

const present =
  (house: House) =>
  ({ id, to, subject, text, queuedAt, sentAt }: MailRow): MailView => ({
    id,
    to,
    subject,
    text: opened(house.keys, text),
    queuedAt,
    sentAt,
  })

/** The outbox as a page, where there is no mail server to send it: in the demonstration only. */
export const mailRoom = new Hono<RoomEnv>().get(
  '/mail',
  allow('staff.view', theMaker),
  validated('query', PageQuery),
  async (c) => {
    const { house } = c.var
    if (!house.settings.demo) throw new Refused('not_found')
    const { limit, cursor } = c.req.valid('query')
    const [before] = readKey(cursor, ['id']) ?? []
    const rows = await house.db
      .select()
      .from(outboxMail)
      .where(before ? lt(outboxMail.id, before) : undefined)
      .orderBy(desc(outboxMail.id))
      .limit(limit + 1)
    return c.json(asPage(rows, limit, (row) => [row.id], present(house)))
  },
)
