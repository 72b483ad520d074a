import { sentence } from '@gatehouse/shared/audit-events'
import { frame, frameKinds, largestInput, resizeFrame } from '@gatehouse/shared/sessions/terminal-frames'
import type { RequestView, SessionView } from '@gatehouse/shared/views/views'
import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { auditEvent } from '../../kernel/audit/tables.ts'
import { minutes, seconds } from '../../kernel/clock.ts'
import type { Db } from '../../kernel/database/connect.ts'
import type { ControlLine, DeviceClient } from '../../testing/device-client.ts'
import { manyDevices } from '../../testing/devices.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import {
  deviceStream,
  dial,
  goLive,
  type LiveSession,
  openSession,
  personStream,
  ticketFor,
  untilFrame,
  untilSaid,
} from '../../testing/sessions.ts'
import { device as deviceTable } from '../devices/tables.ts'
import { policyLevel } from '../policies/tables.ts'
import { approval } from '../requests/tables.ts'
import { endSession } from '../sessions/door.ts'
import { session as sessionTable } from '../sessions/tables.ts'
import { signIn } from '../sign-in/tables.ts'
import { watchTheClock } from './jobs.ts'
import { relayOf } from './relay.ts'

let h: TestHouse
let technician: Visitor
let approver: Visitor

beforeAll(async () => {
  h = await openTestHouse()
  ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
})
afterAll(() => h.close())

const connected = async (): Promise<{ device: DeviceClient; line: ControlLine }> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  return { device, line: await device.connect() }
}
const live = async (more: Record<string, unknown> = {}): Promise<LiveSession & { client: DeviceClient }> => {
  const { device, line } = await connected()
  return { ...(await goLive(h, { technician, approver, device, line }, more)), client: device }
}
const data = (text: string): Uint8Array => frame(frameKinds.data, Buffer.from(text))
/** The sentences of the events of one kind in a session, with who did it, once there are `n`. */
const said = async (sessionId: string, event: string, n: number): Promise<string[]> => {
  const find = () =>
    h.house.db
      .select()
      .from(auditEvent)
      .where(and(eq(auditEvent.sessionId, sessionId), eq(auditEvent.event, event)))
      .orderBy(auditEvent.id)
  await expect.poll(async () => (await find()).length).toBe(n)
  return (await find()).map((row) => `${row.actorName}: ${sentence(row.event, row.fields)}`)
}
const seen = async (id: string, who = approver): Promise<SessionView> =>
  (await who.get<SessionView>(`/api/sessions/${id}`)).body

