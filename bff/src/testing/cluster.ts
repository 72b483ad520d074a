import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { startEmbedded, stopAbandoned } from '../kernel/database/embedded.ts'
import { claim, livingOwner } from '../kernel/database/embedded-owner.ts'
import { temporaryRoots } from '../kernel/database/embedded-place.ts'
import { barrier } from '../kernel/database/embedded-user.ts'
import { migrate, roleUrlsOf } from '../kernel/database/migrate.ts'
import { deriveFrom } from '../kernel/keys.ts'

/**
 * For houses whose clock is moved: an event that waits for its place in the log just then would be minutes late, and
 * nothing new could be begun until a busy machine has caught up twice. Who tests that sets the house's own `lag` again.
 */
export const neverBehind = { begins: Number.POSITIVE_INFINITY, ends: Number.POSITIVE_INFINITY }

/** The secret of every house in a test. */
export const testSecret = 'a secret of tests only, long enough to be taken'

const template = 'gatehouse_template'
const ourMigrations = fileURLToPath(new URL('../migrations', import.meta.url))

/** All that is needed to make databases in a running test cluster; plain strings, so that it can cross processes. */
export type ClusterAddress = { ownerUrl: string; appPassword: string }

/** A database of one's own; `drop` also ends the connections that are still open on it. */
export type TestDatabase = { ownerUrl: string; appUrl: string; houseUrl: string; name: string; drop(): Promise<void> }

/** Settings for a cluster that nobody misses; a crash of PostgreSQL alone is still survived. */
export const throwAway = { fsync: 'off', full_page_writes: 'off', max_wal_size: '256MB', shared_buffers: '64MB' }

/** A folder that PostgreSQL's own user may enter, when we are root; this process is its owner. */
export async function temporaryFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(await temporaryRoot(), `gatehouse-${name}-`))
  await chmod(path, 0o755)
  await mkdir(ownerOf(path))
  await claim(ownerOf(path))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}

/** A folder of its own, because a database in the temporary folder is given back each time it stops. */
const ownerOf = (path: string): string => join(path, '.run')

async function temporaryRoot(): Promise<string> {
  const anybody = process.getuid?.() === 0 ? { uid: -1, gid: -1 } : undefined
  for (const root of temporaryRoots()) {
    if (!(await barrier(join(root, 'any'), anybody).catch(() => root))) return root
  }
  return tmpdir()
}

/** Removes what test runs that were killed left in the temporary folder, and stops their PostgreSQL. */
export async function removeLeftOvers(log: (line: string) => void = () => undefined): Promise<void> {
  const root = await temporaryRoot()
  const names = (await readdir(root)).filter((name) => /^gatehouse-.+-\w{6}$/.test(name))
  for (const folder of names.map((name) => join(root, name))) {
    // Without an owner it may be one that another run is making or removing right now
    if (!existsSync(join(ownerOf(folder), 'owner.json')) || (await livingOwner(ownerOf(folder))) !== undefined) continue
    try {
      for (const file of await readdir(folder, { recursive: true })) {
        if (basename(file) !== 'postmaster.pid') continue
        await stopAbandoned({ dataDir: dirname(dirname(join(folder, file))), log: () => undefined })
      }
      await rm(folder, { recursive: true, force: true })
      log(`Removed ${folder}, left by a killed test run`)
    } catch (error) {
      // Somebody else's, or somebody else is removing it
      log(`${folder} stays: ${error}`)
    }
  }
}

/** Starts a PostgreSQL in a temporary folder with one migrated database in it, which `cloneDatabase` copies. */
export async function startTestCluster(
  options: { migrationsFolder?: string; log?: (line: string) => void; settings?: Record<string, string> } = {},
): Promise<ClusterAddress & { stop(): Promise<void> }> {
  const { migrationsFolder = ourMigrations, log = () => undefined, settings = throwAway } = options
  await removeLeftOvers(log)
  const folder = await temporaryFolder('test')
  const server = await startEmbedded({ dataDir: folder.path, log, settings }).catch(async (error) => {
    await folder.remove()
    throw error
  })
  // The roles are the cluster's, so every house on it must come to the same password.
  const appPassword = deriveFrom(testSecret, 'database role').toString('base64url')
  const stop = async () => {
    await server.stopImmediately()
    await rm(server.dataDir, { recursive: true, force: true })
    await folder.remove()
  }
  try {
    await asOwner(server.ownerUrl, (sql) => sql`create database ${sql(template)}`)
    if (existsSync(join(migrationsFolder, 'meta', '_journal.json'))) {
      await migrate(inDatabase(server.ownerUrl, template), { appPassword, log, migrationsFolder })
    }
    await asOwner(
      server.ownerUrl,
      (sql) => sql`alter database ${sql(template)} is_template true allow_connections false`,
    )
  } catch (error) {
    await stop()
    throw error
  }
  return { ownerUrl: server.ownerUrl, appPassword, stop }
}

/** Copies the migrated template into a database of one's own. */
export async function cloneDatabase({ ownerUrl, appPassword }: ClusterAddress): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await asOwner(ownerUrl, (sql) => sql`create database ${sql(name)} template ${sql(template)} strategy file_copy`)
  const own = inDatabase(ownerUrl, name)
  return {
    ownerUrl: own,
    ...roleUrlsOf(own, appPassword),
    name,
    drop: () => asOwner(ownerUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  }
}

function inDatabase(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}

async function asOwner(ownerUrl: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, fetch_types: false, onnotice: () => undefined })
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
