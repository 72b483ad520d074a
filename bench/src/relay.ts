import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '@gatehouse/bff/kernel/clock'
import { type ClusterAddress, temporaryFolder } from '@gatehouse/bff/testing/cluster'
import { goLive } from '@gatehouse/bff/testing/sessions'
import { signedInAt } from '@gatehouse/bff/testing/visitor'
import { frameKinds, largestFrame } from '@gatehouse/shared/sessions/terminal-frames'
import { WebSocket } from 'ws'
import { alternate } from './alternate.ts'
import { startChild } from './child.ts'
import { withCluster } from './cluster.ts'
import { clientsOf } from './devices.ts'
import { type Goal, type Line, lineOf, percentile } from './lines.ts'
import type { GatehouseOrder, GatehouseReady } from './programs/gatehouse.ts'

const rounds = { keys: 9, bytes: 5 } as const
/** Round trips of one run, and those before it that do not count. */
const strokes = 3_000
const warmStrokes = 500
/** Frames of one run: 256 MiB, more than any buffer on the way holds; all runs together are less than a recording may be. */
const frames = 4_096
/** Frames on their way at most; the same for both, for the bare pair has no brake of its own. */
const mostUnderWay = 64

/** The two ends of a relay, both held by this process. */
interface Ends {
  person: WebSocket
  device: WebSocket
  /** Rejects when one of the two is closed. */
  broken: Promise<never>
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

/** The ends of a relay; whatever closes one of them breaks what is being measured. */
const endsOf = (person: WebSocket, device: WebSocket): Ends => {
  const broken = new Promise<never>((_, reject) => {
    for (const socket of [person, device])
      socket.once('close', (code, why) => reject(new Error(`A stream closed while it was measured: ${code} ${why}`)))
  })
  // Nobody is listening any more when it is over.
  broken.catch(() => undefined)
  return { person, device, broken }
}

/** The whole way: asked, approved, opened, both streams there, and the session live. */
const endsOfSession = async ({ url, serverId, devices }: GatehouseReady): Promise<Ends> => {
  const [technician, approver] = await Promise.all([signedInAt(url, 'technician'), signedInAt(url, 'approver')])
  const [device] = clientsOf({ url, serverId, devices })
  if (!device) throw new Error('The server made no device')
  const live = await goLive(
    { url, wsUrl: url.replace('http', 'ws'), clock: systemClock },
    { technician, approver, device },
  )
  const [person, stream] = [live.writer.socket, live.device.socket]
  // The test's stream keeps every frame it hears.
  for (const socket of [person, stream]) socket.removeAllListeners('message')
  return endsOf(person, stream)
}

/** What the recorder has still to store must not be stored while another side is measured. */
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Writes as much as a run says to the disk, in parts as large as those of a recording, each synced; MB per second. */
const writing = async (folder: string): Promise<number> => {
  const part = Buffer.alloc(4 * 1024 * 1024, printed())
  const parts = (frames * largestFrame) / part.length
  const startedAt = performance.now()
  for (let i = 0; i < parts; i++) {
    const handle = await open(join(folder, `${i}`), 'w')
    await handle.writeFile(part)
    await handle.sync()
    await handle.close()
  }
  return (parts * part.length) / 1_000 / (performance.now() - startedAt)
}

const measure = async (
  cluster: ClusterAddress,
  folder: string,
  say: (text: string) => void,
  closing: (() => unknown)[],
): Promise<Line[]> => {
  say('starting bff on a PostgreSQL of its own, and two bare pairs')
  const start = async <Ready>(...of: Parameters<typeof startChild>): Promise<Ready> => {
    const child = await startChild<Ready>(...of)
    closing.push(child.stop)
    return child.ready
  }
  const pairOf = async (environment: Record<string, string>): Promise<Ends> => {
    const { url } = await start<{ url: string }>('pair-relay', null, environment)
    return endsOf(await opened(url), await opened(url))
  }
  const order: GatehouseOrder = { cluster, devices: 1, checkIns: 'together' }
  const ours = await endsOfSession(await start<GatehouseReady>('gatehouse', order))
  const plain = await pairOf({ WS_NO_BUFFER_UTIL: '1' })
  const native = await pairOf({})
  say(`keystrokes: ${rounds.keys} rounds of ${strokes} round trips each`)
  const keys = await alternate(rounds.keys, {
    ours: () => Promise.race([typing(ours), ours.broken]),
    plain: () => Promise.race([typing(plain), plain.broken]),
  })
  say(`throughput: ${rounds.bytes} rounds of ${frames} frames of 64 KiB each`)
  const bytes = await alternate(rounds.bytes, {
    ours: () => Promise.race([streaming(ours), ours.broken]).finally(() => pause(3_000)),
    plain: () => Promise.race([streaming(plain), plain.broken]),
    native: () => Promise.race([streaming(native), native.broken]),
    disk: () => writing(folder),
  })
  const name = 'bare ws pair relay'
  const share = (at: number) => (runs: readonly number[][]) => runs.map((run) => percentile(run, at))
  const [p50, p99] = [share(0.5), share(0.99)]
  const most = { id: 'B1', way: 'at most', at: 1.25 } as const
  const through = (of: string, figures: readonly number[], goal?: Goal) =>
    lineOf('device → browser, 64 KiB frames', 'MB/s', bytes.ours, { name: of, figures }, goal)
  return [
    lineOf('keystroke there and back, p50', 'µs', p50(keys.ours), { name, figures: p50(keys.plain) }, most),
    lineOf('keystroke there and back, p99', 'µs', p99(keys.ours), { name, figures: p99(keys.plain) }, most),
    through(name, bytes.plain, { id: 'B2', way: 'at least', at: 0.8 }),
    through('the same, unmasking in native code as ours does', bytes.native),
    through('as much written to the disk in synced parts', bytes.disk),
  ]
}

/** B1 and B2: what a session adds to two sockets that are joined and nothing else. */
export const measureRelay = (say: (text: string) => void): Promise<Line[]> =>
  withCluster(async (cluster) => {
    const folder = await temporaryFolder('bench-disk')
    const closing: (() => unknown)[] = [folder.remove]
    try {
      return await measure(cluster, folder.path, say, closing)
    } finally {
      await Promise.all(closing.map((close) => close()))
    }
  })