describe('a live session', () => {
  test('carries what is typed to the device and what the device says to everybody who may see it', async () => {
    const { session, writer, device } = await live()
    const watcher = await personStream(h, approver, session.id, 'watch')
    writer.send(frameKinds.data, 'echo $((6*7))\r')
    await untilSaid(device, 'echo $((6*7))\r')
    device.send(frameKinds.data, '42\r\n')
    await Promise.all([untilSaid(writer, '42\r\n'), untilSaid(watcher, '42\r\n')])
    await untilFrame(writer, () => writer.notices().some((one) => one.kind === 'watchers' && one.names.length === 1))
    expect(writer.notices().findLast(({ kind }) => kind === 'watchers')).toEqual({
      kind: 'watchers',
      names: ['Clara Meier'],
    })
    expect(await seen(session.id)).toMatchObject({ state: 'live', may: { watch: { ok: true }, write: { ok: false } } })
    watcher.socket.close()
    await watcher.closed
    await technician.post(`/api/sessions/${session.id}/end`, {})
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'technician' })
    expect((await device.closed).code).toBe(4000)
    await expect
      .poll(async () =>
        (
          await approver.get<{ rows: { event: string }[] }>(
            `/api/devices/${session.device.id}/audit?sessionId=${session.id}`,
          )
        ).body.rows
          .map(({ event }) => event)
          .reverse(),
      )
      .toEqual([
        'session.opened',
        'session.live',
        'session.watched',
        'session.unwatched',
        'session.ended',
        'recording.stored',
      ])
  })

  test('whoever comes later sees the last screenful, and the size; whoever writes sees it marked as said before', async () => {
    const { session, writer, device } = await live()
    writer.socket.send(resizeFrame(132, 43))
    await untilFrame(device, (one) => one[0] === frameKinds.resize)
    expect(device.of(frameKinds.resize)).toEqual([Buffer.from([0, 132, 0, 43])])
    for (let i = 0; i < 3_000; i++) device.send(frameKinds.data, `line ${i} ${'.'.repeat(40)}\r\n`)
    await untilSaid(writer, 'line 2999 ')
    const watcher = await personStream(h, approver, session.id, 'watch')
    await untilSaid(watcher, 'line 2999 ')
    expect(watcher.notices()).toContainEqual({ kind: 'size', columns: 132, rows: 43 })
    const said = watcher.text()
    expect(said.length).toBeGreaterThan(60_000)
    expect(said.length).toBeLessThanOrEqual(65_536)
    expect(said).toMatch(/^line \d+ \.+\r\n/)
    expect(watcher.notices()).toContainEqual({ kind: 'replay', bytes: said.length })
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })

  test("a browser that comes back within the grace goes on; a second one takes the first one's place", async () => {
    const { session, writer, device } = await live()
    device.send(frameKinds.data, 'before\r\n')
    await untilSaid(writer, 'before')
    writer.socket.terminate()
    await writer.closed
    device.send(frameKinds.data, 'while away\r\n')
    const again = await personStream(h, technician, session.id, 'write')
    await untilSaid(again, 'while away')
    again.send(frameKinds.data, 'typed again')
    await untilSaid(device, 'typed again')
    const third = await personStream(h, technician, session.id, 'write')
    expect(await again.closed).toMatchObject({ code: 4001 })
    third.send(frameKinds.data, ' and again')
    await untilSaid(device, 'typed again and again')
    third.socket.terminate()
    await third.closed
    await expect
      .poll(async () => {
        h.clock.advance(seconds(10))
        await watchTheClock.run(h.house)
        return relayOf(h.house).has(session.id)
      })
      .toBe(false)
    expect((await device.closed).code).toBe(4000)
    await expect.poll(async () => (await seen(session.id)).cause).toBe('technician_lost')
  })

  test('typing keeps the technician signed in; what his terminal answers by itself does not', async () => {
    const { session, writer, device } = await live({ minutes: 120 })
    const gestureAt = async () => {
      const [row] = await h.house.db.select().from(sessionTable).where(eq(sessionTable.id, session.id))
      const [known] = await h.house.db
        .select()
        .from(signIn)
        .where(eq(signIn.id, row?.signInId ?? ''))
      return known?.lastGestureAt ?? 0
    }
    const before = await gestureAt()
    h.clock.advance(seconds(20))
    for (const text of ['\x1b[?1;2c', '\x1b[24;80R', '\x1b[0n', '\x1b]10;rgb:ffff/ffff/ffff\x07', '\x1bP1$r0m\x1b\\'])
      writer.send(frameKinds.data, text)
    await untilFrame(device, (one) => String(one).includes('1$r0m'))
    await watchTheClock.run(h.house)
    expect(await gestureAt()).toBe(before)
    writer.send(frameKinds.data, 'x')
    await untilSaid(device, 'x')
    await expect
      .poll(async () => {
        await watchTheClock.run(h.house)
        return gestureAt()
      })
      .toBeGreaterThanOrEqual(before + seconds(20))
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })
})

