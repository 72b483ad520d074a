import type { Tx } from './connect.ts'
import { sendLast } from './gate.ts'

/**
 * Runs SQL (`$1`…) as a prepared statement: parsed and planned once per connection, and sent without waiting for
 * what was sent before it. For the few statements that run thousands of times a second; `int8` comes back as text.
 */
export const prepared = async <Row>(tx: Tx, text: string, params: readonly unknown[]): Promise<Row[]> => {
  // drizzle hands the name on as "prepare this"; postgres.js tells statements apart by their text.
  const query = tx._.session.prepareQuery({ sql: text, params: [...params] }, undefined, 'prepared', false)
  return (await query.execute()) as Row[]
}

/**
 * The same for what a transaction does last and needs no answer from: it is not waited for, its commit goes out with it.
 * Where it fails, nothing of the transaction is kept and the whole rejects; an `await` of this alone tells nothing.
 */
export const preparedLast = async (tx: Tx, text: string, params: readonly unknown[]): Promise<void> => {
  // What drizzle asks through, which it keeps to itself: of a transaction, what its deed was handed.
  const { client } = tx._.session as unknown as { client?: object }
  if (!(client && sendLast(client, text, params))) await prepared(tx, text, params)
}
