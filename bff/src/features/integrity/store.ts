import type { FaultSide } from '@gatehouse/shared/audit-faults'
import { granted } from '@gatehouse/shared/decide'
import type { LogRow } from '@gatehouse/shared/views/integrity'
import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditEvent, auditLeaf, auditPending, auditTree } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { type CustomersPage, customersOnPage } from '../customers/door.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { activityOn } from './log.ts'
import { auditCheck, auditExplanation, auditFault } from './tables.ts'

export type FaultRow = typeof auditFault.$inferSelect
export type CheckRow = typeof auditCheck.$inferSelect

/** Whose logs these are, by tree: the customers' names, and the maker's. */
export const logNamesOf = async (house: House, db: Tx, trees: readonly string[]): Promise<Map<string, string>> => {
  const customers = await db
    .select({ id: customer.id, name: customer.name })
    .from(customer)
    .where(inArray(customer.id, [...trees]))
  return new Map([
    ...trees.map((tree) => [tree, `a customer who is not there (${tree})`] as const),
    [theMakerItself, house.settings.maker] as const,
    ...customers.map(({ id, name }) => [id, name] as const),
  ])
}

/** A fault as it came up last, and when somebody explained it first; ms. */
export interface KnownFault extends FaultRow {
  explainedAt: number | null
}

/** Known faults of these trees and numbers, each as it came up last. */
export const faultsLike = async (
  db: Tx,
  of: readonly { tree: string; seq: number | null }[],
): Promise<KnownFault[]> => {
  const numbers = of.flatMap(({ seq }) => (seq === null ? [] : [seq]))
  const rows = await db
    .selectDistinctOn([auditFault.tree, auditFault.seq, auditFault.kind], {
      fault: auditFault,
      explainedAt: sql<number | null>`(select min(${auditExplanation.at})::float8 from ${auditExplanation}
        where ${auditExplanation.faultId} = ${auditFault.id})`,
    })
    .from(auditFault)
    .where(
      and(
        inArray(
          auditFault.tree,
          of.map(({ tree }) => tree),
        ),
        sql`(${auditFault.seq} is null or ${auditFault.seq} = any(${sql.param(numbers)}::bigint[]))`,
      ),
    )
    .orderBy(auditFault.tree, auditFault.seq, auditFault.kind, desc(auditFault.occurrence))
  return rows.map(({ fault, explainedAt }) => ({ ...fault, explainedAt }))
}

/** Without an explanation by this side; the maker's own log is no customer's to explain. */
export const unexplainedBy = (side: FaultSide): SQL => {
  const unexplained = sql`not exists (select 1 from ${auditExplanation}
    where ${auditExplanation.faultId} = ${auditFault.id} and ${auditExplanation.side} = ${side})`
  return side === 'maker' ? unexplained : sql`(${auditFault.tree} <> ${theMakerItself} and ${unexplained})`
}

/** When mails told of faults of a tree since then; ms. */
export const toldOf = async (db: Tx, tree: string, since: number): Promise<number[]> => {
  const rows = await db
    .selectDistinct({ at: auditFault.toldAt })
    .from(auditFault)
    .where(and(eq(auditFault.tree, tree), sql`${auditFault.toldAt} > ${since}`))
  return rows.flatMap(({ at }) => at ?? [])
}

/** Where a fault stands among those of its log: the newest first, those found together in the order of the log. */
const placeOfFault = sql`(- ${auditFault.firstAt}), coalesce(${auditFault.seq}, -1), ${auditFault.id}`

/** The same of one that was read. */
export const faultKey = ({ firstAt, seq, id }: FaultRow): [number, number, string] => [-firstAt, seq ?? -1, id]

/** What was found in a log behind that place, one more than `limit`. */
export const faultsOf = (
  db: Tx,
  tree: string,
  page: { limit: number; after: [at: number, seq: number, id: string] | undefined },
): Promise<FaultRow[]> =>
  db
    .select()
    .from(auditFault)
    .where(
      and(
        eq(auditFault.tree, tree),
        page.after &&
          sql`(${placeOfFault}) > (${page.after[0]}::bigint, ${page.after[1]}::bigint, ${page.after[2]}::uuid)`,
      ),
    )
    .orderBy(placeOfFault)
    .limit(page.limit + 1)

/** How many faults a log ever had, and how many of them a side has not explained. */
export const faultCounts = async (db: Tx, tree: string, side: FaultSide): Promise<LogRow['faults']> => {
  const [row] = await db
    .select({
      all: sql<number>`count(*)::int`,
      open: sql<number>`(count(*) filter (where ${unexplainedBy(side)}))::int`,
    })
    .from(auditFault)
    .where(eq(auditFault.tree, tree))
  return { open: row?.open ?? 0, all: row?.all ?? 0 }
}

/** What was found about these events themselves, by id; what was found of the log around them is not. */
export const faultsOfEvents = async (db: Tx, eventIds: readonly string[]): Promise<Map<string, string>> => {
  if (eventIds.length === 0) return new Map()
  const rows = await db
    .select({ eventId: auditLeaf.eventId, says: auditFault.says })
    .from(auditLeaf)
    .innerJoin(auditFault, and(eq(auditFault.tree, auditLeaf.tree), eq(auditFault.seq, auditLeaf.seq)))
    // Sentences about an entry begin with it.
    .where(and(inArray(auditLeaf.eventId, [...eventIds]), sql`${auditFault.says} ~ '^its? '`))
    .orderBy(asc(auditFault.firstAt))
  return new Map(rows.map(({ eventId, says }) => [eventId, says]))
}

