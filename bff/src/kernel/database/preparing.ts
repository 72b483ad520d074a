import type { Sql, TransactionSql } from 'postgres'

/** Each connection keeps what it has prepared for good: no more texts than this. */
const mostPrepared = 500
/** How often a text comes before it is one that comes often. */
const often = 4
const mostCounted = 2_000

const counted = new Map<string, number>()
const chosen = new Set<string>()

/** Whether a query comes often enough to be prepared, while there is room. */
const isWorthIt = (text: string): boolean => {
  if (chosen.has(text)) return true
  if (chosen.size >= mostPrepared) return false
  const times = (counted.get(text) ?? 0) + 1
  if (times >= often) {
    counted.delete(text)
    chosen.add(text)
    return true
  }
  if (counted.size >= mostCounted) counted.clear()
  counted.set(text, times)
  return false
}

type Asking = Pick<Sql, 'unsafe'> | Pick<TransactionSql, 'unsafe'>

/**
 * `sql.unsafe`, by which drizzle asks, with what comes often as prepared statements: that saves one of the two round trips
 * of each. Connections plan for the values of each query all the same (`plan_cache_mode`).
 */
export const unsafeOf =
  (sql: Asking) =>
  (...[text, params, options]: Parameters<Sql['unsafe']>): ReturnType<Sql['unsafe']> =>
    // raw: what drizzle has written, handed on
    sql.unsafe(text, params, params?.length ? { ...options, prepare: options?.prepare || isWorthIt(text) } : options)

/** A transaction whose queries are prepared where they come often, its savepoints' as well. */
export const preparing = (tx: TransactionSql): TransactionSql => {
  const overrides: Record<string, unknown> = {
    // raw: the same door as the transaction's own
    unsafe: unsafeOf(tx),
    savepoint: (...args: unknown[]) => {
      const deed = args.at(-1) as (inner: TransactionSql) => unknown
      return Reflect.apply(tx.savepoint, tx, [...args.slice(0, -1), (inner: TransactionSql) => deed(preparing(inner))])
    },
  }
  return new Proxy(tx, {
    get: (target, key) =>
      typeof key === 'string' && Object.hasOwn(overrides, key) ? overrides[key] : Reflect.get(target, key),
  })
}
