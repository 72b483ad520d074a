import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres, { type Sql } from 'postgres'

/** The login role for the requests of people: it sees the rows of the customers that are named to it, and owns nothing. */
export const appRole = 'gatehouse_app'

/** The login role for what is no single customer's: signing in, jobs, the maker's people. It owns nothing either. */
export const houseRole = 'gatehouse_house'

const ourMigrations = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Any fixed number; advisory locks of PostgreSQL are per database. */
const migrationLock = '7203914471022881'

export type MigrateOptions = {
  appPassword: string
  log: (line: string) => void
  /** A folder with drizzle's `meta/_journal.json`; bff's own if not given. */
  migrationsFolder?: string
}

/** Addresses of one database, by role. */
export interface RoleUrls {
  appUrl: string
  houseUrl: string
}

/**
 * Brings the database up to date and resolves to the application's addresses (same host and database). Several
 * instances may do this at once: one works, the others wait. The roles are there before the first migration, because
 * migrations grant to them.
 */
export async function migrate(ownerUrl: string, options: MigrateOptions): Promise<RoleUrls> {
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
    await ensureRoles(sql, appPassword)
    log('Migrating the database')
    await runMigrations(drizzle(sql), { migrationsFolder })
  } finally {
    // The lock goes with the connection
    await sql.end({ timeout: 5 })
  }
  return roleUrlsOf(ownerUrl, appPassword)
}

/** The application's addresses of a database whose owner's address is given. */
export function roleUrlsOf(ownerUrl: string, appPassword: string): RoleUrls {
  const as = (role: string): string => {
    const url = new URL(ownerUrl)
    url.username = role
    url.password = encodeURIComponent(appPassword)
    return url.href
  }
  return { appUrl: as(appRole), houseUrl: as(houseRole) }
}

/** Roles belong to the whole cluster, so that another database's migration may be doing the same at this moment. */
async function ensureRoles(sql: Sql, password: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await settleRole(sql, appRole, password)
      await settleRole(sql, houseRole, password)
      // What a migration grants to the one, and takes from it, holds for the other as well.
      await sql`grant ${sql(appRole)} to ${sql(houseRole)}`
      return
    } catch (error) {
      const code = error instanceof postgres.PostgresError ? error.code : ''
      const raced = ['42710', '23505'].includes(code) || (error instanceof Error && /concurrently/.test(error.message))
      if (!raced || attempt === 10) throw error
    }
  }
}

async function settleRole(sql: Sql, name: string, password: string): Promise<void> {
  const [role] = await sql`
    select rolcanlogin, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication as mighty
    from pg_roles where rolname = ${name}`
  if (role?.mighty) {
    throw new Error(`The role ${name} has more rights than the application may have: take them away, or drop it.`)
  }
  const [statement] = await sql`
    select format(
      case when ${role !== undefined} then 'alter role %I login password %L'
      else 'create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password %L' end,
      ${name}::text, ${password}::text) as text`
  // raw: quoted by PostgreSQL's own format()
  await sql.unsafe(String(statement?.text))
}