/** Events that stand at these numbers of a tree, by number. */
export const eventsAt = async (db: Tx, tree: string, seqs: readonly number[]): Promise<Map<number, string>> => {
  const rows = await db
    .select({ seq: auditLeaf.seq, id: auditEvent.id })
    .from(auditLeaf)
    .innerJoin(auditEvent, eq(auditEvent.id, auditLeaf.eventId))
    .where(and(eq(auditLeaf.tree, tree), inArray(auditLeaf.seq, [...seqs])))
  return new Map(rows.map(({ seq, id }) => [seq, id]))
}

export interface ExplanationWithName {
  explanation: typeof auditExplanation.$inferSelect
  by: string | null
}

/** What people say of these faults of a log. */
export const explanationsOf = (db: Tx, tree: string, faultIds: readonly string[]): Promise<ExplanationWithName[]> =>
  db
    .select({ explanation: auditExplanation, by: person.name })
    .from(auditExplanation)
    .leftJoin(person, eq(person.id, auditExplanation.personId))
    .where(and(eq(auditExplanation.tree, tree), inArray(auditExplanation.faultId, [...faultIds])))
    .orderBy(asc(auditExplanation.at))

export interface CheckWithName {
  check: CheckRow
  askedBy: string | null
}

/** The checks of a log, the newest first, from before that one on; one more than `limit`. */
export const checksOf = (
  db: Tx,
  tree: string,
  page: { limit: number; before?: [at: number, id: string] | undefined },
): Promise<CheckWithName[]> =>
  db
    .select({ check: auditCheck, askedBy: person.name })
    .from(auditCheck)
    .leftJoin(person, eq(person.id, auditCheck.askedBy))
    .where(
      and(
        eq(auditCheck.tree, tree),
        page.before &&
          sql`(${auditCheck.askedAt}, ${auditCheck.id}) < (${page.before[0]}::bigint, ${page.before[1]}::uuid)`,
      ),
    )
    .orderBy(desc(auditCheck.askedAt), desc(auditCheck.id))
    .limit(page.limit + 1)

/** How large a log is, and how many events have no place in it yet. */
export const treeStanding = async (
  db: Tx,
  tree: string,
): Promise<{ size: number; changedAt: number | null; waiting: number }> => {
  const [row] = await db.select().from(auditTree).where(eq(auditTree.tree, tree))
  const [pending] = await db
    .select({ n: sql<number>`count(*)::int` })
    .from(auditPending)
    .where(tree === theMakerItself ? sql`${auditPending.customerId} is null` : eq(auditPending.customerId, tree))
  return { size: row?.size ?? 0, changedAt: row?.changedAt ?? null, waiting: pending?.n ?? 0 }
}

/** The columns of a row of the list, for the tree that `tree` says. */
const rowColumns = (tree: SQL, side: FaultSide) => ({
  size: sql<number>`coalesce((select size from audit_tree where audit_tree.tree = ${tree}), 0)::float8`,
  checkpoint: sql<LogRow['checkpoint']>`(select json_build_object('at', at, 'size', size) from audit_checkpoint
    where audit_checkpoint.tree = ${tree} order by size desc limit 1)`,
  lastCheck: sql<LogRow['lastCheck']>`(select json_build_object('endedAt', ended_at, 'size', coalesce(size, 0),
      'faults', faults, 'failed', failed) from audit_check
    where audit_check.tree = ${tree} and ended_at is not null order by asked_at desc limit 1)`,
  faults: sql<LogRow['faults']>`(select json_build_object('all', count(*)::int,
      'open', (count(*) filter (where ${unexplainedBy(side)}))::int) from audit_fault where audit_fault.tree = ${tree})`,
})

/** The logs of customers that `actor` may see, by name, one more than `limit`. */
export const logsSeen = (db: Tx, actor: Actor, side: FaultSide, page: CustomersPage): Promise<LogRow[]> =>
  db
    .select({ id: customer.id, name: customer.name, ...rowColumns(sql`${customer.id}`, side) })
    .from(customer)
    .where(customersOnPage(actor, 'audit.verify', page))
    .orderBy(asc(customer.name), asc(customer.id))
    .limit(page.limit + 1)

/** The maker's own log, as a row of the list. */
export const makersLog = async (db: Tx, side: FaultSide, maker: string): Promise<LogRow> => {
  const columns = rowColumns(sql`${theMakerItself}::uuid`, side)
  const [row] = await db.select(columns).from(sql`(values (1)) as one`)
  if (!row) throw new Error('one row was asked for')
  return { id: 'maker', name: maker, ...row }
}

/** Logs with faults that the side of `actor` has not explained and he may, with how many, since when. */
export const openFaultsFor = async (
  house: House,
  actor: Actor,
  side: FaultSide,
): Promise<{ tree: string; name: string; count: number; since: number }[]> => {
  const explains = ['audit.explain', 'staff.edit'] as const
  if (!actor.grants.some(({ activities }) => explains.some((one) => activities.includes(one)))) return []
  const rows = await house.db
    .select({
      tree: auditFault.tree,
      count: sql<number>`count(*)::int`,
      since: sql<number>`min(${auditFault.firstAt})::float8`,
    })
    .from(auditFault)
    .where(unexplainedBy(side))
    .groupBy(auditFault.tree)
    .orderBy(sql`min(${auditFault.firstAt})`)
  const mine = rows.filter(({ tree }) =>
    tree === theMakerItself
      ? granted(actor, activityOn('maker', 'explain'), { kind: 'maker' })
      : granted(actor, activityOn('customer', 'explain'), { kind: 'customer', customerId: tree }),
  )
  const names = await logNamesOf(
    house,
    house.db,
    mine.map(({ tree }) => tree),
  )
  return mine.map((row) => ({ ...row, name: names.get(row.tree) ?? '' }))
}