describe('the door for people', () => {
  let open: LiveSession
  beforeAll(async () => {
    open = await live({ minutes: 480 })
  })
  const url = () => `${h.wsUrl}/api/streams/${open.session.id}/terminal`
  const knock = async (
    more: { ticket?: string; who?: Visitor | null; origin?: string; at?: string; protocols?: string[] } = {},
  ) => {
    const ticket = more.ticket ?? (await ticketFor(approver, open.session.id, 'watch'))
    const who = more.who === undefined ? approver : more.who
    const stream = await dial(more.at ?? url(), more.protocols ?? ['gatehouse.v1', `ticket.${ticket}`], {
      headers: who ? { cookie: who.cookie() } : {},
      ...('origin' in more ? more.origin && { origin: more.origin } : { origin: h.url }),
    })
    stream.socket.close()
    await stream.closed
    return stream
  }

  const origins: [string, () => string | undefined][] = [
    ['an evil one', () => 'https://evil.example'],
    ['null', () => 'null'],
    ['none', () => undefined],
    ['a subdomain', () => h.url.replace('localhost', 'sub.localhost')],
    ['a sibling domain', () => h.url.replace('localhost', 'localhost.evil.example')],
    ['another port', () => `${h.url}0`],
    ['another scheme', () => h.url.replace('http:', 'https:')],
    ['an address of the same machine', () => h.url.replace('localhost', '127.0.0.1')],
    ['ours with a slash', () => `${h.url}/`],
    ['ours in capitals', () => h.url.replace('localhost', 'LOCALHOST')],
  ]
  test.each(origins)('WS01 is not opened to an origin that is %s, before anything is said', async (_, origin) => {
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    await expect(knock({ ticket, origin: origin() as string })).rejects.toThrow('403 foreign_origin')
    // The ticket was not even looked at.
    await knock({ ticket })
  })

  test('WS02 a ticket opens one stream, also of twenty that come at once', async () => {
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => knock({ ticket })))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const events = await eventsOf(h.house, async () => {
      await expect(knock({ ticket })).rejects.toThrow('403 ticket_unusable')
    })
    expect(events.find(({ event }) => event === 'stream.refused')).toMatchObject({
      actorName: 'Clara Meier',
      outcome: 'refused',
      sessionId: open.session.id,
      says: 'Refused to open a stream: ticket_unusable',
    })
  })

  test('WS02 a ticket is worth nothing to anybody else, in another browser, or without a cookie', async () => {
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    await expect(knock({ ticket, who: await h.as('colleague') })).rejects.toThrow('403 ticket_unusable')
    await expect(knock({ ticket, who: await h.as('approver') })).rejects.toThrow('403 ticket_unusable')
    await expect(knock({ ticket, who: null })).rejects.toThrow('401 not_signed_in')
    await knock({ ticket })
  })

  test('WS02 a ticket is worth nothing for another session, another channel, or none', async () => {
    const other = await live()
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    const at = (path: string) => `${h.wsUrl}/api/streams/${path}`
    await expect(knock({ ticket, at: at(`${other.session.id}/terminal`) })).rejects.toThrow('403 ticket_unusable')
    await expect(knock({ ticket, at: at(`${open.session.id}/screen`) })).rejects.toThrow('403 ticket_unusable')
    await expect(knock({ ticket, at: at(`${open.session.id}/files`) })).rejects.toThrow('403 ticket_unusable')
    await expect(knock({ ticket, at: at('11111111-1111-4111-8111-111111111111/terminal') })).rejects.toThrow(
      '403 ticket_unusable',
    )
    await expect(knock({ ticket, at: at(`${open.session.id}/terminal/`) })).rejects.toThrow('404')
    await expect(knock({ protocols: ['gatehouse.v1'] })).rejects.toThrow('403 ticket_unusable')
    await expect(knock({ at: `${url()}?ticket=${ticket}`, protocols: ['gatehouse.v1'] })).rejects.toThrow('403')
    await knock({ ticket })
    await technician.post(`/api/sessions/${other.session.id}/end`, {})
  })

  test('WS02 a ticket is good for 30 seconds', async () => {
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    h.clock.advance(seconds(30))
    await expect(knock({ ticket })).rejects.toThrow('403 ticket_unusable')
  })

  test('WS02 rights are asked for once more with the ticket', async () => {
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    await regrant(h, 'approver', [
      { activities: ['device.view', 'session.approve', 'session.end', 'audit.view'], scope: { kind: 'all' } },
    ])
    await expect(knock({ ticket })).rejects.toThrow('403 not_granted')
    await regrant(h, 'approver', [
      {
        activities: ['device.view', 'session.approve', 'session.watch', 'session.end', 'recording.view', 'audit.view'],
        scope: { kind: 'all' },
      },
    ])
  })

  test('AP14 a stream that watches writes nothing: keys, sizes, replies, anything are dropped, noted, and end it', async () => {
    const watcher = await personStream(h, approver, open.session.id, 'watch')
    await untilFrame(watcher, (one) => one[0] === frameKinds.notice)
    const forbidden = [
      data('reboot\r'),
      resizeFrame(10, 10),
      data('\x1b[?1;2c'),
      frame(frameKinds.epoch, new Uint8Array(4)),
    ]
    for (let i = 0; i < 20; i++) watcher.socket.send(forbidden[i % 4] ?? '')
    expect(await watcher.closed).toMatchObject({ code: 4003 })
    open.writer.send(frameKinds.data, 'the next that the device hears')
    await untilSaid(open.device, 'the next that the device hears')
    expect(open.device.text()).toBe('the next that the device hears')
    expect(open.device.of(frameKinds.resize)).toEqual([])
    expect(await said(open.session.id, 'session.frame_dropped', 1)).toEqual([
      'Clara Meier: Dropped what the session did not allow: a frame of kind 0x00 from the watcher',
    ])
  })

  test('WS05 a frame that is too large, or compressed, or in endless pieces closes the stream', async () => {
    const large = await personStream(h, approver, open.session.id, 'watch')
    large.socket.send(Buffer.alloc(largestInput + 2))
    expect((await large.closed).code).toBe(1009)
    const pieces = await personStream(h, approver, open.session.id, 'watch')
    for (let i = 0; i < 20_000; i++) pieces.socket.send(Buffer.alloc(i % 2), { fin: false })
    expect([1006, 1008, 1009]).toContain((await pieces.closed).code)
    const offering = await dial(
      url(),
      ['gatehouse.v1', `ticket.${await ticketFor(approver, open.session.id, 'watch')}`],
      {
        headers: { cookie: approver.cookie() },
        origin: h.url,
        perMessageDeflate: true,
      },
    )
    expect(offering.socket.extensions).toBe('')
    offering.socket.close()
  })

  test('no answer tells the ticket, and the address never carries it', async () => {
    const ticket = await ticketFor(approver, open.session.id, 'watch')
    const stream = await knock({ ticket })
    expect(stream.socket.protocol).toBe('gatehouse.v1')
    const rows = await h.house.db.execute<{ text: string }>('select t::text as text from stream_ticket t')
    expect(rows.map(({ text }) => text).join()).not.toContain(ticket)
  })
})

