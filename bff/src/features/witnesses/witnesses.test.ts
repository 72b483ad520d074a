import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type LogHeld, type LogNews, LogOrder } from '@gatehouse/shared/agent/messages'
import { fromBase64, utf8 } from '@gatehouse/shared/audit/bytes'
import { openCheckpoint, readCheckpointText, signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { printKey, readNote } from '@gatehouse/shared/audit/note'
import { judgeOffer } from '@gatehouse/shared/audit/witness'
import { sql } from 'drizzle-orm'
import { decodeJwt, importJWK, jwtVerify } from 'jose'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { hours, minutes } from '../../kernel/clock.ts'
import { agentProgram } from '../../testing/agent-program.ts'
import type { DeviceClient, NewMessage } from '../../testing/device-client.ts'
import { codeFor, enrolled, eventsOf, manyDevices } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { signAll } from '../../testing/signing.ts'
import { signerLock } from '../audit/checkpoints.ts'
import { signerOf } from '../audit/door.ts'
import { sequencerLock } from '../audit/sequencer.ts'
import { hubOf } from '../gateway/hub.ts'
import { closeCodes } from '../gateway/limits.ts'
import { witnessesOf } from './door.ts'
import { forgetShared } from './held.ts'

let h: TestHouse
let superuser: Sql
let tree: string
let key: string
let device: DeviceClient
beforeAll(async () => {
  h = await openTestHouse()
  tree = h.seeded.customers['Helvetia Pharma']
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  await superuser.unsafe('set session_replication_role = replica')
  key = printKey(sha256, (await signerOf(h.house)).keyOf(tree))
  device = await enrolled(h, 'Balance 7')
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

/** Adds `n` events to the customer's log, and waits until a checkpoint covers them; gives its size. */
const grow = async (n: number, { log = tree, later = minutes(2) } = {}): Promise<number> => {
  const about = { customerId: log, customerName: 'Somebody' }
  const one = entry({ by: bySystem, event: 'site.added', fields: { site: 'Basel' }, about })
  await h.house.db.transaction((tx) => append(tx, h.clock.now(), Array<typeof one>(n).fill(one)))
  const signed = async () => {
    await signAll(h.house)
    const [row] = await h.house.db.execute<{ waiting: number; size: number; signed: number }>(sql`
      select (select count(*) from audit_pending)::int as waiting,
        (select size from audit_tree where tree = ${log})::int as size,
        (select max(size) from audit_checkpoint where tree = ${log})::int as signed`)
    return row
  }
  await expect
    .poll(async () => ({ ...(await signed()) }), { timeout: 20_000 })
    .toSatisfy((row: { waiting: number; size: number; signed: number }) => row.waiting === 0 && row.signed === row.size)
  // Whoever asks from here on gets nothing that was remembered before.
  h.clock.advance(later)
  return (await signed())?.signed ?? 0
}
const says = (of: DeviceClient, log: LogHeld) => of.say(of.heartbeat({ log }))
const news = async (of: DeviceClient, log: LogHeld): Promise<LogNews | undefined> => (await says(of, log)).body.log
const sizeOf = async (note: string): Promise<number> =>
  openCheckpoint(primitives, utf8(note), (await signerOf(h.house)).keyOf(tree)).checkpoint.size
/** A checkpoint of the customer's log that was signed by its key, whatever it says. */
const signed = async (size: number, root: Uint8Array, of = tree): Promise<string> => {
  const itsKey = (await signerOf(h.house)).keyOf(of)
  const note = await signCheckpoint(sha256, { origin: itsKey.name, size, root }, itsKey, h.house.keys.log.sign)
  return Buffer.from(note).toString('utf8')
}
const link = async (of: { deviceId: string }) => {
  const [row] = await h.house.db.execute<{ size: number | null; at: number | null; refusals: number }>(sql`
    select log_size::float8 as size, log_at::float8 as at, log_refusals as refusals from device_link
    where device_id = ${of.deviceId}`)
  return row
}
const faults = (log = tree): Promise<{ says: string; device: string }[]> =>
  h.house.db.execute(sql`
    select says, device_id as device from audit_fault where found_by = 'agent' and tree = ${log} order by first_at`)
const newDevice = async (like?: string): Promise<DeviceClient> => {
  const [one] = await manyDevices(h, 1, like)
  if (!one) throw new Error('no device')
  return one
}

const tables = [
  'audit_event',
  'audit_text',
  'audit_leaf',
  'audit_node',
  'audit_tree',
  'audit_checkpoint',
  'audit_pending',
]
/** Keeps the log as it is now; gives what brings it back, and the signer’s memory of it to nothing. */
const backUp = async (): Promise<() => Promise<void>> => {
  // As a backup is: all tables as they are at one moment, whatever is written meanwhile.
  await superuser.begin('isolation level repeatable read', async (tx) => {
    for (const table of tables)
      await tx.unsafe(`drop table if exists kept_${table}; create table kept_${table} as table ${table}`)
  })
  return async () => {
    await superuser.begin(async (tx) => {
      // Whoever puts a copy back stops the server first: nobody gives places or signs while rows come and go.
      await tx`select pg_advisory_xact_lock(${sequencerLock}::bigint), pg_advisory_xact_lock(${signerLock}::bigint)`
      for (const table of tables) await tx.unsafe(`delete from ${table}`)
      for (const table of tables) {
        // Columns that are made of others cannot be written.
        const [of] = await tx<{ names: string }[]>`
          select string_agg(quote_ident(attname), ', ') as names from pg_attribute
          where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`
        await tx.unsafe(`insert into ${table} (${of?.names}) select ${of?.names} from kept_${table}`)
      }
      const folder = join(h.house.settings.dataDir, 'log')
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
    })
    // As a server does that was just started. The clock stays: agents believe no orders from the future.
    forgetShared(h.house)
  }
}

describe('AL13 a database of yesterday is found by the devices, with the signer’s memory lost as well', () => {
  /** A program is started anew each time, which takes a while where the machine has much else to do. */
  const patiently = { timeout: 60_000 }
  const stories = [
    { transport: 'websocket', name: 'Weighing line 3', customer: 'Helvetia Pharma' },
    { transport: 'https', name: 'Checkweigher 2', customer: 'Great Lakes Foods' },
  ] as const
  test.each(stories)(
    'by the agent’s own program, over $transport',
    async ({ transport, name, customer }) => {
      const agent = await agentProgram({ GATEHOUSE_TRANSPORT: transport, GATEHOUSE_CHECK_IN_SECONDS: '1' })
      onTestFinished(() => agent.remove())
      const log = h.seeded.customers[customer]
      const { deviceId } = await newDevice(name)
      await superuser`update device set state = 'awaiting_enrolment', public_key = null where id = ${deviceId}`
      // Where this is tried again, what the first try found is no finding of this one.
      await superuser`delete from audit_fault where tree = ${log}`
      const code = await codeFor(h, deviceId)
      expect(await agent.command('enrol', '--server', h.url, '--code', code)).toContain('Enrolled as')
      /** The size that the agent holds, by the file on its disk: it tells the server with its next heartbeat. */
      const held = async () => {
        const folder = join(agent.home, 'witness')
        const file = (await readdir(folder).catch(() => [])).find((one) => one.endsWith(`.${log}.checkpoint`))
        return file ? readCheckpointText(readNote(await readFile(join(folder, file))).text).size : 0
      }
      /** The agent comes anew and holds something newer. */
      const comes = async () => {
        const before = await held()
        agent.run()
        await expect.poll(held, patiently).toBeGreaterThan(before)
        await agent.stop()
      }
      await grow(5, { log, later: 0 })
      await comes()
      const restore = await backUp()
      // Away for a thousand events, and for longer than the newest checkpoint is remembered.
      await grow(1_000, { log, later: 0 })
      forgetShared(h.house)
      await comes()
      const size = await held()
      await restore()
      agent.run()
      const found = async () => (await faults(log)).map((one) => one.says.replace(/\d+ are/, '… are'))
      await expect
        .poll(found, patiently)
        .toEqual([`a device holds a signed checkpoint of ${size} entries, and … are there`])
      if (transport === 'https') return
      // Grown past its old size it is another log, and the agent itself refuses it.
      await grow(1_300, { log, later: 0 })
      forgetShared(h.house)
      hubOf(h.house).connections.get(deviceId)?.close(closeCodes.later, 'come later')
      await expect.poll(() => eventsOf(h, deviceId, 'witness.refused'), patiently).toHaveLength(1)
      await expect
        .poll(found, patiently)
        .toContain(`a device holds a signed checkpoint with another root for the first ${size} entries`)
      const shown = await agent.command('log')
      expect(shown).toContain(`/audit/${log}\n${size}\n`)
      expect(shown).toMatch(/REFUSED \d+ time\(s\)/)
    },
    300_000,
  )
})

describe('AL18 devices as witnesses of their customer’s log', () => {
  test('the log’s key is pinned at enrolment, signed by the server’s key', async () => {
    const pinned = device.enrolled?.serverKeys[0]
    if (!pinned) throw new Error('no key')
    const verified = await jwtVerify(device.enrolled?.log ?? '', await importJWK(pinned, 'EdDSA'), {
      audience: device.deviceId,
      typ: 'gatehouse-log+jwt',
      currentDate: new Date(h.clock.now()),
    })
    expect(LogOrder.parse(verified.payload).key).toBe(key)
  })

  test('a device from before gets the key by what it believes already, and what is another’s is put right', async () => {
    const before = await newDevice()
    for (const said of [undefined, 'x', printKey(sha256, (await signerOf(h.house)).keyOf(device.deviceId))]) {
      const { order } = (await news(before, { asks: false, ...(said && { key: said }) })) ?? {}
      expect(decodeJwt(order ?? '')).toMatchObject({ aud: before.deviceId, key })
    }
    expect(await news(before, { asks: false, key })).toEqual({})
  })

  test('whoever asks gets the newest with the proof that it continues what is held, by both transports', async () => {
    const itsKey = (await signerOf(h.house)).keyOf(tree)
    const first = await grow(3)
    const dayAgo = h.clock.now() - hours(24)
    const before = await witnessesOf(h.house.db, tree, dayAgo)
    const offer = (await news(device, { asks: true, key }))?.checkpoint
    expect(await sizeOf(offer?.note ?? '')).toBeGreaterThanOrEqual(first)
    expect(offer?.proof).toEqual([])
    const line = await device.connect()
    onTestFinished(() => line.close())
    let held = offer?.note ?? ''
    for (const by of ['https', 'websocket']) {
      const size = await grow(700)
      const log = { asks: true, key, note: held }
      const answer = by === 'https' ? await news(device, log) : (await line.say(device.heartbeat({ log }))).log
      const { note = '', proof = [] } = answer?.checkpoint ?? {}
      const kept = openCheckpoint(primitives, utf8(held), itsKey).checkpoint
      expect(judgeOffer(primitives, itsKey, kept, { note, proof: proof.map(fromBase64) })).toMatchObject({
        kind: 'newer',
      })
      expect(await sizeOf(note)).toBeGreaterThanOrEqual(size)
      held = note
    }
    // It says what it took; that is stored, told once, and counted.
    await says(device, { asks: false, key, note: held })
    expect(await link(device)).toMatchObject({ size: await sizeOf(held) })
    expect(await eventsOf(h, device.deviceId, 'witness.began')).toHaveLength(1)
    const { holding, devices, largest } = await witnessesOf(h.house.db, tree, dayAgo)
    expect({ holding, largest }).toEqual({ holding: before.holding + 1, largest: await sizeOf(held) })
    expect(devices).toBeGreaterThanOrEqual(1)
    expect(await witnessesOf(h.house.db, tree, h.clock.now() + 1)).toMatchObject({ holding: 0 })
    // And where it has lost it, that is told as well.
    await says(device, { asks: false, key })
    expect((await link(device))?.size).toBeNull()
    expect(await eventsOf(h, device.deviceId, 'witness.lost')).toHaveLength(1)
    await says(device, { asks: false, key, note: held })
  })

  test('whoever says one time that he holds a checkpoint and the next that he holds none is heard once an hour', async () => {
    await grow(1)
    const fickle = await newDevice()
    const note = (await news(fickle, { asks: true, key }))?.checkpoint?.note ?? ''
    const toldNow = async () => [
      (await eventsOf(h, fickle.deviceId, 'witness.began')).length,
      (await eventsOf(h, fickle.deviceId, 'witness.lost')).length,
    ]
    for (let time = 0; time < 4; time++) {
      await says(fickle, { asks: false, key, note })
      await says(fickle, { asks: false, key })
    }
    expect(await toldNow()).toEqual([1, 1])
    // What is so all the same when the hour is over is told.
    await says(fickle, { asks: false, key, note })
    expect(await toldNow()).toEqual([1, 1])
    h.clock.advance(hours(1))
    await says(fickle, { asks: false, key, note })
    await says(fickle, { asks: false, key, note })
    expect(await toldNow()).toEqual([2, 1])
  })

  test('a heartbeat that says nothing of the log asks the database nothing for it', async () => {
    const quiet = await newDevice()
    expect((await quiet.say(quiet.heartbeat())).body.log).toBeUndefined()
    expect(await link(quiet)).toEqual({ size: null, at: null, refusals: 0 })
  })

  test('what our key never signed for this customer is believed by nobody, however it looks', async () => {
    const hostile = await newDevice()
    const before = await faults()
    const other = h.seeded.customers['Great Lakes Foods']
    const root = new Uint8Array(32)
    const good = await signed(1, root)
    const notes = [
      'garbage',
      '\n\n\u2014 x y\n',
      good.replace('\n1\n', '\n9007199254740992\n'),
      good.replace('\n1\n', '\n-1\n'),
      good.replace('\n1\n', '\n5000000\n'),
      await signed(9_007_199_254_740_991, root, other),
      'x'.repeat(8_192),
    ]
    for (const note of notes) {
      const { status, body } = await says(hostile, { asks: true, key, note })
      expect([status, body.log?.order]).toEqual([200, undefined])
    }
    const refused = (held: string | undefined): NewMessage => ({
      type: 'log_refused',
      at: 0,
      because: 'because',
      offered: 'x',
      ...(held && { held }),
    })
    await hostile.say(...[...notes, undefined].map(refused))
    for (let i = 0; i < 3; i++) await hostile.say(...Array.from({ length: 200 }, () => refused('garbage')))
    expect(await link(hostile)).toMatchObject({ size: null, refusals: 8 + 600 })
    expect(await eventsOf(h, hostile.deviceId, 'witness.refused')).toEqual([])
    expect(await eventsOf(h, hostile.deviceId, 'witness.began')).toEqual([])
    expect(await faults()).toEqual(before)
    expect((await says(hostile, { asks: true, note: 'x'.repeat(8_193) })).status).toBe(400)
  })

  test('a refusal with something that we signed is told, once an hour, in the words of the device', async () => {
    const refusing = await newDevice()
    const before = await faults()
    const note = (await news(refusing, { asks: true, key }))?.checkpoint?.note ?? ''
    const refusal: NewMessage = {
      type: 'log_refused',
      at: 0,
      because: 'no\u0000thing\nproves it',
      held: note,
      offered: 'x',
    }
    for (let i = 0; i < 3; i++) await refusing.say(refusal, refusal)
    const told = () => eventsOf(h, refusing.deviceId, 'witness.refused')
    expect(await told()).toMatchObject([{ outcome: 'refused', fields: { size: await sizeOf(note) } }])
    h.clock.advance(hours(1))
    await refusing.say(refusal)
    expect(await told()).toHaveLength(2)
    expect(await link(refusing)).toMatchObject({ refusals: 7 })
    expect(await faults()).toEqual(before)
  })
})
