import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { customer } from '../customers/tables.ts'
import { type auditCheck, auditExplanation, auditFault } from './tables.ts'

export type FaultRow = typeof auditFault.$inferSelect
export type CheckRow = typeof auditCheck.$inferSelect
export type ExplanationRow = typeof auditExplanation.$inferSelect

/** Whose logs these are, by tree: the customers' names, and the maker's. */
export const logNamesOf = async (house: House, db: Tx, trees: readonly string[]): Promise<Map<string, string>> => {
  const customers = await db
    .select({ id: customer.id, name: customer.name })
    .from(customer)
    .where(inArray(customer.id, [...trees]))
  return new Map([[theMakerItself, house.settings.maker], ...customers.map(({ id, name }) => [id, name] as const)])
}

/** Known faults of these trees and numbers. */
export const faultsLike = (db: Tx, of: readonly { tree: string; seq: number | null }[]): Promise<FaultRow[]> => {
  const numbers = of.flatMap(({ seq }) => (seq === null ? [] : [seq]))
  return db
    .select()
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
}

/** Without an explanation by this side. */
export const unexplainedBy = (side: 'maker' | 'customer'): SQL =>
  sql`not exists (select 1 from ${auditExplanation} where ${auditExplanation.faultId} = ${auditFault.id} and ${auditExplanation.side} = ${side})`

/** Faults that a side has not explained: the customer's of `customerId`, the maker's of all logs for `null`; oldest first. */
export const openFaults = (db: Tx, customerId: string | null): Promise<FaultRow[]> =>
  db
    .select()
    .from(auditFault)
    .where(
      customerId === null ? unexplainedBy('maker') : and(eq(auditFault.tree, customerId), unexplainedBy('customer')),
    )
    .orderBy(auditFault.firstAt, auditFault.id)

/** When mails told of faults of a tree, newest first. */
export const toldOf = async (db: Tx, tree: string, since: number): Promise<number[]> => {
  const rows = await db
    .selectDistinct({ at: auditFault.toldAt })
    .from(auditFault)
    .where(and(eq(auditFault.tree, tree), sql`${auditFault.toldAt} > ${since}`))
  return rows.flatMap(({ at }) => at ?? [])
}

/** Logs of which faults were found that no mail has told of. */
export const untold = (db: Tx): Promise<FaultRow[]> => db.select().from(auditFault).where(isNull(auditFault.toldAt))
