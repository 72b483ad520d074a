import type { Tx } from '../database/connect.ts'
import { newId } from '../ids.ts'
import { outboxMail } from './tables.ts'

/** A mail in plain text. */
export interface Mail {
  to: string
  subject: string
  text: string
}

/** Queues a mail in the transaction of the deed that causes it: no deed, no mail; sent by a worker afterwards. */
export const queueMail = async (tx: Tx, mail: Mail, now: number): Promise<void> => {
  // What people wrote stands in the subject: it stays one line, and can add no header.
  const subject = mail.subject.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
  await tx.insert(outboxMail).values({ id: newId(), ...mail, subject, queuedAt: now, nextTryAt: now })
}
