import { largestFrame, largestInput } from '@gatehouse/shared/sessions/terminal-frames'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seconds } from '../../kernel/clock.ts'
import { manyDevices } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { goLive, type LiveSession, personStream, type Stream, untilFrame } from '../../testing/sessions.ts'
import { watchTheClock } from './jobs.ts'

const MiB = 1024 * 1024
let h: TestHouse
let technician: Visitor
let approver: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
})
afterAll(() => h.close())

const live = async (): Promise<LiveSession> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  return goLive(h, { technician, approver, device })
}

/** Sends frames of `size` bytes as fast as they are taken, until `total` were taken or nothing is taken for a second. */
const pump = async (stream: Stream, size: number, total: number): Promise<number> => {
  const bytes = Buffer.alloc(size, 'x')
  bytes[0] = 0
  let [sent, moved] = [0, performance.now()]
  while (sent < total && performance.now() - moved < 1_000 && stream.socket.readyState === stream.socket.OPEN) {
    if (stream.socket.bufferedAmount < MiB) {
      stream.socket.send(bytes)
      sent += size
      moved = performance.now()
    }
    await new Promise(setImmediate)
  }
  return sent - stream.socket.bufferedAmount
}

/** Keeps no frame: only counts what came. */
const count = (stream: Stream): (() => number) => {
  let bytes = 0
  stream.frames.length = 0
  stream.socket.removeAllListeners('message')
  stream.socket.on('message', (data) => {
    bytes += (data as Buffer).length
  })
  return () => bytes
}

/** How much the process grew while `work` went on, in bytes. */
const growth = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.memoryUsage().rss
  let most = before
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  await work()
  clearInterval(watching)
  return most - before
}

describe('WS06 who does not read', () => {
  test('a technician who never reads makes the device wait: memory stays flat, and nothing is lost when he reads', async () => {
    const { writer, device, session } = await live()
    const received = count(writer)
    writer.socket.pause()
    let sent = 0
    const grown = await growth(async () => {
      sent = await pump(device, largestFrame + 1, 2_000 * MiB)
    })
    // Kernel buffers of two sockets, and the relay's own mark.
    expect(sent).toBeLessThan(32 * MiB)
    // Of two thousand that were pushed; the test's own process is in the figure.
    expect(grown).toBeLessThan(160 * MiB)
    writer.socket.resume()
    const more = await pump(device, largestFrame + 1, 64 * MiB)
    expect(more).toBeGreaterThan(32 * MiB)
    await expect.poll(() => received(), { timeout: 10_000 }).toBeGreaterThanOrEqual(sent + more - 2 * MiB)
    await technician.post(`/api/sessions/${session.id}/end`, {})
  }, 60_000)

  test('a watcher who never reads is let go, and the technician does not notice', async () => {
    const { writer, device, session } = await live()
    const received = count(writer)
    const watcher = await personStream(h, approver, session.id, 'watch')
    await untilFrame(watcher, () => true)
    watcher.socket.pause()
    let sent = 0
    const grown = await growth(async () => {
      sent = await pump(device, largestFrame + 1, 96 * MiB)
      await expect.poll(() => received(), { timeout: 10_000 }).toBeGreaterThanOrEqual(sent)
    })
    expect(sent).toBeGreaterThan(95 * MiB)
    expect(grown).toBeLessThan(120 * MiB)
    watcher.socket.resume()
    expect((await watcher.closed).code).toBe(1006)
    await technician.post(`/api/sessions/${session.id}/end`, {})
  }, 60_000)

  test('a device that never reads makes the technician wait', async () => {
    const { writer, device, session } = await live()
    device.socket.pause()
    let sent = 0
    const grown = await growth(async () => {
      sent = await pump(writer, largestInput + 1, 2_000 * MiB)
    })
    expect(sent).toBeLessThan(32 * MiB)
    // Of two thousand that were pushed; the test's own process is in the figure.
    expect(grown).toBeLessThan(160 * MiB)
    const received = count(device)
    device.socket.resume()
    await expect.poll(() => received(), { timeout: 10_000 }).toBeGreaterThanOrEqual(sent - 2 * MiB)
    await technician.post(`/api/sessions/${session.id}/end`, {})
  }, 60_000)

  test('AP08 what a device has not taken when the session is cut it never gets', async () => {
    const { writer, device, session } = await live()
    device.socket.pause()
    await pump(writer, largestInput + 1, 2_000 * MiB)
    await approver.post(`/api/sessions/${session.id}/end`, {})
    await writer.closed
    const received = count(device)
    device.socket.resume()
    await device.closed
    /** What the relay had passed on when it was cut: it is all in the recording. */
    const passedOn = async () => {
      const { body } = await approver.get<string>(`/api/sessions/${session.id}/recording`)
      const lines = String(body)
        .split('\n')
        .filter((line) => line.startsWith('['))
      return lines.reduce((sum, line) => sum + (JSON.parse(line) as [number, string, string])[2].length, 0)
    }
    // The relay itself held a mebibyte; what the kernel had taken already is the network's.
    await expect.poll(passedOn).toBeGreaterThan(received() + MiB / 2)
  }, 60_000)

  test('WS11 a browser that has died is noticed within 45 seconds, although its connection stands', async () => {
    const { writer, device, session } = await live()
    writer.socket.pause()
    for (let i = 0; i < 46; i++) {
      await watchTheClock.run(h.house)
      await device.settled()
    }
    await expect
      .poll(async () => {
        h.clock.advance(seconds(5))
        await watchTheClock.run(h.house)
        return (await approver.get<SessionView>(`/api/sessions/${session.id}`)).body.cause
      })
      .toBe('technician_lost')
    await device.closed
  })
})
