import { sql } from 'drizzle-orm'
import type { Tx } from '../kernel/database/connect.ts'

/** How many rows of each of these tables `work` reads, in a transaction in which the planner's guess is against loops over an index. */
export const rowsRead = async <Table extends string>(
  tx: Tx,
  tables: readonly Table[],
  work: () => Promise<unknown>,
): Promise<Record<Table, number>> => {
  await tx.execute(sql`set local enable_nestloop = off`)
  // Of this connection, until it tells the statistics: what it has read before is taken off.
  const soFar = async () => {
    const rows = await tx.execute<{ relname: string; rows: number }>(
      sql`select relname, (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables`,
    )
    return new Map(rows.map(({ relname, rows }) => [relname, rows]))
  }
  const before = await soFar()
  await work()
  const after = await soFar()
  const read = tables.map((table) => [table, (after.get(table) ?? 0) - (before.get(table) ?? 0)])
  return Object.fromEntries(read) as Record<Table, number>
}
