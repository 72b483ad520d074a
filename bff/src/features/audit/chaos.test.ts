import { eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSettings } from '../../env.ts'
import { auditTree } from '../../kernel/audit/tables.ts'
import { type Embedded, startEmbedded } from '../../kernel/database/embedded.ts'
import { openHouse } from '../../main.ts'
import { temporaryFolder, testSecret, throwAway } from '../../testing/cluster.ts'
import { type Instance, startInstance } from '../../testing/instance.ts'
import { seedForTests } from '../../testing/seed.ts'
import { signedInAt, type Visitor } from '../../testing/visitor.ts'
import { device } from '../devices/tables.ts'
import { checkTree } from '../integrity/check.ts'

type Folder = Awaited<ReturnType<typeof temporaryFolder>>

let clusterFolder: Folder
let houseFolder: Folder
let server: Embedded
let instance: Instance
let administrator: Visitor
/** Where each writer makes sites, and the device that it renames; all of one customer, so that its tree is a hot one. */
let customerId: string
let devices: string[]
let port: number

const writers = 12
const rounds = 6

const settings = () =>
  readSettings({
    PORT: String(port),
    DATABASE_URL: server.ownerUrl,
    GATEHOUSE_DATA: houseFolder.path,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: 'silent',
  })

beforeAll(async () => {
  ;[clusterFolder, houseFolder] = await Promise.all([temporaryFolder('chaos'), temporaryFolder('house')])
  server = await startEmbedded({ dataDir: clusterFolder.path, log: () => undefined, settings: throwAway })
  port = 0
  const first = await openHouse(settings())
  port = Number(new URL(first.url).port)
  const seeded = await seedForTests(first.house)
  customerId = seeded.customers['Helvetia Pharma']
  const rows = await first.house.db.select({ id: device.id }).from(device).where(eq(device.customerId, customerId))
  devices = rows.map(({ id }) => id)
  administrator = await signedInAt(first.url, 'administrator')
  await first.close()
  instance = await startAgain()
}, 60_000)

afterAll(async () => {
  await instance?.kill()
  await server.stopImmediately()
  await Promise.all([clusterFolder.remove(), houseFolder.remove()])
})

const startAgain = () => startInstance(server.ownerUrl, houseFolder.path, { PORT: String(port) })

/** What the writers were told: each deed has a name that no other has. */
const acknowledged = new Set<string>()
const unanswered = new Set<string>()

/** One writer: deeds, one after another, whatever becomes of the server; after a failure it waits for `up`. */
const write = async (n: number, isOver: () => boolean, up: () => Promise<unknown>): Promise<void> => {
  const device = devices[n % devices.length]
  for (let i = 0; !isOver(); i++) {
    const name = `deed ${n} ${i}`
    const deed =
      i % 2 === 0 || !device || n >= devices.length
        ? administrator.post(`/api/customers/${customerId}/sites`, { name, zone: 'Europe/Zurich' })
        : administrator.send('PATCH', `/api/devices/${device}`, { name })
    const status = await deed.then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200 || status === 201) acknowledged.add(name)
    else {
      // Refused for a reason of its own: then this test asks for the wrong thing, and would see nothing.
      if (status >= 400 && status < 500) throw new Error(`${name}: ${status}`)
      unanswered.add(name)
      await up()
    }
  }
}

const stopPostgres = async () => {
  await server.stopImmediately()
  server = await startEmbedded({
    dataDir: clusterFolder.path,
    log: () => undefined,
    settings: throwAway,
    port: server.port,
  })
}

const killServer = async () => {
  await instance.kill()
  instance = await startAgain()
}

test('AL03 AL09 killed at any point, server and database: what was acknowledged is in the log, once, and nothing else', async () => {
  let over = false
  let up = Promise.resolve<unknown>(undefined)
  const load = Promise.all(
    Array.from({ length: writers }, (_, n) =>
      write(
        n,
        () => over,
        () => up,
      ),
    ),
  )
  const grown = (by: number) => {
    const before = acknowledged.size
    return Promise.race([
      load,
      expect.poll(() => acknowledged.size, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before + by),
    ])
  }
  for (let round = 0; round < rounds; round++) {
    await grown(20 + Math.floor(Math.random() * 60))
    let there = () => {}
    up = new Promise<void>((resolve) => {
      there = resolve
    })
    if (round % 3 === 2)
      await Promise.all([stopPostgres(), instance.kill()]).then(async () => (instance = await startAgain()))
    else await (round % 3 === 0 ? killServer() : stopPostgres())
    there()
  }
  await grown(30)
  over = true
  await load

  const sql: Sql = postgres(server.ownerUrl, { max: 1, onnotice: () => undefined })
  await expect
    .poll(async () => Number((await sql`select count(*) as n from audit_pending`)[0]?.n), { timeout: 20_000 })
    .toBe(0)
  await instance.kill()

  const told = await sql<{ name: string; times: number; places: number }[]>`
    select coalesce(t.fields ->> 'site', substring(t.fields ->> 'change' from '→ “(deed [0-9]+ [0-9]+)”')) as name,
      count(distinct e.id)::int as times, count(l.seq)::int as places
    from audit_event e join audit_text t on t.event_id = e.id left join audit_leaf l on l.event_id = e.id
    where e.event in ('site.added', 'device.changed') and t.fields::text like '%deed %' group by 1`
  const events = new Map(told.map(({ name, ...row }) => [name, row]))
  for (const name of acknowledged) expect(events.get(name), name).toEqual({ times: 1, places: 1 })
  for (const [name, row] of events) {
    expect(acknowledged.has(name) || unanswered.has(name), name).toBe(true)
    expect(row, name).toEqual({ times: 1, places: 1 })
  }
  // And the deeds themselves: there where their event is, and nowhere else.
  const made = (await sql`select name from site where name like 'deed %'`).map((row) => String(row.name))
  const said = (
    await sql`select t.fields ->> 'site' as name from audit_event e join audit_text t on t.event_id = e.id
    where e.event = 'site.added' and t.fields ->> 'site' like 'deed %'`
  ).map((row) => String(row.name))
  expect(made.sort()).toEqual(said.sort())
  expect(await sql`select id from audit_event where id not in (select event_id from audit_leaf)`).toEqual([])
  await sql.end()

  const last = await openHouse(settings())
  try {
    const trees = await last.house.db.select({ tree: auditTree.tree }).from(auditTree)
    expect(trees.length).toBeGreaterThan(1)
    for (const { tree } of trees) expect((await checkTree(last.house, tree)).faults).toEqual([])
  } finally {
    await last.close()
  }
}, 240_000)
