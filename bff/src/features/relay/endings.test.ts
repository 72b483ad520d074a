import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { bySystem } from '../../kernel/actor.ts'
import { minutes, seconds } from '../../kernel/clock.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { manyDevices } from '../../testing/devices.ts'
import { eventsSince } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { type Scene, sceneOf } from '../../testing/scene.ts'
import { goLive, type LiveSession, openSession, personStream, untilFrame, untilSaid } from '../../testing/sessions.ts'
import { device as deviceTable } from '../devices/tables.ts'
import { policyLevel } from '../policies/tables.ts'
import { approval } from '../requests/tables.ts'
import { endSession } from '../sessions/door.ts'
import { session as sessionTable } from '../sessions/tables.ts'
import { watchTheClock } from './jobs.ts'
import { relayOf } from './relay.ts'

let h: TestHouse
let technician: Visitor
let approver: Visitor
let scene: Scene
beforeAll(async () => {
  h = await openTestHouse()
  ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
  scene = sceneOf(h, technician, approver)
})
afterAll(() => h.close())

/** Cuts a live session and measures at both ends: the streams close in time, for one cause, with one event. */
const cutBy = async (
  cause: string,
  cut: (one: Awaited<ReturnType<Scene['live']>>) => Promise<unknown>,
  by = () => scene.live(),
  within = 1_000,
) => {
  const one = await by()
  const { session, writer, device } = one
  const watcher = await personStream(h, approver, session.id, 'watch')
  await untilFrame(watcher, (f) => f[0] === frameKinds.notice)
  const begun = performance.now()
  await cut(one)
  const [a, b] = await Promise.all([writer.closed, device.closed])
  expect(Math.max(a.at, b.at) - begun).toBeLessThan(within)
  expect(a).toMatchObject({ code: 4000, reason: cause })
  expect(writer.notices().at(-1)).toEqual({ kind: 'state', state: 'ended', cause })
  const [row] = await h.house.db.select().from(sessionTable).where(eq(sessionTable.id, session.id))
  expect([row?.state, row?.cause]).toEqual(['ended', cause])
  const ended = await h.house.db.execute<{ n: number }>(
    `select count(*)::int as n from audit_line where session_id = '${session.id}' and event = 'session.ended'`,
  )
  expect(ended[0]?.n).toBe(1)
  await watcher.closed
}

