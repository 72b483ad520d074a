import type { ReportKind, ReportSeverity, ReportState } from '@gatehouse/shared/intake/reports'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** What was reported to the maker. Moves are checked by trigger against `security_report_move`. Names are those of the time. */
export const securityReport = pgTable(
  'security_report',
  {
    id: uuid().primaryKey(),
    /** `GH-2026-0007`: what people call it. It opens nothing. */
    number: text().notNull().unique(),
    /** Hash of the key with which whoever reported it looks up what became of it. */
    keyHash: text('key_hash').notNull(),
    kind: text().$type<ReportKind>().notNull(),
    severity: text().$type<ReportSeverity>().notNull(),
    title: text().notNull(),
    place: text().notNull(),
    details: text().notNull(),
    /** `null` where nobody was signed in. */
    reporterId: uuid('reporter_id').references(() => person.id),
    reporterName: text('reporter_name'),
    reporterCompany: text('reporter_company'),
    /** Where an answer is mailed to, if anywhere. */
    reporterEmail: text('reporter_email'),
    receivedAt: ms('received_at').notNull(),
    /** The first answer is due before this. */
    answerBefore: ms('answer_before').notNull(),
    state: text().$type<ReportState>().notNull(),
    /** Set when it was told that the first answer is late. */
    overdueToldAt: ms('overdue_told_at'),
    closedAt: ms('closed_at'),
    closedByName: text('closed_by_name'),
    closeReason: text('close_reason'),
  },
  (t) => [
    index('security_report_state').on(t.state, t.answerBefore),
    index('security_report_email').on(sql`lower(${t.reporterEmail})`, t.receivedAt),
    check('security_report_kind', sql`${t.kind} in ('vulnerability', 'breach')`),
    check('security_report_severity', sql`${t.severity} in ('unknown', 'low', 'medium', 'high', 'critical')`),
    check(
      'security_report_closed',
      sql`(${t.state} = 'closed') = (${t.closedAt} is not null and ${t.closedByName} is not null and ${t.closeReason} is not null)`,
    ),
  ],
)

/** What was answered, in order. */
export const securityReportAnswer = pgTable(
  'security_report_answer',
  {
    id: uuid().primaryKey(),
    reportId: uuid('report_id')
      .notNull()
      .references(() => securityReport.id),
    at: ms('at').notNull(),
    byId: uuid('by_id')
      .notNull()
      .references(() => person.id),
    byName: text('by_name').notNull(),
    text: text().notNull(),
  },
  (t) => [index('security_report_answer_report').on(t.reportId, t.id)],
)

/** The last number given in each year; its row is the queue of those who want the next. */
export const securityReportYear = pgTable('security_report_year', {
  year: integer().primaryKey(),
  last: integer().notNull(),
})

/** Who reported and who looked something up, for the limits: they hold over restarts and instances. */
export const securityReportTry = pgTable(
  'security_report_try',
  {
    id: uuid().primaryKey(),
    at: ms('at').notNull(),
    source: text().notNull(),
    what: text().$type<'report' | 'lookup'>().notNull(),
  },
  (t) => [
    index('security_report_try_source').on(t.source, t.what, t.at),
    check('security_report_try_what', sql`${t.what} in ('report', 'lookup')`),
  ],
)
