import { inArray } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer } from '../customers/tables.ts'

/** What customers are called, by their ids; those that `db` shows. */
export const namesOf = async (db: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: customer.id, name: customer.name })
    .from(customer)
    .where(inArray(customer.id, [...ids]))
  return new Map(rows.map(({ id, name }) => [id, name]))
}