describe('AP08 WS03 ends both directions within a second', () => {
  test('when the customer ends it', () =>
    cutBy('customer', ({ session }) => approver.post(`/api/sessions/${session.id}/end`, { comment: 'stop' })))

  test('when the customer takes the approval back', () =>
    cutBy('approval_revoked', ({ session }) =>
      approver.post(`/api/requests/${session.requestId}/revoke`, { comment: '' }),
    ))

  test('when the technician signs out', async () => {
    const own = await h.as('technician')
    const by = () => scene.live({}, own)
    await cutBy('signed_out', () => own.post('/api/sign-out'), by)
  })

  test('when the technician was idle for 20 minutes, whatever the device says meanwhile', async () => {
    const own = await h.as('technician')
    const by = () => scene.live({}, own)
    await cutBy(
      'idle',
      async ({ device, writer }) => {
        device.send(frameKinds.data, 'the device talks on')
        await untilSaid(writer, 'the device talks on')
        h.clock.advance(minutes(20))
      },
      by,
      // The sweep of sign-ins looks once a second.
      2_000,
    )
    ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
    scene = sceneOf(h, technician, approver)
  })

  test('when the rights of the technician are taken away', async () => {
    const ruth = await h.as('administrator')
    const path = `/api/staff/${h.seeded.people.technician}/groups`
    const group = h.seeded.groups[demoPeople.technician.group]
    await cutBy('rights_changed', async () => expect((await ruth.post(path, { remove: [group] })).status).toBe(200))
    expect((await ruth.post(path, { add: [group] })).status).toBe(200)
  })

  test('when the policy changes', () =>
    cutBy('policy', async ({ client }) => {
      const path = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/policy`
      const { version } = (await approver.get<PolicyView>(path)).body
      const rules = { 'session.terminal': { answer: 'never', locked: false } }
      const put = await approver.send('PUT', `${path}/device/${client.deviceId}`, { rules, version })
      expect(put.status).toBe(200)
    }))

  test('when the identity of the device is revoked, whose approvals go with it', async () => {
    const ruth = await h.as('administrator')
    let requestId = ''
    await cutBy('device_revoked', async ({ client, session }) => {
      requestId = session.requestId
      expect((await ruth.post(`/api/devices/${client.deviceId}/revoke`, { reason: 'stolen' })).status).toBe(200)
    })
    await expect
      .poll(async () => (await approver.get<RequestView>(`/api/requests/${requestId}`)).body)
      .toMatchObject({ state: 'revoked', revoked: { by: 'Ruth Vogel', comment: 'stolen' } })
  })

  test('when an administrator disables the technician', async () => {
    await regrant(h, 'outsider', [
      { activities: ['device.view', 'session.request', 'session.terminal'], scope: { kind: 'all' } },
    ])
    const [own, ruth] = await Promise.all([h.as('outsider'), h.as('administrator')])
    const by = () => scene.live({}, own)
    const path = `/api/staff/${h.seeded.people.outsider}`
    await cutBy('rights_changed', async () => expect((await ruth.post(`${path}/disable`)).status).toBe(200), by)
    expect((await ruth.post(`${path}/enable`)).status).toBe(200)
  })

  test('when the approved time is over, by the clock', async () => {
    const by = () => scene.live({ minutes: 5 })
    await cutBy(
      'approval_ended',
      async ({ session }) => {
        h.clock.moveTo(session.endsAt)
        await watchTheClock.run(h.house)
      },
      by,
    )
  })

  test('when the gateway cuts the device: that signal is enough', () =>
    cutBy('device_revoked', async ({ client }) => {
      h.house.bus.publish({ kind: 'cut_device', deviceId: client.deviceId })
    }))

  test.each<[string, (one: LiveSession, deviceId: string) => Promise<unknown>]>([
    [
      'approval_revoked',
      ({ session }) =>
        h.house.db.update(approval).set({ revokedAt: 1 }).where(eq(approval.requestId, session.requestId)),
    ],
    [
      'device_revoked',
      (_, deviceId) => h.house.db.update(deviceTable).set({ state: 'revoked' }).where(eq(deviceTable.id, deviceId)),
    ],
    [
      'policy',
      (_, levelId) =>
        h.house.db.insert(policyLevel).values({
          customerId: h.seeded.customers['Helvetia Pharma'],
          level: 'device',
          levelId,
          rules: { 'session.terminal': { answer: 'never', locked: false } },
        }),
    ],
  ])('when no signal came, and the review every few seconds finds the reason: %s', (cause, change) =>
    cutBy(cause, async (one) => {
      await change(one, one.client.deviceId)
      await relayOf(h.house).reviewAll()
    }),
  )

  test('when another instance ended it: the signal is enough', () =>
    cutBy('kill_switch', ({ session }) => endSession(h.house, bySystem, session.id, 'kill_switch')))

  test('AZ09 a watcher who may no longer watch is sent away, and the session goes on', async () => {
    const { session, writer, device } = await scene.live()
    const marc = await h.as('colleague')
    const watcher = await personStream(h, marc, session.id, 'watch')
    await untilFrame(writer, () => writer.notices().some((one) => one.kind === 'watchers' && one.names.length === 1))
    const said = await eventsSince(h.house, { sessionId: session.id })
    onTestFinished(
      await regrant(h, 'colleague', [{ activities: ['device.view', 'session.approve'], scope: { kind: 'all' } }]),
    )
    h.house.bus.publish({ kind: 'person', personId: h.seeded.people.colleague })
    expect(await watcher.closed).toMatchObject({ code: 4003 })
    writer.send(frameKinds.data, 'goes on')
    await untilSaid(device, 'goes on')
    await expect.poll(async () => (await scene.seen(session.id)).state).toBe('live')
    await expect.poll(async () => (await said()).map(({ event }) => event)).toEqual(['session.unwatched'])
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })
})

/** A database that nobody can reach. */
const unreachable = (db: Db): Db =>
  new Proxy(db, {
    get: (target, key) =>
      ['select', 'insert', 'update', 'delete', 'transaction', 'execute'].includes(String(key))
        ? () => {
            throw Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })
          }
        : Reflect.get(target, key),
  })

describe('leases', () => {
  test('RE05 every stream hears every few seconds that everything still holds', async () => {
    const { session, writer, device } = await scene.live()
    const before = device.of(frameKinds.lease).length
    await relayOf(h.house).reviewAll()
    await untilFrame(device, () => device.of(frameKinds.lease).length > before)
    expect(device.of(frameKinds.lease).at(-1)).toEqual(Buffer.from([30]))
    await untilFrame(writer, (one) => one[0] === frameKinds.lease)
    const [row] = await h.house.db.select().from(sessionTable).where(eq(sessionTable.id, session.id))
    expect(row?.leaseUntil).toBeGreaterThan(h.clock.now() + seconds(20))
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })

  test('RE05 AZ18 what cannot be asked does not hold: no lease is renewed, and 30 seconds later it is over', async () => {
    const { session, writer, device } = await scene.live()
    await relayOf(h.house).reviewAll()
    await device.settled()
    const before = device.of(frameKinds.lease).length
    const database = h.house.db
    try {
      h.house.db = unreachable(database)
      await relayOf(h.house).reviewAll()
      await device.settled()
      expect(device.of(frameKinds.lease)).toHaveLength(before)
      h.clock.advance(seconds(31))
      await watchTheClock.run(h.house)
      expect((await device.closed).code).toBe(4000)
      expect(await writer.closed).toMatchObject({ reason: 'server_stopping' })
    } finally {
      h.house.db = database
    }
    // The end is told to the tables as soon as they can be reached: by the relay, or by the job that finds the lease over.
    const told = expect.poll(async () => (await scene.seen(session.id)).cause, { timeout: 5_000 })
    await told.toMatch(/^(server_stopping|device_lost)$/)
  })

  test('RE05 a session whose relay died is ended by its lease', async () => {
    const { device, line } = await scene.connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    await h.house.db
      .update(sessionTable)
      .set({ state: 'live', leaseUntil: h.clock.now() + seconds(30) })
      .where(eq(sessionTable.id, session.id))
    await expect(personStream(h, technician, session.id, 'write')).rejects.toThrow('409 wrong_state')
    h.clock.advance(seconds(31))
    await expect.poll(async () => (await scene.seen(session.id)).cause, { timeout: 5_000 }).toBe('device_lost')
  })
})

test('AP08 stopping the server ends every session with that cause, and says so', async () => {
  const own = await openTestHouse()
  const [device] = await manyDevices(own, 1)
  const [anna, clara] = await Promise.all([own.as('technician'), own.as('approver')])
  if (!device) throw new Error('no device')
  const one = await goLive(own, { technician: anna, approver: clara, device })
  const events: string[] = []
  const stop = own.house.bus.subscribe((signal) => events.push(signal.kind))
  const closing = own.close()
  expect(await one.writer.closed).toMatchObject({ code: 4000, reason: 'server_stopping' })
  expect((await one.device.closed).code).toBe(4000)
  await closing
  stop()
  expect(events).toContain('session')
})
