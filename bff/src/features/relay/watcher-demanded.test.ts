import { plainRule, type Rule } from '@gatehouse/shared/policies/policy'
import { watcherGraceSeconds, watcherWaitSeconds } from '@gatehouse/shared/sessions/session-states'
import { frameKinds, type StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { seconds } from '../../kernel/clock.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import type { DeviceClient } from '../../testing/device-client.ts'
import { manyDevices } from '../../testing/devices.ts'
import { storyOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { deviceStream, openSession, personStream, type Stream, untilSaid } from '../../testing/sessions.ts'
import { session } from '../sessions/tables.ts'
import { endOverdueSessions, watchTheClock } from './jobs.ts'
import { relayOf } from './relay.ts'

let h: TestHouse
let anna: Visitor
let clara: Visitor
let marc: Visitor

beforeAll(async () => {
  h = await openTestHouse()
})
// Anew for each: a test may move the clock further than a proof of who one is lasts.
beforeEach(async () => {
  ;[anna, clara, marc] = await Promise.all([h.as('technician'), h.as('approver'), h.as('colleague')])
})
afterAll(() => h.close())

const put = async (deviceId: string, rule: Partial<Rule>) => {
  const helvetia = h.seeded.customers['Helvetia Pharma']
  const { version } = (await clara.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body
  const rules = { 'session.terminal': plainRule('ask', rule) }
  const answered = await clara.send('PUT', `/api/customers/${helvetia}/policy/device/${deviceId}`, { rules, version })
  expect(answered.status).toBe(200)
}

interface Opened {
  session: SessionView
  writer: Stream
  device: Stream
  on: DeviceClient
}
/** A session whose two streams are there, under a policy that wants a watcher. */
const opened = async (rule: Partial<Rule> = { watched: true }): Promise<Opened> => {
  const [on] = await manyDevices(h, 1)
  if (!on) throw new Error('no device')
  await put(on.deviceId, rule)
  const { session, grant } = await openSession(h, { technician: anna, approver: clara, device: on })
  const writer = await personStream(h, anna, session.id, 'write')
  const device = await deviceStream(on, session.id, grant.epoch)
  return { session, writer, device, on }
}

/** The machine may be busy with others. */
const patient = { timeout: 8_000 }

const noticed = (stream: Stream, is: (notice: StreamNotice) => boolean) =>
  vi.waitFor(() => expect(stream.notices().some(is)).toBe(true), patient)
const lastState = (stream: Stream) => stream.notices().findLast((one) => one.kind === 'state')
const isNow = (stream: Stream, state: string) =>
  vi.waitFor(() => expect(lastState(stream)).toMatchObject({ state }), patient)
const seenBy = async (who: Visitor, { id }: { id: string }) => (await who.get<SessionView>(`/api/sessions/${id}`)).body
const typed = (stream: Stream) => stream.of(frameKinds.data).map(String).join('')
const leaves = async (watcher: Stream) => {
  watcher.socket.close()
  await watcher.closed
}

/** Time goes on in steps that a lease can follow: the house looks by itself for sessions that were lost. */
const passes = async (howLong: number) => {
  for (let passed = 0; passed < howLong; passed += 20) {
    h.clock.advance(seconds(20))
    await relayOf(h.house).reviewAll()
  }
}

describe('AP17 where the policy demands a watcher', () => {
  test('a session goes live only when somebody of the customer watches; until then nothing crosses', async () => {
    await h.house.db.delete(outboxMail)
    const { session, writer, device } = await opened()
    await noticed(writer, (one) => one.kind === 'watcher_wanted' && one.due !== null)
    expect((await seenBy(clara, session)).watch?.due).toBeGreaterThan(h.clock.now())
    expect(await seenBy(anna, session)).toMatchObject({ state: 'opening' })
    const mails = (await h.house.db.select().from(outboxMail)).filter(({ subject }) => subject.includes('to watch'))
    expect(mails.map(({ to }) => to).sort()).toEqual(['clara@helvetia.example', 'marc@helvetia.example'])
    writer.send(frameKinds.data, 'too early\n')
    await writer.settled()

    // Somebody of the maker watches: that is none of the customer's.
    await regrant(h, 'administrator', [{ activities: ['device.view', 'session.watch'], scope: { kind: 'all' } }])
    const maker = await personStream(h, await h.as('administrator'), session.id, 'watch')
    await noticed(writer, (one) => one.kind === 'watchers' && one.names.includes('Ruth Vogel'))
    // Far longer than it takes to go live.
    for (let i = 0; i < 20; i++) await relayOf(h.house).reviewAll()
    expect(await seenBy(anna, session)).toMatchObject({ state: 'opening' })

    const watcher = await personStream(h, clara, session.id, 'watch')
    await isNow(writer, 'live')
    writer.send(frameKinds.data, 'on time\n')
    await untilSaid(device, 'on time')
    expect(typed(device)).toBe('on time\n')
    expect(await seenBy(anna, session)).toMatchObject({ state: 'live', watch: { due: null } })
    await Promise.all([leaves(watcher), leaves(maker)])
  })

  test('AP17 a demand that comes while the recording is begun is heard before the first byte', async () => {
    const [on] = await manyDevices(h, 1)
    if (!on) throw new Error('no device')
    await put(on.deviceId, {})
    const { session: opening, grant } = await openSession(h, { technician: anna, approver: clara, device: on })
    const writer = await personStream(h, anna, opening.id, 'write')
    const waits = (set: string) =>
      vi.waitFor(async () => {
        const rows = await h.house.db.execute(sql`select pid from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like ${`%${set}%`}`)
        expect(rows).toHaveLength(1)
      }, patient)
    // What the technician's stream brought about is over.
    await relayOf(h.house).reviewAll()
    const device = await h.house.db.transaction(async (tx) => {
      // Whatever would move the session waits behind this: the entrance has asked the policy, and is not live yet.
      await tx.select({ id: session.id }).from(session).where(eq(session.id, opening.id)).for('update')
      const stream = await deviceStream(on, opening.id, grant.epoch)
      await waits('insert into "recording"')
      await put(on.deviceId, { watched: true })
      // The review has heard it, and wants to write it down.
      await waits('set "watcher_due" =')
      return stream
    })
    await vi.waitFor(() => expect(['live', 'paused']).toContain(lastState(writer)?.state), patient)
    writer.send(frameKinds.data, 'nobody sees this\n')
    await writer.settled()
    await isNow(writer, 'paused')
    const watcher = await personStream(h, clara, opening.id, 'watch')
    await isNow(writer, 'live')
    expect(await seenBy(clara, opening)).toMatchObject({ state: 'live', watch: { due: null } })
    writer.send(frameKinds.data, 'seen\n')
    await untilSaid(device, 'seen')
    expect(typed(device)).toBe('seen\n')
    await leaves(watcher)
  })

  test('what is typed stops with the last watcher, goes on with the next, and the log tells both', async () => {
    const { session, writer, device, on } = await opened()
    const [first, second] = [
      await personStream(h, clara, session.id, 'watch'),
      await personStream(h, marc, session.id, 'watch'),
    ]
    await isNow(writer, 'live')
    await noticed(writer, (one) => one.kind === 'watchers' && one.names.length === 2)
    await leaves(first)
    writer.send(frameKinds.data, 'one is enough\n')
    await untilSaid(device, 'one is enough')

    await leaves(second)
    await isNow(writer, 'paused')
    writer.send(frameKinds.data, 'nobody sees this\n')
    await writer.settled()
    device.send(frameKinds.data, 'still shown')
    await untilSaid(writer, 'still shown')
    await vi.waitFor(async () => expect(await seenBy(clara, session)).toMatchObject({ state: 'paused' }), patient)

    const again = await personStream(h, marc, session.id, 'watch')
    await isNow(writer, 'live')
    expect(await seenBy(clara, session)).toMatchObject({ state: 'live', watch: { due: null } })
    writer.send(frameKinds.data, 'seen again\n')
    await untilSaid(device, 'seen again')
    expect(typed(device)).toBe('one is enough\nseen again\n')
    const story = await storyOf(h.house, on.deviceId)
    expect(story.filter((line) => /session (paused|went on)/.test(line))).toEqual([
      "Gatehouse: The session paused: nobody of the customer's watches, which its policy demands",
      'Gatehouse: The session went on: somebody watches again',
    ])
    await leaves(again)
  })

  test('not one byte that is typed after the watcher left reaches the device', async () => {
    const { session, writer, device } = await opened()
    const watcher = await personStream(h, clara, session.id, 'watch')
    await isNow(writer, 'live')
    let at = 0
    const relay = relayOf(h.house)
    expect(relay.has(session.id)).toBe(true)
    const typing = setInterval(() => writer.send(frameKinds.data, `${at++};`), 1)
    await untilSaid(device, '20;')
    await leaves(watcher)
    await isNow(writer, 'paused')
    // What the relay took before it heard of it may still be on its way; nothing follows.
    await device.settled()
    const told = typed(device)
    await untilFrameCount(() => at > 200)
    clearInterval(typing)
    await writer.settled()
    await device.settled()
    expect(typed(device)).toBe(told)
  })

  test('it ends where nobody comes back, and where nobody came at all', async () => {
    const { session, writer } = await opened()
    const watcher = await personStream(h, clara, session.id, 'watch')
    await isNow(writer, 'live')
    await leaves(watcher)
    await isNow(writer, 'paused')
    await passes(watcherGraceSeconds - 20)
    h.clock.advance(seconds(20))
    await watchTheClock.run(h.house)
    expect(await writer.closed).toMatchObject({ reason: 'watcher_gone' })
    expect(await seenBy(clara, session)).toMatchObject({
      state: 'ended',
      cause: 'watcher_gone',
      causeSays: "Nobody of the customer's watched, which its policy demands",
    })

    const unseen = await opened()
    await noticed(unseen.writer, (one) => one.kind === 'watcher_wanted')
    await vi.waitFor(async () => expect((await seenBy(clara, unseen.session)).watch?.due).not.toBeNull(), patient)
    // Longer than an opening may take without it.
    await passes(watcherWaitSeconds - 60)
    await endOverdueSessions.run(h.house)
    expect(await seenBy(clara, unseen.session)).toMatchObject({ state: 'opening' })
    h.clock.advance(seconds(60))
    await endOverdueSessions.run(h.house)
    expect(await unseen.writer.closed).toMatchObject({ reason: 'watcher_gone' })
  })

  test('AP08 a policy that demands it from now on pauses what runs unseen; one that does not lets it go on', async () => {
    const { writer, device, on } = await opened({ watched: false })
    await isNow(writer, 'live')
    await put(on.deviceId, { watched: true })
    await isNow(writer, 'paused')
    writer.send(frameKinds.data, 'unseen\n')
    await writer.settled()
    await put(on.deviceId, { watched: false })
    await isNow(writer, 'live')
    writer.send(frameKinds.data, 'seen by nobody, and allowed\n')
    await untilSaid(device, 'allowed')
    expect(typed(device)).toBe('seen by nobody, and allowed\n')
  })

  test('whoever may watch no longer counts no longer', async () => {
    const { session, writer } = await opened()
    const watcher = await personStream(h, marc, session.id, 'watch')
    await isNow(writer, 'live')
    await regrant(h, 'colleague', [{ activities: ['device.view'], scope: { kind: 'all' } }])
    await relayOf(h.house).reviewAll()
    await isNow(writer, 'paused')
    expect(await watcher.closed).toMatchObject({ code: 4003 })
  })
})

const untilFrameCount = (is: () => boolean) => vi.waitFor(() => expect(is()).toBe(true), patient)
