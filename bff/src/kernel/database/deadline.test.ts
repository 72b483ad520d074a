import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { sql as text } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, throwAway } from '../../testing/cluster.ts'
import { connect, type Database, isUnavailable } from './connect.ts'
import { type Embedded, startEmbedded } from './embedded.ts'

const run = promisify(execFile)

const customer = randomUUID()

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Embedded
let database: Database

beforeAll(async () => {
  folder = await temporaryFolder('deadline')
  server = await startEmbedded({ dataDir: folder.path, log: () => undefined, settings: throwAway })
})

afterAll(async () => {
  await server.stopImmediately()
  await folder.remove()
})

afterEach(async () => {
  await database.close()
})

/** The postmaster and everything it started: each server process is a group of its own. */
async function serverProcesses(): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid='])
  const rows = stdout.trim().split('\n')
  const pids = rows.map((row) => row.trim().split(/\s+/).map(Number))
  return [server.pid, ...pids.flatMap(([pid, parent]) => (pid && parent === server.pid ? [pid] : []))]
}

async function signalServer(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  for (const pid of await serverProcesses()) process.kill(pid, signal)
}

type Outcome = { error: unknown; ms: number }

async function outcome(work: () => Promise<unknown>): Promise<Outcome> {
  const before = performance.now()
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, ms: performance.now() - before }
}

function expectRefused({ error, ms }: Outcome): void {
  expect(isUnavailable(error), String(error)).toBe(true)
  expect(ms).toBeLessThan(5_000)
}

const gateOf = () => {
  let open = () => {}
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, closed }
}

describe.skipIf(process.platform === 'win32')('RE02 a PostgreSQL that stands still (SIGSTOP)', () => {
  afterEach(() => signalServer('SIGCONT'))

  test('gives every query, transaction and new connection an error within 5 s, and serves again afterwards', async () => {
    database = connect(server.ownerUrl, { max: 3, applicationName: 'test' })
    const { sql, db, walledTo } = database
    await Promise.all([sql`select 1`, sql`select 2`])
    const inside = gateOf()
    const stopped = gateOf()
    const half = outcome(() =>
      db.transaction(async (tx) => {
        await tx.execute(text`select 1`)
        inside.open()
        await stopped.closed
        await tx.execute(text`select 2`)
      }),
    )
    await inside.closed
    await signalServer('SIGSTOP')
    stopped.open()
    const asked = [
      half,
      ...Array.from({ length: 10 }, () => outcome(() => sql`select 3`)),
      ...Array.from({ length: 10 }, () => outcome(() => db.execute(text`select 4`))),
      ...Array.from({ length: 5 }, () => outcome(() => db.transaction((tx) => tx.execute(text`select 5`)))),
      ...Array.from({ length: 5 }, () => outcome(() => walledTo([customer]).execute(text`select 6`))),
    ]
    for (const one of await Promise.all(asked)) expectRefused(one)

    await signalServer('SIGCONT')
    await expect.poll(() => sql`select 6 as n`.then(([row]) => row?.n, String), { timeout: 6_000 }).toBe(6)
    await expect.poll(() => db.transaction(async () => 7).catch(String), { timeout: 6_000 }).toBe(7)
    expect(await walledTo([customer]).execute(text`select 8 as n`)).toEqual([{ n: 8 }])
  })

  test('does not commit a transaction whose caller was told that it failed', async () => {
    database = connect(server.ownerUrl, { max: 2, applicationName: 'test', deadlineMs: 1_500 })
    const { sql, db } = database
    await sql`create table if not exists late (id int)`
    const told = gateOf()
    const deed = db.transaction(async (tx) => {
      await tx.execute(text`insert into late values (1)`)
      await told.closed
    })
    expectRefused(await outcome(() => deed))
    told.open()
    await expect.poll(() => sql`select pg_stat_activity from pg_stat_activity where state like 'idle in%'`).toEqual([])
    expect(await sql`select id from late`).toEqual([])
  })
})

test('RE02 an exhausted pool turns the next caller away within 5 s, and never executes what it asked', async () => {
  database = connect(server.ownerUrl, { max: 2, applicationName: 'test' })
  const { sql, db } = database
  await sql`create table if not exists ghost (id int)`
  const holders = await Promise.all([sql.reserve(), sql.reserve()])
  const waiting = await Promise.all([
    outcome(() => sql`insert into ghost values (1)`),
    outcome(() => db.transaction((tx) => tx.execute(text`insert into ghost values (2)`))),
  ])
  for (const one of waiting) expectRefused(one)
  for (const holder of holders) holder.release()
  expect(await sql`select id from ghost`).toEqual([])
})

