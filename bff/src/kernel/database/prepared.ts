import type { Tx } from './connect.ts'

/**
 * Runs SQL (`$1`…) as a prepared statement: parsed and planned once per connection, and sent without waiting for
 * what was sent before it. For the few statements that run thousands of times a second; `int8` comes back as text.
 */
export const prepared = async <Row>(tx: Tx, text: string, params: readonly unknown[]): Promise<Row[]> => {
  // drizzle hands the name on as "prepare this"; postgres.js tells statements apart by their text.
  const query = tx._.session.prepareQuery({ sql: text, params: [...params] }, undefined, 'prepared', false)
  return (await query.execute()) as Row[]
}