describe('the door for devices', () => {
  test('AG01 is open to the device of the session only, with an assertion that was not used', async () => {
    const { device, line } = await connected()
    const stranger = await connected()
    const { session, grant } = await openSession(h, { technician, approver, device, line })
    const events = await eventsOf(h.house, async () => {
      await expect(deviceStream(stranger.device, session.id, grant.epoch)).rejects.toThrow('404 not_found')
    })
    expect(events.find(({ event }) => event === 'stream.refused')).toMatchObject({ deviceId: stranger.device.deviceId })
    await expect(deviceStream(device, '11111111-1111-4111-8111-111111111111', 1)).rejects.toThrow('404 not_found')
    const assertion = device.assertion()
    const first = await deviceStream(device, session.id, grant.epoch, assertion)
    await expect(deviceStream(device, session.id, grant.epoch, assertion)).rejects.toThrow('401 agent_unknown')
    const writer = await personStream(h, technician, session.id, 'write')
    await untilFrame(writer, () => writer.notices().some((one) => one.kind === 'state' && one.state === 'live'))
    await expect(deviceStream(device, session.id, grant.epoch)).rejects.toThrow('409 wrong_state')
    await technician.post(`/api/sessions/${session.id}/end`, {})
    await first.closed
    await expect(deviceStream(device, session.id, grant.epoch)).rejects.toThrow('409 wrong_state')
  })

  test('AP21 a stream under another epoch, or one that does not say its own first, is closed and noted', async () => {
    const { device, line } = await connected()
    await technician.post(
      `/api/sessions/${(await openSession(h, { technician, approver, device, line })).session.id}/end`,
      {},
    )
    const { session, grant } = await openSession(h, { technician, approver, device, line })
    expect(grant.epoch).toBe(2)
    for (const epoch of [1, 3]) expect((await (await deviceStream(device, session.id, epoch)).closed).code).toBe(4003)
    const silent = await deviceStream(device, session.id, null)
    silent.send(frameKinds.data, 'output without an epoch')
    expect((await silent.closed).code).toBe(4003)
    expect((await said(session.id, 'stream.refused', 3)).map((one) => one.replace(/^.*stream: /, '')).sort()).toEqual([
      "epoch 1 is not the session's",
      "epoch 3 is not the session's",
      'it did not tell its epoch first',
    ])
    const writer = await personStream(h, technician, session.id, 'write')
    const right = await deviceStream(device, session.id, grant.epoch)
    right.send(frameKinds.data, 'said at once')
    await untilSaid(writer, 'said at once')
    expect(writer.text()).toBe('said at once')
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })

  test('AP01 nothing reaches a device before the session is live', async () => {
    const { device, line } = await connected()
    const { session, grant } = await openSession(h, { technician, approver, device, line })
    const first = await personStream(h, technician, session.id, 'write')
    first.send(frameKinds.data, 'typed while there was no device')
    await first.settled()
    first.socket.terminate()
    await first.closed
    const stream = await deviceStream(device, session.id, grant.epoch)
    await stream.settled()
    const ticket = await ticketFor(technician, session.id, 'write')
    const writer = await dial(`${h.wsUrl}/api/streams/${session.id}/terminal`, ['gatehouse.v1', `ticket.${ticket}`], {
      headers: { cookie: technician.cookie() },
      origin: h.url,
    })
    writer.send(frameKinds.data, 'typed too early')
    writer.socket.send(resizeFrame(100, 30))
    await untilFrame(stream, (one) => one[0] === frameKinds.resize)
    writer.send(frameKinds.data, 'typed in time')
    await untilSaid(stream, 'typed in time')
    expect(stream.text()).toBe('typed in time')
    expect(stream.of(frameKinds.resize)).toEqual([Buffer.from([0, 100, 0, 30])])
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })
})

