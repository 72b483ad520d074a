import { decide } from '@gatehouse/shared/decide'
import type { ReportListRow, ReportStandingView, ReportView } from '@gatehouse/shared/views/intake'
import type { Actor } from '../../kernel/actor.ts'
import { asMay, mayUnless } from '../../kernel/http/allow.ts'
import { isOverdue, whyNotTouch } from './rules.ts'
import type { AnswerRow, ReportRow } from './store.ts'

/** A report as a row of the maker's list. */
export const presentRow = (one: ReportRow, now: number): ReportListRow => ({
  id: one.id,
  number: one.number,
  kind: one.kind,
  severity: one.severity,
  title: one.title,
  state: one.state,
  overdue: isOverdue(one, now),
  receivedAt: one.receivedAt,
  answerBefore: one.answerBefore,
  reporter: one.reporterName === null ? null : { name: one.reporterName, company: one.reporterCompany ?? '' },
})

const closingOf = (one: ReportRow) =>
  one.closedAt === null ? null : { at: one.closedAt, by: one.closedByName ?? '', reason: one.closeReason ?? '' }

/** A report as the maker reads it. */
export const presentReport = (actor: Actor, one: ReportRow, answers: readonly AnswerRow[], now: number): ReportView => {
  const shut = whyNotTouch(one)
  const may = shut
    ? mayUnless(shut)
    : asMay(decide(actor, 'intake.answer', { kind: 'maker' }, { policy: [], approvals: [] }, now))
  return {
    ...presentRow(one, now),
    place: one.place,
    details: one.details,
    email: one.reporterEmail,
    answers: answers.map(({ id, at, byName, text }) => ({ id, at, by: byName, text })),
    closed: closingOf(one),
    may: { answer: may, close: may },
  }
}

/**
 * A report as its number and key open it: what we said, and nothing of what was reported, so that a key that got lost
 * tells nobody where the weak spot is. Names of our people are not in it.
 */
export const presentStanding = (one: ReportRow, answers: readonly AnswerRow[]): ReportStandingView => ({
  number: one.number,
  kind: one.kind,
  state: one.state,
  receivedAt: one.receivedAt,
  answerBefore: one.answerBefore,
  answers: answers.map(({ id, at, text }) => ({ id, at, text })),
  closed: one.closedAt === null ? null : { at: one.closedAt, reason: one.closeReason ?? '' },
})
