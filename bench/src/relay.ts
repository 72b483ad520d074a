import { systemClock } from '@gatehouse/bff/kernel/clock'
import { goLive } from '@gatehouse/bff/testing/sessions'
import { signedInAt } from '@gatehouse/bff/testing/visitor'
import { frameKinds, largestFrame } from '@gatehouse/shared/sessions/terminal-frames'
import { WebSocket } from 'ws'
import { alternate } from './alternate.ts'
import { startChild } from './child.ts'
import { withCluster } from './cluster.ts'
import { clientsOf } from './devices.ts'
import { type Line, lineOf, percentile } from './lines.ts'
import type { GatehouseOrder, GatehouseReady } from './programs/gatehouse.ts'

const rounds = 9
/** Round trips of one run, and those before it that do not count. */
const strokes = 3_000
const warmStrokes = 500
/** Frames of one run: 128 MiB, many times what any buffer on the way holds. */
const frames = 2_048
/** Frames on their way at most; the same for both, for the bare pair has no brake of its own. */
const mostUnderWay = 64

/** The two ends of a relay, both held by this process. */
interface Ends {
  person: WebSocket
  device: WebSocket
}

/** Types one byte, waits until it came back, and so on; microseconds of each round trip. */
const typing = ({ person, device }: Ends): Promise<number[]> =>
  new Promise((resolve) => {
    const took: number[] = []
    const key = Buffer.of(frameKinds.data, 0x61)
    let sentAt = 0
    const press = (): void => {
      sentAt = performance.now()
      person.send(key)
    }
    const echo = (data: Buffer): void => {
      if (data[0] === frameKinds.data) device.send(data)
    }
    const heard = (data: Buffer): void => {
      if (data[0] !== frameKinds.data) return
      took.push((performance.now() - sentAt) * 1_000)
      if (took.length < warmStrokes + strokes) {
        press()
        return
      }
      person.off('message', heard)
      device.off('message', echo)
      resolve(took.slice(warmStrokes))
    }
    device.on('message', echo)
    person.on('message', heard)
    press()
  })

/** What a busy terminal prints: lines of a log, coloured, with something other than ASCII here and there. */
const printed = (): Buffer => {
  const lines: string[] = []
  for (let i = 0, length = 0; length < largestFrame; i++) {
    const line = `\x1b[32m2026-03-01T09:${String(i % 60).padStart(2, '0')}:07Z\x1b[0m drift ${(i * 7) % 1_000} mg at 21.${i % 100} °C, "stable"\r\n`
    lines.push(line)
    length += Buffer.byteLength(line)
  }
  return Buffer.concat([Buffer.of(frameKinds.data), Buffer.from(lines.join('')).subarray(0, largestFrame)])
}

/** Sends frames from the device to the person as fast as they arrive; bytes per second, in MB. */
const streaming = ({ person, device }: Ends): Promise<number> =>
  new Promise((resolve) => {
    const one = printed()
    let [sent, arrived] = [0, 0]
    const startedAt = performance.now()
    const fill = (): void => {
      while (sent < frames && sent - arrived < mostUnderWay) {
        sent += 1
        device.send(one)
      }
    }
    const take = (data: Buffer): void => {
      if (data[0] !== frameKinds.data) return
      arrived += 1
      if (arrived < frames) {
        fill()
        return
      }
      person.off('message', take)
      resolve((frames * one.length) / 1_000 / (performance.now() - startedAt))
    }
    person.on('message', take)
    fill()
  })

const opened = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    socket.once('open', () => resolve(socket)).once('error', reject)
  })

/** The whole way: asked, approved, opened, both streams there, and the session live. */
const endsOfSession = async ({ url, serverId, devices }: GatehouseReady): Promise<Ends> => {
  const [technician, approver] = await Promise.all([signedInAt(url, 'technician'), signedInAt(url, 'approver')])
  const [device] = clientsOf({ url, serverId, devices })
  if (!device) throw new Error('The server made no device')
  const live = await goLive(
    { url, wsUrl: url.replace('http', 'ws'), clock: systemClock },
    { technician, approver, device },
  )
  const ends = { person: live.writer.socket, device: live.device.socket }
  for (const socket of Object.values(ends)) {
    // The test's stream keeps every frame it hears.
    socket.removeAllListeners('message')
    socket.once('close', (code, reason) => {
      if (!closing.has(socket)) throw new Error(`The session ended while it was measured: ${code} ${reason}`)
    })
  }
  return ends
}

const closing = new WeakSet<WebSocket>()
const close = (ends: Ends): void => {
  for (const socket of [ends.person, ends.device]) {
    closing.add(socket)
    socket.terminate()
  }
}

/** What the recorder has still to store must not be stored while the other side is measured. */
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** B1 and B2: what a session adds to two sockets that are joined and nothing else. */
export const measureRelay = (say: (text: string) => void): Promise<Line[]> =>
  withCluster(async (cluster) => {
    say('starting bff on a PostgreSQL of its own, and the bare pair')
    const order: GatehouseOrder = { cluster, devices: 1, checkIns: 'together' }
    const [gatehouse, bare] = await Promise.all([
      startChild<GatehouseReady>('gatehouse', order),
      startChild<{ url: string }>('pair-relay'),
    ])
    try {
      const ours = await endsOfSession(gatehouse.ready)
      const pair = { person: await opened(bare.ready.url), device: await opened(bare.ready.url) }
      say(`keystrokes: ${rounds} rounds of ${strokes} round trips each`)
      const keys = await alternate(rounds, { ours: () => typing(ours), bare: () => typing(pair) })
      say(`throughput: ${rounds} rounds of ${frames} frames of 64 KiB each`)
      const bytes = await alternate(rounds, {
        ours: () => streaming(ours).finally(() => pause(2_000)),
        bare: () => streaming(pair),
      })
      close(ours)
      close(pair)
      const name = 'bare ws pair relay'
      const share = (at: number) => (runs: readonly number[][]) => runs.map((run) => percentile(run, at))
      const [p50, p99] = [share(0.5), share(0.99)]
      const most = { id: 'B1', way: 'at most', at: 1.25 } as const
      return [
        lineOf('keystroke there and back, p50', 'µs', p50(keys.ours), { name, figures: p50(keys.bare) }, most),
        lineOf('keystroke there and back, p99', 'µs', p99(keys.ours), { name, figures: p99(keys.bare) }, most),
        lineOf(
          'device → browser, 64 KiB frames',
          'MB/s',
          bytes.ours,
          { name, figures: bytes.bare },
          { id: 'B2', way: 'at least', at: 0.8 },
        ),
      ]
    } finally {
      await Promise.all([gatehouse.stop(), bare.stop()])
    }
  })