describe('what a session does not allow', () => {
  test('AP13 frames of other channels are dropped on both sides, noted once each, and end it when they go on', async () => {
    const { session, writer, device } = await live()
    writer.socket.send(Buffer.from([0x10, 1, 2, 3]))
    writer.socket.send('text')
    writer.socket.send(Buffer.from([frameKinds.resize, 0, 0, 0, 0]))
    device.socket.send(Buffer.from([0x21, 9, 9]))
    writer.send(frameKinds.data, 'allowed')
    await untilSaid(device, 'allowed')
    device.send(frameKinds.data, 'answered')
    await untilSaid(writer, 'answered')
    expect(device.frames.filter((one) => one[0] !== frameKinds.data && one[0] !== frameKinds.lease)).toEqual([])
    expect(writer.frames.map((one) => one[0])).not.toContain(0x21)
    for (let i = 0; i < 17; i++) writer.socket.send(Buffer.from([0x10, i]))
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'misuse' })
    expect((await seen(session.id)).cause).toBe('misuse')
    const dropped = await said(session.id, 'session.frame_dropped', 2)
    expect(dropped.sort()).toEqual([
      'Anna Keller: Dropped what the session did not allow: a frame of kind 0x10 from the technician',
      expect.stringMatching(/^Test device .*: Dropped .* a frame of kind 0x21 from the device$/),
    ])
  })

  test('the end of the shell ends the session', async () => {
    const { session, writer, device } = await live()
    device.send(frameKinds.data, 'logout\r\n')
    device.send(frameKinds.exit, new Uint8Array(4))
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'device_ended' })
    expect(writer.text()).toBe('logout\r\n')
    expect(writer.notices().at(-1)).toEqual({ kind: 'state', state: 'ended', cause: 'device_ended' })
    expect((await seen(session.id)).cause).toBe('device_ended')
  })

  test('a device that is lost ends the session at once', async () => {
    const { session, writer, device } = await live()
    device.socket.terminate()
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'device_lost' })
    expect((await seen(session.id)).cause).toBe('device_lost')
  })
})