test('RE02 a slow statement and a held lock end by themselves', async () => {
  database = connect(server.ownerUrl, { max: 4, applicationName: 'test', deadlineMs: 2_000 })
  const { sql } = database
  await sql`create table if not exists held (id int)`
  const locked = gateOf()
  const holder = outcome(() =>
    sql.begin(async (tx) => {
      await tx`lock table held`
      locked.open()
      await tx`select pg_sleep(1.1)`
    }),
  )
  await locked.closed
  const [slow, blocked] = await Promise.all([
    outcome(() => sql`select pg_sleep(10)`),
    outcome(() => sql`select * from held`),
  ])
  expect(slow.error).toMatchObject({ code: '57014' })
  expectRefused(slow)
  expect(blocked.error).toMatchObject({ code: '55P03' })
  expectRefused(blocked)
  await holder
})

test('RE02 of two that wait for each other one is told to come again', async () => {
  database = connect(server.ownerUrl, { max: 4, applicationName: 'test' })
  const { sql } = database
  await sql`create table if not exists crossed (id int primary key)`
  await sql`insert into crossed values (1), (2) on conflict do nothing`
  const [first, second] = [gateOf(), gateOf()]
  const one = (mine: number, his: number, here: ReturnType<typeof gateOf>, there: ReturnType<typeof gateOf>) =>
    outcome(() =>
      sql.begin(async (tx) => {
        await tx`update crossed set id = id where id = ${mine}`
        here.open()
        await there.closed
        await tx`update crossed set id = id where id = ${his}`
      }),
    )
  const both = await Promise.all([one(1, 2, first, second), one(2, 1, second, first)])
  const lost = both.filter(({ error }) => error !== undefined)
  expect(lost).toHaveLength(1)
  expect(lost[0]?.error).toMatchObject({ code: '40P01' })
  expect(isUnavailable(lost[0]?.error)).toBe(true)
})

test('a query that is wrong is not taken for a database that is away', async () => {
  database = connect(server.ownerUrl, { max: 1, applicationName: 'test' })
  for (const wrong of [
    await outcome(() => database.sql`select * from nothing_here`),
    await outcome(() => database.db.execute(text`select 1 / 0`)),
  ]) {
    expect(wrong.error).toBeInstanceOf(Error)
    expect(isUnavailable(wrong.error)).toBe(false)
  }
  expect(isUnavailable(new Error('other'))).toBe(false)
  expect(isUnavailable('CONNECTION_CLOSED')).toBe(false)
})

test('a closed pool and a refused connection are unavailable', async () => {
  database = connect('postgres://nobody:x@127.0.0.1:1/none', { max: 1, applicationName: 'test' })
  expectRefused(await outcome(() => database.sql`select 1`))
  await database.close()
  expectRefused(await outcome(() => database.db.execute(text`select 1`)))
})

test('nothing of a lost transaction is executed on the connection that takes its place', async () => {
  database = connect(server.ownerUrl, { max: 1, applicationName: 'test' })
  const other = connect(server.ownerUrl, { max: 1, applicationName: 'other' })
  const { sql } = database
  await other.sql`create table if not exists stray (id int)`
  const inside = gateOf()
  const replaced = gateOf()
  let pid = 0
  const late: Outcome[] = []
  let left = (): void => undefined
  const deedEnded = new Promise<void>((resolve) => {
    left = resolve
  })
  const deed = outcome(() =>
    sql.begin(async (tx) => {
      const [row] = await tx`select pg_backend_pid() as pid`
      pid = Number(row?.pid)
      inside.open()
      await replaced.closed
      late.push(await outcome(() => tx`insert into stray values (1)`))
      left()
    }),
  )
  await inside.closed
  await other.sql`select pg_terminate_backend(${pid})`
  expectRefused(await deed)
  const [now] = await sql`select pg_backend_pid() as pid`
  expect(now?.pid).not.toBe(pid)
  replaced.open()
  await deedEnded
  expect(late).toHaveLength(1)
  for (const one of late) expectRefused(one)
  expect(await other.sql`select id from stray`).toEqual([])
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
  await other.close()
})

