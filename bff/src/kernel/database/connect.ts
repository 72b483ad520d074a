import type { PgDatabase } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import postgres, { type Notice, type Sql } from 'postgres'
import { type GatedSql, gated } from './gate.ts'
import { walled } from './wall.ts'

type Schema = Record<string, never>

/** The drizzle instance over the pool. */
export type Db = PostgresJsDatabase<Schema>

/** A transaction, or the pool itself: for stores that work inside a deed and outside of one. */
export type Tx = PgDatabase<PostgresJsQueryResultHKT, Schema>

export type Database = {
  /** postgres.js for what drizzle cannot say; the same pool and deadlines as `db`. */
  sql: Sql
  db: Db
  /** The same pool, where only the rows of these customers are there; for the role that row-level security holds for. */
  walledTo(customers: readonly string[]): Db
  /** Lets running queries finish for up to five seconds, then closes every connection. */
  close(): Promise<void>
}

export type ConnectOptions = {
  /** Connections at most, and operations in flight at most. */
  max: number
  /** Shown in pg_stat_activity. */
  applicationName: string
  onNotice?: (notice: Notice) => void
  /** How long a query, or a whole transaction, may take before its caller gets an error; milliseconds. */
  deadlineMs?: number
}

/**
 * Opens a pool (nothing is dialled yet). Every query and transaction ends within `deadlineMs` (4.5 s), also when no
 * connection is free or PostgreSQL stands still; errors of that kind are told apart by `isUnavailable`.
 */
export function connect(url: string, options: ConnectOptions): Database {
  const { max, applicationName, onNotice = () => undefined, deadlineMs = 4_500 } = options
  const pool = postgres(url, {
    max,
    onnotice: onNotice,
    connect_timeout: Math.min(5, (deadlineMs - 300) / 1000),
    // Later than statement_timeout: silence beyond it means that nobody is there any more
    reply_timeout: (deadlineMs - 300) / 1000,
    backoff: (retries: number) => Math.min(0.01 * 2 ** retries, 0.2),
    connection: {
      application_name: applicationName,
      TimeZone: 'UTC',
      // Statements are prepared to save round trips; a plan for any values would be a bad one for most
      plan_cache_mode: 'force_custom_plan',
      statement_timeout: deadlineMs - 800,
      lock_timeout: Math.round((deadlineMs - 800) * 0.75),
      idle_in_transaction_session_timeout: deadlineMs + 200,
    },
  })
  const sql = gated(pool, max, deadlineMs)
  return { sql, db: drizzle(sql), walledTo: wallsOf(sql), close: () => pool.end({ timeout: 5 }) }
}

/** So many walls are kept at hand; putting one up costs some microseconds. */
const mostWalls = 1_000

const wallsOf = (sql: GatedSql): Database['walledTo'] => {
  const walls = new Map<string, Db>()
  return (customers) => {
    const key = customers.join()
    const known = walls.get(key)
    if (known) return known
    const [oldest] = walls.keys()
    if (walls.size >= mostWalls && oldest !== undefined) walls.delete(oldest)
    const wall = drizzle(walled(sql, customers))
    walls.set(key, wall)
    return wall
  }
}

/** Codes of PostgreSQL, postgres.js and the network that say "not now", whatever was asked. */
const unavailable = new Set([
  'DATABASE_DEADLINE',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'REPLY_TIMEOUT',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ETIMEDOUT',
  '40001', // somebody else was at the same rows
  '40P01', // two waited for each other, and one of them was ended
  '25P03', // idle in transaction for too long
  '25P04', // transaction_timeout
  '55P03', // lock_timeout
  '57014', // statement_timeout
  '57P01', // shut down by an administrator
  '57P02', // another server process crashed
  '57P03', // starting up, shutting down, recovering
  '57P05', // idle for too long
])

/** Whether an error means that the database cannot be used right now (HTTP 503), rather than that the query was wrong. */
export function isUnavailable(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    const code = 'code' in current ? current.code : undefined
    // Classes 08 (connection) and 53 (out of disk, memory, connections)
    if (typeof code === 'string' && (unavailable.has(code) || /^(08|53)...$/.test(code))) return true
    // A table was changed after the statement was prepared: it is prepared anew when it comes again
    if ('routine' in current && current.routine === 'RevalidateCachedQuery') return true
    if (current instanceof AggregateError && current.errors.some(isUnavailable)) return true
  }
  return false
}