/** Cuts a live session, and measures at both ends: nothing that is sent after the cut arrives, and both close in time. */
const cutBy = async (
  cause: string,
  cut: (one: Awaited<ReturnType<typeof live>>) => Promise<unknown>,
  by = live,
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
    `select count(*)::int as n from audit_event where session_id = '${session.id}' and event = 'session.ended'`,
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
    const by = async () => {
      const { device, line } = await connected()
      return { ...(await goLive(h, { technician: own, approver, device, line })), client: device }
    }
    await cutBy('signed_out', () => own.post('/api/sign-out'), by)
  })

  test('when the technician was idle for 20 minutes, whatever the device says meanwhile', async () => {
    const own = await h.as('technician')
    const by = async () => {
      const { device, line } = await connected()
      return { ...(await goLive(h, { technician: own, approver, device, line })), client: device }
    }
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
  })

  test('when the rights of the technician are taken away', async () => {
    await cutBy('rights_changed', async () => {
      await regrant(h, 'technician', [{ activities: ['device.view', 'session.request'], scope: { kind: 'all' } }])
      h.house.bus.publish({ kind: 'person', personId: h.seeded.people.technician })
    })
    await regrant(h, 'technician', [
      { activities: ['device.view', 'session.request', 'session.terminal'], scope: { kind: 'all' } },
    ])
  })

  test('when the policy changes', () =>
    cutBy('policy', async ({ client }) => {
      const customerId = h.seeded.customers['Helvetia Pharma']
      await h.house.db.insert(policyLevel).values({
        customerId,
        level: 'device',
        levelId: client.deviceId,
        rules: { 'session.terminal': { answer: 'never', locked: false } },
      })
      h.house.bus.publish({ kind: 'policy', customerId })
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
    const by = async () => {
      const { device, line } = await connected()
      return { ...(await goLive(h, { technician: own, approver, device, line })), client: device }
    }
    const path = `/api/staff/${h.seeded.people.outsider}`
    await cutBy('rights_changed', async () => expect((await ruth.post(`${path}/disable`)).status).toBe(200), by)
    expect((await ruth.post(`${path}/enable`)).status).toBe(200)
  })

  test('when the approved time is over, by the clock', async () => {
    const by = () => live({ minutes: 5 })
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
    const { session, writer, device } = await live()
    const marc = await h.as('colleague')
    const watcher = await personStream(h, marc, session.id, 'watch')
    await untilFrame(writer, () => writer.notices().some((one) => one.kind === 'watchers' && one.names.length === 1))
    const events = await eventsOf(h.house, async () => {
      await regrant(h, 'colleague', [{ activities: ['device.view', 'session.approve'], scope: { kind: 'all' } }])
      h.house.bus.publish({ kind: 'person', personId: h.seeded.people.colleague })
      expect(await watcher.closed).toMatchObject({ code: 4003 })
      writer.send(frameKinds.data, 'goes on')
      await untilSaid(device, 'goes on')
      await expect.poll(async () => (await seen(session.id)).state).toBe('live')
    })
    await expect.poll(() => events.map(({ event }) => event)).toEqual(['session.unwatched'])
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
    const { session, writer, device } = await live()
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
    const { session, writer, device } = await live()
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
    // The end is told to the tables as soon as they can be reached.
    await expect.poll(async () => (await seen(session.id)).cause, { timeout: 5_000 }).toBe('server_stopping')
  })

  test('RE05 a session whose relay died is ended by its lease', async () => {
    const { device, line } = await connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    await h.house.db
      .update(sessionTable)
      .set({ state: 'live', leaseUntil: h.clock.now() + seconds(30) })
      .where(eq(sessionTable.id, session.id))
    await expect(personStream(h, technician, session.id, 'write')).rejects.toThrow('409 wrong_state')
    h.clock.advance(seconds(31))
    await expect.poll(async () => (await seen(session.id)).cause, { timeout: 5_000 }).toBe('device_lost')
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
