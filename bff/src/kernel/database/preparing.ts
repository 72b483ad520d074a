import type { ReservedSql, Sql, TransactionSql } from 'postgres'

/** Each connection keeps what it has prepared for good: no more texts than this. */
const mostPrepared = 500
/** How often a text comes before it is one that comes often. */
const often = 4
const mostCounted = 2_000

/** Says of each query of one pool whether it comes often enough to be prepared, while there is room. */
const judge = () => {
  const counted = new Map<string, number>()
  const chosen = new Set<string>()
  return (text: string): boolean => {
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
}

type Asking = Sql | ReservedSql | TransactionSql

/**
 * For one pool: the same `sql`, transaction or connection, whose `unsafe` (by which drizzle asks) sends what comes often as
 * prepared statements. That saves one of the two round trips of each; connections plan for the values of each query all
 * the same (`plan_cache_mode`).
 */
export const preparer = (): (<S extends Asking>(sql: S) => S) => {
  const isWorthIt = judge()
  const preparing = <S extends Asking>(sql: S): S => {
    const overrides: Record<string, unknown> = {
      unsafe: (...[text, params, options]: Parameters<Sql['unsafe']>) =>
        // raw: what drizzle has written, handed on
        sql.unsafe(
          text,
          params,
          params?.length ? { ...options, prepare: options?.prepare || isWorthIt(text) } : options,
        ),
      savepoint: (...args: unknown[]) => {
        const deed = args.at(-1) as (inner: TransactionSql) => unknown
        const wrapped = (inner: TransactionSql) => deed(preparing(inner))
        return Reflect.apply((sql as TransactionSql).savepoint, sql, [...args.slice(0, -1), wrapped])
      },
    }
    return new Proxy(sql, {
      get: (target, key) =>
        typeof key === 'string' && Object.hasOwn(overrides, key) ? overrides[key] : Reflect.get(target, key),
    })
  }
  return preparing
}
