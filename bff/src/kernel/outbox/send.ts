import { eq, sql } from 'drizzle-orm'
import { createTransport } from 'nodemailer'
import { minutes } from '../clock.ts'
import type { House, Job } from '../house.ts'
import { letterOf } from './letter.ts'
import { opened } from './seal.ts'
import { outboxMail } from './tables.ts'

/** Mails taken at once. */
const handful = 20
const longestWait = minutes(30)
/** A mail server that says nothing for so long, ms, is tried again later. */
const patience = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 }

/** Takes what is due, for this instance alone; whoever dies with it in hand lets it become due again. */
const take = (house: House) => {
  const now = house.clock.now()
  return house.db
    .update(outboxMail)
    .set({
      tries: sql`${outboxMail.tries} + 1`,
      nextTryAt: sql`${now} + least(${longestWait}, 10000 * power(2, least(${outboxMail.tries}, 20)))::bigint`,
    })
    .where(
      sql`${outboxMail.id} in (select id from outbox_mail where sent_at is null and next_try_at <= ${now} order by next_try_at limit ${handful} for update skip locked)`,
    )
    .returning()
}

/** The words of a failure without what it was about: an answer of the mail server, one line. */
const because = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 300)

/** Sends what waits in the outbox; without a mail server it waits there. */
export const sendMails: Job = {
  name: 'mails',
  everySeconds: 2,
  run: async (house) => {
    const { smtpUrl, mailFrom } = house.settings
    if (!smtpUrl) return
    const transport = createTransport({ url: smtpUrl, ...patience })
    for (const mail of await take(house)) {
      try {
        const text = opened(house.keys, mail.text)
        await transport.sendMail(letterOf({ ...mail, text }, mailFrom, house.origin))
        await house.db
          .update(outboxMail)
          .set({ sentAt: house.clock.now(), lastError: null })
          .where(eq(outboxMail.id, mail.id))
      } catch (error) {
        house.log.warn({ mailId: mail.id, tries: mail.tries, because: because(error) }, 'a mail could not be sent yet')
        await house.db
          .update(outboxMail)
          .set({ lastError: because(error) })
          .where(eq(outboxMail.id, mail.id))
      }
    }
  },
}
