import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/cluster.ts'
import { type Embedded, startEmbedded } from './embedded.ts'

const holdProgram = fileURLToPath(new URL('../../testing/hold-embedded.ts', import.meta.url))

// These tests make folders and files in PostgreSQL's place, which it has to read when we are root
process.umask(0o022)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let dataDir: string
let running: Embedded | undefined
let lines: string[]

beforeEach(async () => {
  folder = await temporaryFolder('embedded')
  dataDir = join(folder.path, 'deeper', 'postgres')
  lines = []
})

afterEach(async () => {
  await running?.stop()
  running = undefined
  await folder.remove()
})

async function start(): Promise<Embedded> {
  running = await startEmbedded({ dataDir, log: (line) => lines.push(line) })
  return running
}

async function ask<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

test('data, address and password survive a stop, and everything is set as it should be', async () => {
  const first = await start()
  await ask(first.ownerUrl, (sql) => sql`create table kept as select 42 as n`)
  await first.stop()
  const second = await start()
  expect(await ask(second.ownerUrl, (sql) => sql`select n from kept`)).toEqual([{ n: 42 }])
  expect(new URL(second.ownerUrl).password).toBe(new URL(first.ownerUrl).password)
  expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
  const [settings] = await ask(
    second.ownerUrl,
    (sql) => sql`
      select current_setting('server_encoding') as encoding, current_setting('data_checksums') as checksums,
        current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync,
        current_setting('max_connections') as connections, current_setting('shared_buffers') as buffers,
        current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
        (select datlocprovider::text from pg_database where datname = current_database()) as provider,
        current_setting('server_version_num')::int / 10000 as version`,
  )
  expect(settings).toEqual({
    encoding: 'UTF8',
    checksums: 'on',
    commit: 'on',
    fsync: 'on',
    connections: '200',
    buffers: '128MB',
    listen: '127.0.0.1',
    sockets: '',
    provider: 'b',
    version: 18,
  })
  expect(lines.join('\n')).not.toContain(new URL(second.ownerUrl).password)
})

test('a crash is recovered from, with a postmaster.pid that says a process lives', async () => {
  const first = await start()
  await ask(first.ownerUrl, (sql) => sql`create table kept as select 42 as n`)
  const pidFile = join(dataDir, 'cluster', 'postmaster.pid')
  const stale = await readFile(pidFile, 'utf8')
  await first.stopImmediately()
  await writeFile(pidFile, stale)
  const second = await start()
  expect(await ask(second.ownerUrl, (sql) => sql`select n from kept`)).toEqual([{ n: 42 }])
})

/** A process of its own that starts the database and holds it. */
async function holder(): Promise<{ child: ChildProcess; ownerUrl: string; exited: Promise<unknown> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', holdProgram, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('No output')
  const exited = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, ownerUrl: String(line), exited }
}

test('a PostgreSQL left behind by a killed parent is stopped and started again', async () => {
  const { child, ownerUrl, exited } = await holder()
  await ask(ownerUrl, (sql) => sql`create table kept as select 42 as n`)
  child.kill('SIGKILL')
  await exited
  await ask(ownerUrl, (sql) => sql`select 'still running'`)
  const second = await start()
  expect(lines.join('\n')).toContain('left over')
  expect(await ask(second.ownerUrl, (sql) => sql`select n from kept`)).toEqual([{ n: 42 }])
})

test('the folder of a living Gatehouse is refused with a sentence, and its database goes on', async () => {
  const { child, ownerUrl, exited } = await holder()
  await expect(start()).rejects.toThrow(`Another Gatehouse (process ${child.pid}) is using the database in ${dataDir}`)
  expect(await ask(ownerUrl, (sql) => sql`select 1 as n`)).toEqual([{ n: 1 }])
  child.stdin?.end()
  await exited
  await start()
})

test('a process that ends without stopping takes PostgreSQL with it', async () => {
  const { child, ownerUrl, exited } = await holder()
  child.stdin?.write('exit\n')
  await exited
  await expect
    .poll(() => ask(ownerUrl, (sql) => sql`select 1`).then(String, (error) => error.code), { timeout: 10_000 })
    .toBe('ECONNREFUSED')
})

test('Ctrl-C in the terminal reaches the program, not PostgreSQL', async () => {
  const { pid } = await start()
  const groups = [process.pid, pid].map((of) =>
    execFileSync('ps', ['-o', 'pgid=', '-p', String(of)], { encoding: 'utf8' }),
  )
  expect(groups[0]?.trim()).not.toBe(groups[1]?.trim())
})

test('an initdb that was cut off is begun again', async () => {
  await mkdir(join(dataDir, 'cluster.new'), { recursive: true })
  await writeFile(join(dataDir, 'cluster.new', 'PG_VERSION'), '18\n')
  const { ownerUrl } = await start()
  expect(await ask(ownerUrl, (sql) => sql`select 1 as n`)).toEqual([{ n: 1 }])
})

test('a lost password is said, not replaced', async () => {
  await (await start()).stop()
  running = undefined
  await rm(join(dataDir, 'password'))
  await expect(start()).rejects.toThrow('has lost its password')
})
