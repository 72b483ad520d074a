import { frame, frameKinds, largestInput, resizeFrame } from '@gatehouse/shared/sessions/terminal-frames'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seconds } from '../../kernel/clock.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { type Scene, sceneOf } from '../../testing/scene.ts'
import {
  deviceStream,
  dial,
  type LiveSession,
  openSession,
  personStream,
  ticketFor,
  untilFrame,
  untilSaid,
} from '../../testing/sessions.ts'

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

const data = (text: string): Uint8Array => frame(frameKinds.data, Buffer.from(text))

describe('the door for people', () => {
  let open: LiveSession
  beforeAll(async () => {
    open = await scene.live({ minutes: 480 })
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
    const other = await scene.live()
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
    expect(await scene.said(open.session.id, 'session.frame_dropped', 1)).toEqual([
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
    const { device, line } = await scene.connected()
    const stranger = await scene.connected()
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
    const { device, line } = await scene.connected()
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
    expect(
      (await scene.said(session.id, 'stream.refused', 3)).map((one) => one.replace(/^.*stream: /, '')).sort(),
    ).toEqual(["epoch 1 is not the session's", "epoch 3 is not the session's", 'it did not tell its epoch first'])
    const writer = await personStream(h, technician, session.id, 'write')
    const right = await deviceStream(device, session.id, grant.epoch)
    right.send(frameKinds.data, 'said at once')
    await untilSaid(writer, 'said at once')
    expect(writer.text()).toBe('said at once')
    await technician.post(`/api/sessions/${session.id}/end`, {})
  })

  test('AP01 nothing reaches a device before the session is live', async () => {
    const { device, line } = await scene.connected()
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
