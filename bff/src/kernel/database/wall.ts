import { sql as text } from 'drizzle-orm'
import type { TransactionSql } from 'postgres'
import type { GatedSql } from './gate.ts'

/** Stands for the maker among the customers of a wall: its own people, groups and networks. */
export const theMakerItself = '00000000-0000-0000-0000-000000000000'

/** Of a table whose rows are a customer's or the maker's: whose, as a column that is never null. */
export const tenantOf = text.raw(`coalesce(customer_id, '${theMakerItself}'::uuid)`)

type Unsafe = Parameters<GatedSql['unsafe']>

/** A query behind a wall: sent when it is awaited, as postgres.js does it. */
class WalledQuery {
  readonly #send: (asValues: boolean) => Promise<unknown>
  constructor(send: (asValues: boolean) => Promise<unknown>) {
    this.#send = send
  }
  values(): Promise<unknown> {
    return this.#send(true)
  }
  // biome-ignore lint/suspicious/noThenProperty: drizzle awaits it as it awaits a query of postgres.js
  then<A, B>(done?: (rows: unknown) => A, failed?: (error: unknown) => B): Promise<A | B> {
    return this.#send(false).then(done, failed)
  }
}

/**
 * `sql` (of the role that row-level security holds for) with every query in a transaction that says first which
 * customers' rows there are; after it the connection sees none again. Only what drizzle calls is there.
 */
export const walled = (sql: GatedSql, customers: readonly string[]): GatedSql => {
  const list = `{${customers.join(',')}}`
  const within = async <T>(work: (tx: TransactionSql) => Promise<T>): Promise<T> => {
    const { done } = await sql.begin(async (tx) => {
      // Goes ahead of the work on the same connection without waiting: where it fails, the transaction has failed.
      const wall = tx`select set_config('gatehouse.customers', ${list}, true)`.execute()
      const [, result] = await Promise.all([wall, work(tx)])
      return { done: result }
    })
    return done
  }
  const begin = `begin; set local gatehouse.customers = '${list}'`
  const overrides: Record<string, unknown> = {
    unsafe: (...[text, params, options]: Unsafe) =>
      new WalledQuery((asValues) =>
        sql.alone(async (connection) => {
          // raw: what drizzle has written, handed on, and ids of customers
          const query = connection.unsafe(text, params, options)
          // All three are sent before the first answer is there; after a failure `commit` rolls back.
          const sent = [connection.unsafe(begin), asValues ? query.values() : query, connection.unsafe('commit')]
          const [begun, asked, committed] = await Promise.allSettled(sent.map((one) => one.execute()))
          for (const one of [begun, asked, committed]) if (one?.status === 'rejected') throw one.reason
          return asked?.status === 'fulfilled' ? asked.value : undefined
        }),
      ),
    begin: (deed: (tx: TransactionSql) => Promise<unknown>) => within(deed),
  }
  const nothingElse = () => {
    throw new Error('only drizzle speaks through a wall')
  }
  return new Proxy(sql, {
    apply: nothingElse,
    get: (target, key) =>
      typeof key === 'string' && Object.hasOwn(overrides, key)
        ? overrides[key]
        : key === 'options' || key === 'types'
          ? Reflect.get(target, key)
          : nothingElse(),
  })
}
