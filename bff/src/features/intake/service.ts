import { and, eq, ne } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change, note } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { hashOf, newId } from '../../kernel/ids.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { newSpokenCode, readSpokenCode } from '../../kernel/spoken-code.ts'
import { alert, reportsHint } from './alert.ts'
import { byWhoever, holdToLimits } from './limits.ts'
import { mailOfAnswer, mailOfReceipt, mailOfReport } from './mails.ts'
import { firstAnswerHours, firstAnswerWithin, keyCharacters, readNumber } from './rules.ts'
import {
  type AnswerRow,
  answersOf,
  hadItsReceipts,
  nextNumber,
  type Reported,
  type ReportRow,
  reportByKey,
} from './store.ts'
import { securityReport, securityReportAnswer } from './tables.ts'

/** What whoever reports something is given, this once: of the key only its hash is kept. */
export interface Receipt {
  number: string
  key: string
  answerBefore: number
  /** Whether a mail with the same is on its way. */
  mailed: boolean
}

/** Takes a report in, from anybody; `actor` where somebody is signed in. */
export const takeReport = async (
  house: House,
  actor: Actor | null,
  from: string,
  { email, ...given }: Reported,
): Promise<Receipt> => {
  const by = byWhoever(actor, from)
  await holdToLimits(house, 'report', by, from)
  const key = newSpokenCode(keyCharacters)
  const now = house.clock.now()
  return change(house, by, 'report.received', async (tx) => {
    const number = await nextNumber(tx, new Date(now).getUTCFullYear())
    const mailed = email !== undefined && !(await hadItsReceipts(tx, email, now))
    const [row] = await tx
      .insert(securityReport)
      .values({
        ...given,
        id: newId(),
        number,
        keyHash: hashOf(key),
        reporterId: actor?.id ?? null,
        reporterName: actor?.name ?? null,
        reporterCompany: actor?.company ?? null,
        reporterEmail: email ?? null,
        receivedAt: now,
        answerBefore: now + firstAnswerWithin[given.kind],
        state: 'received',
      })
      .returning()
    if (!row) throw new Error('a security report was not kept')
    if (mailed) await queueMail(tx, mailOfReceipt(house, email, row, key), now)
    await alert(house, tx, (to) => mailOfReport(house, to, row))
    return {
      result: { number, key, answerBefore: row.answerBefore, mailed },
      fields: { number, kind: given.kind, hours: firstAnswerHours(given.kind) },
      signals: [reportsHint],
    }
  })
}

/** A report and what was answered, for whoever has its number and key; wrong and unknown are answered alike. */
export const lookUp = async (
  house: House,
  from: string,
  typed: { number: string; key: string },
): Promise<{ report: ReportRow; answers: AnswerRow[] }> => {
  const by = byWhoever(null, from)
  await holdToLimits(house, 'lookup', by, from)
  const [number, key] = [readNumber(typed.number), readSpokenCode(typed.key, keyCharacters)]
  const report = number && key ? await reportByKey(house.db, number, hashOf(key)) : undefined
  if (!report) {
    await note(house, [entry({ by, event: 'report.key_refused', fields: {}, outcome: 'refused' })])
    throw new Refused('report_unknown')
  }
  return { report, answers: await answersOf(house.db, report.id) }
}

type Move = { state: 'answered' } | { state: 'closed'; closedAt: number; closedByName: string; closeReason: string }

/** Moves a report on and mails whoever reported it; refused where it is closed already. */
const moveOn = async (house: House, tx: Tx, reportId: string, move: Move): Promise<ReportRow> => {
  const [row] = await tx
    .update(securityReport)
    .set(move)
    .where(and(eq(securityReport.id, reportId), ne(securityReport.state, 'closed')))
    .returning()
  if (!row) throw new Refused('wrong_state', { state: 'closed' })
  if (row.reporterEmail) await queueMail(tx, mailOfAnswer(house, row.reporterEmail, row, move.state), house.clock.now())
  return row
}

/** Answers a report; the first answer stops its clock. */
export const answerReport = (house: House, actor: Actor, reportId: string, text: string): Promise<void> =>
  change(house, byPerson(actor), 'report.answered', async (tx) => {
    const { number } = await moveOn(house, tx, reportId, { state: 'answered' })
    const by = { byId: actor.id, byName: actor.name }
    await tx.insert(securityReportAnswer).values({ id: newId(), reportId, at: house.clock.now(), ...by, text })
    return { result: undefined, fields: { number }, signals: [reportsHint] }
  })

/** Closes a report, and says why; of two who do it one is refused. */
export const closeReport = (house: House, actor: Actor, reportId: string, reason: string): Promise<void> =>
  change(house, byPerson(actor), 'report.closed', async (tx) => {
    const closing = { closedAt: house.clock.now(), closedByName: actor.name, closeReason: reason }
    const { number } = await moveOn(house, tx, reportId, { state: 'closed', ...closing })
    return { result: undefined, fields: { number }, signals: [reportsHint] }
  })
