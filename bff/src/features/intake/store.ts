import type { ReportFilter, ReportKind, ReportSeverity } from '@gatehouse/shared/intake/reports'
import { and, asc, count, desc, eq, gt, ilike, isNull, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import { newId } from '../../kernel/ids.ts'
import { longestMemory, receiptsPerAddress, reportNumber, sourceLimits, type Tried } from './rules.ts'
import { securityReport, securityReportAnswer, securityReportTry, securityReportYear } from './tables.ts'

export type ReportRow = typeof securityReport.$inferSelect
export type AnswerRow = typeof securityReportAnswer.$inferSelect

/** What somebody sends. */
export interface Reported {
  kind: ReportKind
  severity: ReportSeverity
  title: string
  place: string
  details: string
  /** Where an answer is announced to, if anywhere. */
  email?: string | undefined
}

/** Counts a try of a source, this one included, within each of its limits; forgets those that bear on nothing any more. */
export const countTry = async (db: Tx, what: Tried, source: string, now: number): Promise<number[]> => {
  await db.insert(securityReportTry).values({ id: newId(), at: now, source, what })
  const counts = sourceLimits[what].map(
    ({ within }) => sql`count(*) filter (where ${securityReportTry.at} > ${now - within})`,
  )
  const [row] = await db
    .select({ counted: sql<number[]>`array[${sql.join(counts, sql`, `)}]::int[]` })
    .from(securityReportTry)
    .where(and(eq(securityReportTry.source, source), eq(securityReportTry.what, what)))
  await db.delete(securityReportTry).where(lte(securityReportTry.at, now - longestMemory))
  return row?.counted ?? []
}

/** The next number of a year. Whoever wants one waits until the one before is committed, so that none is left out. */
export const nextNumber = async (tx: Tx, year: number): Promise<string> => {
  const [row] = await tx
    .insert(securityReportYear)
    .values({ year, last: 1 })
    .onConflictDoUpdate({ target: securityReportYear.year, set: { last: sql`${securityReportYear.last} + 1` } })
    .returning({ last: securityReportYear.last })
  return reportNumber(year, row?.last ?? 1)
}

/** Whether an address has had its receipts of the day. */
export const hadItsReceipts = async (tx: Tx, email: string, now: number): Promise<boolean> => {
  const [row] = await tx
    .select({ receipts: count() })
    .from(securityReport)
    .where(
      and(
        sql`lower(${securityReport.reporterEmail}) = ${email.toLowerCase()}`,
        gt(securityReport.receivedAt, now - receiptsPerAddress.within),
      ),
    )
  return (row?.receipts ?? 0) >= receiptsPerAddress.most
}

/** The report of this id. */
export const reportById = async (db: Tx, id: string): Promise<ReportRow | undefined> =>
  (await db.select().from(securityReport).where(eq(securityReport.id, id)))[0]

/** The report of this number, for whoever has its key. */
export const reportByKey = async (db: Tx, number: string, keyHash: string): Promise<ReportRow | undefined> =>
  (
    await db
      .select()
      .from(securityReport)
      .where(and(eq(securityReport.number, number), eq(securityReport.keyHash, keyHash)))
  )[0]

/** What was answered to a report, the oldest first. */
export const answersOf = (db: Tx, reportId: string): Promise<AnswerRow[]> =>
  db
    .select()
    .from(securityReportAnswer)
    .where(eq(securityReportAnswer.reportId, reportId))
    .orderBy(asc(securityReportAnswer.id))

const overdue = (now: number): SQL | undefined =>
  and(eq(securityReport.state, 'received'), lte(securityReport.answerBefore, now))

const within = (filter: ReportFilter, now: number): SQL | undefined => {
  switch (filter) {
    case 'all':
      return undefined
    case 'open':
      return ne(securityReport.state, 'closed')
    case 'overdue':
      return overdue(now)
    default:
      return eq(securityReport.state, filter)
  }
}

/** Reports, the newest first; one row more than `limit` where there are more. */
export const listReports = (
  db: Tx,
  { state, search }: { state: ReportFilter; search?: string | undefined },
  page: { before: string | undefined; limit: number },
  now: number,
): Promise<ReportRow[]> => {
  const like = search ? containing(search) : undefined
  return db
    .select()
    .from(securityReport)
    .where(
      and(
        within(state, now),
        like
          ? or(
              ilike(securityReport.number, like),
              ilike(securityReport.title, like),
              ilike(securityReport.place, like),
              ilike(securityReport.details, like),
              ilike(securityReport.reporterName, like),
              ilike(securityReport.reporterCompany, like),
            )
          : undefined,
        page.before ? lt(securityReport.id, page.before) : undefined,
      ),
    )
    .orderBy(desc(securityReport.id))
    .limit(page.limit + 1)
}

/** How many are not closed, and of these how many whose first answer is late. */
export const countReports = async (db: Tx, now: number): Promise<{ open: number; overdue: number }> => {
  const [row] = await db
    .select({ open: count(), overdue: sql<number>`count(*) filter (where ${overdue(now)})`.mapWith(Number) })
    .from(securityReport)
    .where(ne(securityReport.state, 'closed'))
  return row ?? { open: 0, overdue: 0 }
}

/** Reports whose first answer is late and of which nobody was told. */
export const overdueUntold = (db: Tx, now: number): Promise<ReportRow[]> =>
  db
    .select()
    .from(securityReport)
    .where(and(overdue(now), isNull(securityReport.overdueToldAt)))
    .orderBy(asc(securityReport.id))