test('RE02 connections whose peer has vanished are given up, and new ones are made', async () => {
  const sockets: Socket[] = []
  const pass = createServer((near) => {
    const far = dial(server.port, '127.0.0.1')
    sockets.push(near, far)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((resolve) => pass.listen(0, '127.0.0.1', resolve))
  const address = new URL(server.ownerUrl)
  address.port = String((pass.address() as AddressInfo).port)
  database = connect(address.href, { max: 2, applicationName: 'test', deadlineMs: 1_500 })
  const { sql } = database
  await Promise.all([sql`select 1`, sql`select 2`])
  for (const socket of sockets) socket.unpipe().pause()
  const lost = await Promise.all(Array.from({ length: 4 }, () => outcome(() => sql`select 3`)))
  expect(lost.slice(0, 2).map(({ error }) => error)).toMatchObject([
    { code: 'REPLY_TIMEOUT' },
    { code: 'REPLY_TIMEOUT' },
  ])
  expect(await sql`select 4 as n`).toEqual([{ n: 4 }])
  await database.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => pass.close(resolve))
})

test('a reserved connection that is lost rejects, gives its place back, and the pool goes on', async () => {
  database = connect(server.ownerUrl, { max: 2, applicationName: 'test' })
  const { sql } = database
  const reserved = await sql.reserve()
  const [row] = await reserved`select pg_backend_pid() as pid`
  await sql`select pg_terminate_backend(${Number(row?.pid)})`
  for (let again = 0; again < 3; again++) expectRefused(await outcome(() => reserved`select 1`))
  reserved.release()
  const numbers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => sql`select ${n}::int as n`.then(([one]) => one?.n)),
  )
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

describe('a query behind a wall', () => {
  const setting = text`select current_setting('gatehouse.customers', true) as customers`

  test('says whose rows there are, for itself alone, also where it failed', async () => {
    database = connect(server.ownerUrl, { max: 1, applicationName: 'test' })
    const { db, walledTo } = database
    const wall = walledTo([customer])
    expect(await wall.execute(setting)).toEqual([{ customers: `{${customer}}` }])
    expect(await db.execute(setting)).toEqual([{ customers: '' }])
    await expect(wall.execute(text`select 1 / 0`)).rejects.toThrow()
    expect(await db.execute(setting)).toEqual([{ customers: '' }])
    expect(await wall.execute(text`select 2 as n`)).toEqual([{ n: 2 }])
  })

  test('fails where what it did cannot be committed', async () => {
    database = connect(server.ownerUrl, { max: 1, applicationName: 'test' })
    const { sql, walledTo } = database
    await sql`create table if not exists late_check (id int unique deferrable initially deferred)`
    await sql`insert into late_check values (1)`
    await expect(walledTo([customer]).execute(text`insert into late_check values (1)`)).rejects.toThrow()
    expect(await sql`select id from late_check`).toEqual([{ id: 1 }])
  })

  test('gives its connection back when it is lost', async () => {
    database = connect(server.ownerUrl, { max: 1, applicationName: 'test' })
    const wall = database.walledTo([customer])
    expectRefused(await outcome(() => wall.execute(text`select pg_terminate_backend(pg_backend_pid())`)))
    await expect.poll(() => wall.execute(text`select 3 as n`).catch(String)).toEqual([{ n: 3 }])
  })
})

test('RE02 a deed that stands still before its first statement is left behind, and what it sends then is refused', async () => {
  database = connect(server.ownerUrl, { max: 1, applicationName: 'test', deadlineMs: 1_500 })
  const { sql, db } = database
  const held = gateOf()
  let later: unknown
  const ended = gateOf()
  const deed = outcome(() =>
    db.transaction(async (tx) => {
      await held.closed
      later = await tx.execute(text`create table left_behind (id int)`).catch((error: unknown) => error)
      ended.open()
    }),
  )
  expectRefused(await deed)
  expect(await sql`select 1 as n`, 'its connection serves others').toEqual([{ n: 1 }])
  held.open()
  await ended.closed
  expect(String((later as Error).cause)).toMatch(/TRANSACTION_ENDED/)
  expect(await sql`select to_regclass('left_behind') as there`).toEqual([{ there: null }])
})

test('what comes often is prepared on its connection, and no more than there is room for', async () => {
  database = connect(server.ownerUrl, { max: 1, applicationName: 'test' })
  const { sql, db, walledTo } = database
  const texts = async (like: string) =>
    (await sql`select statement from pg_prepared_statements where statement like ${like}`).map((row) => row.statement)
  for (let time = 0; time < 6; time++) {
    const values = text`select ${time}::int as time, 'often'`
    await db.execute(values)
    await walledTo([customer]).execute(values)
    await db.transaction((tx) => tx.transaction((inner) => inner.execute(values)))
  }
  await db.execute(text`select ${1}::int as time, 'once'`)
  expect(await texts('%often%')).toHaveLength(1)
  expect(await texts('%once%')).toHaveLength(0)
  const many = Array.from({ length: 600 }, (_, n) => text.raw(`'many ${n}'`))
  for (const one of many) for (let time = 0; time < 4; time++) await db.execute(text`select ${time}::int, ${one}`)
  expect((await texts('%many%')).length).toBeLessThan(500)
})
