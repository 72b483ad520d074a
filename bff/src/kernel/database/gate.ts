import type { ReservedSql, Sql, TransactionSql } from 'postgres'
import { preparer } from './preparing.ts'

/** The database did not answer, or no connection came free, within the deadline: what was asked may or may not be done. */
export class DatabaseDeadlineError extends Error {
  readonly code = 'DATABASE_DEADLINE'
  constructor(deadlineMs: number) {
    super(`The database did not answer within ${deadlineMs} ms`)
    this.name = 'DatabaseDeadlineError'
  }
}

/** What is sent over one connection; it settles when the answers to all it has sent are there. */
type Work<T> = (connection: ReservedSql) => Promise<T>

export interface GatedSql extends Sql {
  /** Has a connection to itself: what `work` sends goes out at once, and does not wait for one another's answers. */
  alone<T>(work: Work<T>): Promise<T>
}

type Gate = (enter: (leave: () => void) => void, expire: (error: DatabaseDeadlineError) => void) => void

/** What postgres.js keeps on a query; `handler` is called once, when the query is awaited. */
type DriverQuery = {
  handler: (query: DriverQuery) => void
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
  cursorFn?: unknown
  cancelled: unknown
}

/**
 * The same `sql`, with at most `permits` operations (queries or whole transactions) in the pool at once and a deadline
 * over each. Waiting here instead of in the driver's queue means that who gave up is never executed later, and that no
 * query stands behind a slow one in a connection's pipeline. Cursors, `listen` and `subscribe` pass by.
 */
export function gated(sql: Sql, permits: number, deadlineMs: number): GatedSql {
  const gate = createGate(permits, deadlineMs)
  const preparing = preparer()
  const asking = preparing(sql)
  const overrides: Record<string, unknown> = {
    alone: (work: Work<unknown>) => guardAlone(gate, sql, (connection) => work(preparing(connection))),
    // raw: the same door as the pool's own
    unsafe: (...args: Parameters<Sql['unsafe']>) => guardQuery(gate, asking.unsafe(...args)),
    begin: (...args: unknown[]) => guardBegin(gate, sql, args, preparing),
    reserve: () => guardReserve(gate, sql),
    notify: (channel: string, payload: string) =>
      guardQuery(gate, sql`select pg_notify(${channel}, ${payload})`) as Promise<unknown>,
  }
  return new Proxy(sql, {
    apply: (target, self, args) => guardQuery(gate, Reflect.apply(target, self, args)),
    get: (target, key) =>
      typeof key === 'string' && Object.hasOwn(overrides, key) ? overrides[key] : Reflect.get(target, key),
  }) as GatedSql
}

function createGate(permits: number, deadlineMs: number): Gate {
  const waiting = new Set<() => void>()
  let free = permits
  const letIn = () => {
    for (const enter of waiting) {
      if (free === 0) return
      waiting.delete(enter)
      enter()
    }
  }
  const leave = () => {
    free++
    // The driver settles a query just before it takes the connection back
    if (waiting.size > 0) queueMicrotask(letIn)
  }
  return (enter, expire) => {
    const admitted = () => {
      free--
      let inside = true
      enter(() => {
        if (!inside) return
        inside = false
        clearTimeout(timer)
        leave()
      })
    }
    // clock: a deadline of the machine, not a moment of the house
    const timer = setTimeout(() => {
      waiting.delete(admitted)
      expire(new DatabaseDeadlineError(deadlineMs))
    }, deadlineMs)
    if (free > 0 && waiting.size === 0) admitted()
    else waiting.add(admitted)
  }
}

/** The permit is held until the driver settles the query, which may be after the caller was told to give up. */
function guardQuery<Q>(gate: Gate, query: Q): Q {
  if (!isDriverQuery(query)) return query
  const { handler } = query
  query.handler = (q) => {
    if (q.cursorFn) return handler(q)
    const { resolve, reject } = q
    gate((leave) => {
      // The driver loses a connection to a query that was cancelled before it was sent
      if (q.cancelled) return leave()
      q.resolve = (value) => {
        leave()
        resolve(value)
      }
      q.reject = (error) => {
        leave()
        reject(error)
      }
      handler(q)
    }, reject)
  }
  return query
}

function isDriverQuery(value: unknown): value is DriverQuery {
  return typeof value === 'object' && value !== null && 'handler' in value && typeof value.handler === 'function'
}

/** What each transaction has sent and not waited for, by the connection that its deed was handed. */
const sentLast = new WeakMap<object, Promise<unknown>[]>()

/**
 * Sends a statement of a transaction without waiting for its answer: the commit goes out behind it, and where it has
 * failed PostgreSQL rolls back and the transaction rejects with its error. False where `connection` is not what the deed
 * of a transaction was handed (the pool itself, or a savepoint): then nothing was sent.
 */
export const sendLast = (connection: object, text: string, params: readonly unknown[]): boolean => {
  const sent = sentLast.get(connection)
  // raw: a text of the program's own, with its values beside it
  sent?.push((connection as TransactionSql).unsafe(text, [...params] as never[], { prepare: true }).execute())
  return sent !== undefined
}

/** Past its deadline a transaction is not allowed to commit any more; only a commit already sent can still succeed. */
function guardBegin(
  gate: Gate,
  sql: Sql,
  args: unknown[],
  preparing: (tx: TransactionSql) => TransactionSql,
): Promise<unknown> {
  const deed = args.at(-1) as (tx: TransactionSql) => unknown
  const options = args.length > 1 ? String(args[0]) : ''
  return new Promise((resolve, reject) => {
    let expired: DatabaseDeadlineError | undefined
    let expire = (_: DatabaseDeadlineError) => {}
    const late = new Promise<never>((_, give) => {
      expire = give
    })
    // Nobody may be listening any more
    late.catch(() => undefined)
    const last: Promise<unknown>[] = []
    const run = async (tx: TransactionSql) => {
      if (expired) throw expired
      const connection = preparing(tx)
      sentLast.set(connection, last)
      // A deed that stands still is left behind: its connection goes back, and what it sends from then on is refused
      const result = await Promise.race([late, deed(connection)])
      return Array.isArray(result) ? await Promise.race([late, Promise.all(result)]) : result
    }
    const whole = async () => {
      const result = await sql.begin(options, run)
      // Answered before the commit was; a commit behind a failure is none, and says nothing of it.
      await Promise.all(last)
      return result
    }
    gate(
      (leave) => void whole().finally(leave).then(resolve, reject),
      (error) => {
        expired = error
        expire(error)
        reject(error)
      },
    )
  })
}

function guardReserve(gate: Gate, sql: Sql): ReturnType<Sql['reserve']> {
  return new Promise((resolve, reject) => {
    let expired = false
    gate(
      (leave) =>
        void sql.reserve().then(
          (reserved) => {
            const { release } = reserved
            reserved.release = () => {
              release()
              leave()
            }
            if (expired) reserved.release()
            else resolve(reserved)
          },
          (error) => {
            leave()
            reject(error)
          },
        ),
      (error) => {
        expired = true
        reject(error)
      },
    )
  })
}

function guardAlone<T>(gate: Gate, sql: Sql, work: Work<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let expired: DatabaseDeadlineError | undefined
    const run = async () => {
      const connection = await sql.reserve()
      try {
        if (expired) throw expired
        return await work(connection)
      } finally {
        connection.release()
      }
    }
    gate(
      (leave) => void run().finally(leave).then(resolve, reject),
      (error) => {
        expired = error
        reject(error)
      },
    )
  })
}
