import { frameKinds, resizeFrame } from '@gatehouse/shared/sessions/terminal-frames'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seconds } from '../../kernel/clock.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { type Scene, sceneOf } from '../../testing/scene.ts'
import { personStream, untilFrame, untilSaid } from '../../testing/sessions.ts'
import { session as sessionTable } from '../sessions/tables.ts'
import { signIn } from '../sign-in/tables.ts'
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

describe('a live session', () => {
  test('carries what is typed to the device and what the device says to everybody who may see it', async () => {
    const { session, writer, device } = await scene.live()
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
    expect(await scene.seen(session.id)).toMatchObject({
      state: 'live',
      may: { watch: { ok: true }, write: { ok: false } },
    })
    watcher.socket.close()
    await watcher.closed
    await technician.post(`/api/sessions/${session.id}/end`, {})
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'technician' })
    expect((await device.closed).code).toBe(4000)
    await expect
      .poll(async () =>
        (
          await approver.get<{ rows: { event: string }[] }>(
            `/api/devices/${session.device.id}/audit?session=${session.id}`,
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
    const { session, writer, device } = await scene.live()
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
    const { session, writer, device } = await scene.live()
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
    await expect.poll(async () => (await scene.seen(session.id)).cause).toBe('technician_lost')
  })

  test('typing keeps the technician signed in; what his terminal answers by itself does not', async () => {
    const { session, writer, device } = await scene.live({ minutes: 120 })
    const gestureAt = async () => {
      const [row] = await h.house.db.select().from(sessionTable).where(eq(sessionTable.id, session.id))
      const [known] = await h.house.db
        .select()
        .from(signIn)
        .where(eq(signIn.handle, row?.signInId as string))
      if (!known) throw new Error('signed out')
      return known.lastGestureAt
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

describe('what a session does not allow', () => {
  test('AP13 frames of other channels are dropped on both sides, noted once each, and end it when they go on', async () => {
    const { session, writer, device } = await scene.live()
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
    expect((await scene.seen(session.id)).cause).toBe('misuse')
    const dropped = await scene.said(session.id, 'session.frame_dropped', 2)
    expect(dropped.sort()).toEqual([
      'Anna Keller: Dropped what the session did not allow: a frame of kind 0x10 from the technician',
      expect.stringMatching(/^Test device .*: Dropped .* a frame of kind 0x21 from the device$/),
    ])
  })

  test('the end of the shell ends the session', async () => {
    const { session, writer, device } = await scene.live()
    device.send(frameKinds.data, 'logout\r\n')
    device.send(frameKinds.exit, new Uint8Array(4))
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'device_ended' })
    expect(writer.text()).toBe('logout\r\n')
    expect(writer.notices().at(-1)).toEqual({ kind: 'state', state: 'ended', cause: 'device_ended' })
    expect((await scene.seen(session.id)).cause).toBe('device_ended')
  })

  test('a device that is lost ends the session at once', async () => {
    const { session, writer, device } = await scene.live()
    device.socket.terminate()
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'device_lost' })
    expect((await scene.seen(session.id)).cause).toBe('device_lost')
  })
})
