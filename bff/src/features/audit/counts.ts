import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { and, lt, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { isUnavailable, type Tx } from '../../kernel/database/connect.ts'
import { fits } from './store.ts'

/** So long may somebody wait to be told how many events there are, ms. */
const patience = 1_500

/** What a question gives, or `null` where it takes longer than somebody waits for a number. */
const patiently = async <T>(db: Tx, ask: (tx: Tx) => Promise<T>): Promise<T | null> => {
  try {
    return await db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', ${String(patience)}, true)`)
      return await ask(tx)
    })
  } catch (error) {
    if (isUnavailable(error)) return null
    throw error
  }
}

/** How many events from before this id meet `filter` and are seen by `actor`; `null` where they are more than `most`. */
export const countVisibleTo = async (
  db: Tx,
  actor: Actor,
  filter: AuditFilter,
  before: string,
  most: number,
): Promise<number | null> => {
  const some = db
    .select({ one: sql`1`.as('one') })
    .from(auditLine)
    .where(and(fits(actor, filter), lt(auditLine.id, before)))
    .limit(most + 1)
  const count = await patiently(db, async (tx) => {
    const [row] = await tx.execute<{ count: number }>(sql`select count(*)::int as count from (${some}) as found`)
    return row?.count ?? 0
  })
  return count === null || count > most ? null : count
}

/** The customers, `null` for the maker, of whom there is anything among the newest `most` events that fit. */
export const customersVisibleTo = async (
  db: Tx,
  actor: Actor,
  filter: AuditFilter,
  most: number,
): Promise<{ id: string | null; name: string | null }[]> => {
  const some = db
    .select({ id: auditLine.customerId, name: auditLine.customerName, event: auditLine.id })
    .from(auditLine)
    .where(fits(actor, filter))
    .orderBy(sql`${auditLine.id} desc`)
    .limit(most)
  const rows = await patiently(db, (tx) =>
    tx.execute<{ id: string | null; name: string | null }>(
      sql`select distinct on (id) id, name from (${some}) as found (id, name, event) order by id, event desc`,
    ),
  )
  return rows === null ? [] : [...rows]
}
