import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres, { type Sql } from 'postgres'

/** The login role of the running application: row-level security holds for it, and it owns nothing. */
export const appRole = 'gatehouse_app'

const ourMigrations = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Any fixed number; advisory locks of PostgreSQL are per database. */
const migrationLock = '7203914471022881'

export type MigrateOptions = {
  appPassword: string
  log: (line: string) => void
  /** A folder with drizzle's `meta/_journal.json`; bff's own if not given. */
  migrationsFolder?: string
}

/**
 * Brings the database up to date and resolves to the application's address (role `gatehouse_app`, same host and
 * database). Several instances may do this at once: one works, the others wait. The role is there before the first
 * migration, because migrations grant to it.
 */
export async function migrate(ownerUrl: string, options: MigrateOptions): Promise<string> {
  const { appPassword, log, migrationsFolder = ourMigrations } = options
  const sql = postgres(ownerUrl, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 5,
    onnotice: () => undefined,
    connection: { application_name: 'gatehouse migrations', TimeZone: 'UTC' },
  })
  try {
    const [lock] = await sql`select pg_try_advisory_lock(${migrationLock}::bigint) as mine`
    if (!lock?.mine) {
      log('Another instance is migrating the database: waiting for it')
      await sql`select pg_advisory_lock(${migrationLock}::bigint)`
    }
    await ensureAppRole(sql, appPassword)
    log('Migrating the database')
    await runMigrations(drizzle(sql), { migrationsFolder })
  } finally {
    // The lock goes with the connection
    await sql.end({ timeout: 5 })
  }
  return appUrlOf(ownerUrl, appPassword)
}

/** The application's address of a database whose owner's address is given. */
export function appUrlOf(ownerUrl: string, appPassword: string): string {
  const url = new URL(ownerUrl)
  url.username = appRole
  url.password = encodeURIComponent(appPassword)
  return url.href
}

/** Roles belong to the whole cluster, so that another database's migration may be doing the same at this moment. */
async function ensureAppRole(sql: Sql, password: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await settleAppRole(sql, password)
    } catch (error) {
      const code = error instanceof postgres.PostgresError ? error.code : ''
      const raced = ['42710', '23505'].includes(code) || (error instanceof Error && /concurrently/.test(error.message))
      if (!raced || attempt === 10) throw error
    }
  }
}

async function settleAppRole(sql: Sql, password: string): Promise<void> {
  const [role] = await sql`
    select rolcanlogin, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication as mighty
    from pg_roles where rolname = ${appRole}`
  if (role?.mighty) {
    throw new Error(`The role ${appRole} has more rights than the application may have: take them away, or drop it.`)
  }
  const [statement] = await sql`
    select format(
      case when ${role !== undefined} then 'alter role %I login password %L'
      else 'create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password %L' end,
      ${appRole}::text, ${password}::text) as text`
  // raw: quoted by PostgreSQL's own format()
  await sql.unsafe(String(statement?.text))
}
