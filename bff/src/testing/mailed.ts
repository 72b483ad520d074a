import { desc, eq } from 'drizzle-orm'
import type { House } from '../kernel/house.ts'
import { opened } from '../kernel/outbox/seal.ts'
import { outboxMail } from '../kernel/outbox/tables.ts'

/** The mails to an address as their reader gets them, the newest first. */
export const mailsTo = async (house: House, to: string): Promise<{ subject: string; text: string }[]> => {
  const rows = await house.db.select().from(outboxMail).where(eq(outboxMail.to, to)).orderBy(desc(outboxMail.id))
  return rows.map(({ subject, text }) => ({ subject, text: opened(house.keys, text) }))
}

/** The token behind the first link of a text that leads to `path`. */
export const tokenIn = (text: string | undefined, path: string): string =>
  new RegExp(`/${path}#([\\w-]{43})`).exec(text ?? '')?.[1] ?? 'no link'
