import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSettings } from './env.ts'
import { systemClock } from './kernel/clock.ts'
import { connect } from './kernel/database/connect.ts'
import { type Embedded, startEmbedded } from './kernel/database/embedded.ts'
import { openHouse } from './main.ts'
import { temporaryFolder, testSecret, throwAway } from './testing/cluster.ts'
import { DeviceClient } from './testing/device-client.ts'
import { manyDevices } from './testing/devices.ts'
import { signedInAt, type Visitor } from './testing/house.ts'
import { type Instance, startInstance } from './testing/instance.ts'
import { seedForTests } from './testing/seed.ts'

let folders: Awaited<ReturnType<typeof temporaryFolder>>[]
let database: Embedded
let bff: Instance
let devices: DeviceClient[]

beforeAll(async () => {
  folders = await Promise.all([temporaryFolder('outage'), temporaryFolder('outage-house')])
  const [{ path: dataDir } = { path: '' }, { path: houseDir } = { path: '' }] = folders
  database = await startEmbedded({ dataDir, log: () => undefined, settings: throwAway })
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    GATEHOUSE_DATA: houseDir,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: 'silent',
  })
  const first = await openHouse(settings)
  const seeded = await seedForTests(first.house)
  const made = await manyDevices({ house: first.house, seeded, url: first.url, clock: systemClock }, 8)
  const { serverId } = first.house.keys
  await first.close()
  bff = await startInstance(database.ownerUrl, houseDir)
  devices = made.map(({ deviceId, key }) => new DeviceClient({ url: bff.url, key, deviceId, serverId }))
}, 120_000)

afterAll(async () => {
  await bff?.kill()
  await database?.stopImmediately()
  for (const folder of folders) await folder.remove()
})

/** What came of everything that was asked, while it went on. */
class Load {
  served = 0
  unavailable = 0
  /** Answers that were neither what was asked for nor "not now". */
  readonly wrong: string[] = []
  /** Times of the weights each device was told are stored. */
  readonly acknowledged = new Map<string, number[]>()
  /** Names the devices were given, as far as that was answered. */
  readonly renamed: string[] = []
  hints = 0
  streams = 0
  #on = true
  readonly #loops: Promise<void>[] = []

  #count(what: string, status: number, wanted: number): boolean {
    if (status === wanted) this.served += 1
    else if (status === 503) this.unavailable += 1
    else this.wrong.push(`${what}: ${status}`)
    return status === wanted
  }

  #loop(what: string, step: () => Promise<void>): void {
    const go = async () => {
      while (this.#on) await step().catch((error: unknown) => this.wrong.push(`${what}: ${error}`))
    }
    this.#loops.push(go())
  }

  /** A device weighs, and says the same message again until it is acknowledged. */
  weighing(device: DeviceClient): void {
    const stored: number[] = []
    this.acknowledged.set(device.deviceId, stored)
    let at = 0
    let waiting: ReturnType<DeviceClient['number']> | undefined
    this.#loop('check-in', async () => {
      if (!waiting) {
        at = Math.max(Date.now(), at + 1)
        waiting = device.number(device.values({ weight: at % 1_000 }, at))
      }
      const { status, body } = await device.post(waiting)
      if (!this.#count('check-in', status, 200)) return
      if ((body.ack ?? 0) < (waiting[0]?.seq ?? 0)) return
      stored.push(at)
      waiting = undefined
    })
  }

  reading(visitor: Visitor, path: string): void {
    this.#loop(path, async () => void this.#count(path, (await visitor.get(path)).status, 200))
  }

  renaming(visitor: Visitor, deviceId: string): void {
    let n = 0
    this.#loop('rename', async () => {
      n += 1
      const { status } = await visitor.send('PATCH', `/api/devices/${deviceId}`, { name: `Name ${n}` })
      if (this.#count('rename', status, 200)) this.renamed.push(`Name ${n}`)
    })
  }

  /** An open tab: hears hints, and comes back whenever its stream has ended. */
  listening(visitor: Visitor): void {
    this.#loop('live', async () => {
      const stop = new AbortController()
      const answer = await fetch(`${bff.url}/api/live`, { headers: { cookie: visitor.cookie() }, signal: stop.signal })
      if (!this.#count('live', answer.status, 200) || !answer.body) return void (await answer.text())
      this.streams += 1
      this.#hangUp.add(stop)
      try {
        for await (const chunk of answer.body) if (String(Buffer.from(chunk)).includes('data: {')) this.hints += 1
      } catch (error) {
        if (!stop.signal.aborted) throw error
      }
      this.#hangUp.delete(stop)
    })
  }
  readonly #hangUp = new Set<AbortController>()

  async end(): Promise<void> {
    this.#on = false
    for (const stop of this.#hangUp) stop.abort()
    await Promise.all(this.#loops)
  }
}

test('RE01 PostgreSQL stopped with -m immediate under a busy Gatehouse: it answers "not now", and serves again by itself', async () => {
  const [technician, administrator] = await Promise.all([
    signedInAt(bff.url, 'technician'),
    signedInAt(bff.url, 'administrator'),
  ])
  const load = new Load()
  const ended = bff.ended.then((how) => Promise.reject(new Error(`The process ended: ${how}`)))
  ended.catch(() => undefined)
  const grows = async (counter: 'served' | 'unavailable' | 'hints', by: number) => {
    const goal = load[counter] + by
    const reached = expect.poll(() => load[counter], { timeout: 30_000 }).toBeGreaterThanOrEqual(goal)
    await Promise.race([ended, reached])
  }
  for (const device of devices) load.weighing(device)
  for (const path of ['/api/devices', '/api/audit', `/api/devices/${devices[0]?.deviceId}`])
    load.reading(technician, path)
  load.renaming(administrator, devices[0]?.deviceId ?? '')
  load.listening(administrator)

  for (let round = 1; round <= 5; round++) {
    await grows('served', 100)
    await grows('hints', 1)
    await database.stopImmediately()
    await grows('unavailable', 20)
    const { dataDir, port } = database
    database = await startEmbedded({ dataDir, port, log: () => undefined, settings: throwAway })
  }
  await grows('served', 100)
  await grows('hints', 1)
  await load.end()
  expect(load.wrong).toEqual([])

  const { db, close } = connect(database.ownerUrl, { max: 2, applicationName: 'outage test' })
  try {
    for (const [deviceId, times] of load.acknowledged) {
      const rows = await db.execute<{ at: string }>(sql`select at from sample where device_id = ${deviceId}`)
      const kept = new Set(rows.map(({ at }) => Number(at)))
      expect(times.length).toBeGreaterThan(5)
      expect(times.filter((at) => !kept.has(at))).toEqual([])
    }
    const log = await db.execute<{ fields: string }>(
      sql`select fields::text from audit_line where event = 'device.changed'`,
    )
    const said = log.map(({ fields }) => fields).join('\n')
    expect(load.renamed.length).toBeGreaterThan(5)
    expect(load.renamed.filter((name) => !said.includes(`→ “${name}”`))).toEqual([])
  } finally {
    await close()
  }
}, 240_000)
