import type { DeviceClient } from '@gatehouse/bff/testing/device-client'
import { agentPaths, type ServerMessage } from '@gatehouse/shared/agent/messages'
import { Client } from 'undici'
import { WebSocket } from 'ws'
import { alternate } from './alternate.ts'
import { startChild } from './child.ts'
import { withCluster } from './cluster.ts'
import { clientsOf } from './devices.ts'
import { type Line, lineOf } from './lines.ts'
import type { CheckIns, GatehouseReady } from './programs/gatehouse.ts'

const rounds = 5
const sizes = [64, 256] as const
/** Each run: so long unmeasured, for connections and compiled code, and then so long measured; ms. */
const warm = 500
const measured = 2_000
/** Assertions signed before a run, for each second of it: signing is the device's work, not the server's. */
const assertionsPerSecond = 8_000

/** A connection that says one check-in after the other. */
interface Speaker {
  /** Sends one and resolves when it is acknowledged. */
  checkIn(): Promise<void>
  close(): Promise<void>
}

let counted = 0
/** A heartbeat and three values that differ from the last. */
const body = (device: DeviceClient): { text: string; last: number } => {
  const n = counted++
  const values = { weight: n / 8, drift: (n % 100) / 50 - 1, temperature: 20 + (n % 64) / 8 }
  const messages = device.number(device.heartbeat(), device.values(values))
  return { text: JSON.stringify({ messages }), last: messages.at(-1)?.seq ?? 0 }
}

const overHttps = async (device: DeviceClient, each: number): Promise<Speaker> => {
  const client = new Client(device.url, { pipelining: 1 })
  const assertions = Array.from({ length: each }, () => device.assertion())
  return {
    checkIn: async () => {
      const { text, last } = body(device)
      const answer = await client.request({
        method: 'POST',
        path: agentPaths.checkIn,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${assertions.pop() ?? device.assertion()}`,
        },
        body: text,
      })
      const said = (await answer.body.json()) as ServerMessage
      if (answer.statusCode !== 200 || said.ack !== last)
        throw new Error(`not acknowledged: ${answer.statusCode} ${JSON.stringify(said)}`)
    },
    close: () => client.close(),
  }
}

const overWebSocket = (device: DeviceClient): Promise<Speaker> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(device.url.replace('http', 'ws') + agentPaths.control, {
      headers: { authorization: `Bearer ${device.assertion()}` },
      perMessageDeflate: false,
    })
    let waiting: { last: number; done(): void; fail(error: Error): void } | undefined
    const closed = new Promise<void>((done) => socket.once('close', () => done()))
    socket.on('message', (data) => {
      const { ack } = JSON.parse(String(data)) as ServerMessage
      if (!waiting || ack !== waiting.last) return
      const { done } = waiting
      waiting = undefined
      done()
    })
    socket.once('close', (code) => waiting?.fail(new Error(`the connection was closed with ${code}`)))
    socket.once('error', reject)
    socket.once('unexpected-response', (_, response) => reject(new Error(`refused with ${response.statusCode}`)))
    socket.once('open', () =>
      resolve({
        checkIn: () =>
          new Promise((done, fail) => {
            const { text, last } = body(device)
            waiting = { last, done, fail }
            socket.send(text)
          }),
        close: async () => {
          socket.close()
          await closed
        },
      }),
    )
  })

const transports = {
  HTTPS: (device: DeviceClient, all: number) =>
    overHttps(device, Math.ceil(((warm + measured) / 1_000) * (assertionsPerSecond / all))),
  WebSocket: overWebSocket,
} as const
type Transport = keyof typeof transports

/** Check-ins acknowledged per second, each device having one on its way at a time. */
const perSecond = async (devices: readonly DeviceClient[], over: Transport): Promise<number> => {
  const speakers = await Promise.all(devices.map((device) => transports[over](device, devices.length)))
  const from = performance.now() + warm
  const until = from + measured
  let acknowledged = 0
  await Promise.all(
    speakers.map(async (speaker) => {
      for (;;) {
        await speaker.checkIn()
        const now = performance.now()
        if (now >= until) return
        if (now >= from) acknowledged += 1
      }
    }),
  )
  await Promise.all(speakers.map((speaker) => speaker.close()))
  return acknowledged / (measured / 1_000)
}

const goals = { HTTPS: { bare: 0.7, apart: 4 }, WebSocket: { bare: 0.5, apart: 6 } } as const

/** B3 and B4: what storing costs, and what storing together saves. */
export const measureCheckIns = (say: (text: string) => void): Promise<Line[]> =>
  withCluster(async (cluster) => {
    say('starting bff three times (check-ins together, apart, and not stored), and the bare server')
    const devices = Math.max(...sizes)
    const gatehouse = (checkIns: CheckIns) => startChild<GatehouseReady>('gatehouse', { cluster, devices, checkIns })
    const children = {
      ours: await gatehouse('together'),
      apart: await gatehouse('apart'),
      unstored: await gatehouse('unstored'),
      bare: await startChild<{ url: string }>('bare-check-ins'),
    }
    try {
      const { ours, apart, unstored, bare } = children
      const clients = {
        ours: clientsOf(ours.ready),
        apart: clientsOf(apart.ready),
        unstored: clientsOf(unstored.ready),
        bare: clientsOf({ ...ours.ready, url: bare.ready.url }),
      }
      const lines: Line[] = []
      for (const over of ['HTTPS', 'WebSocket'] as const)
        for (const size of sizes) {
          say(`${size} devices over ${over}: ${rounds} rounds of ${measured / 1_000} s for each side`)
          const run = (side: keyof typeof clients) => () => perSecond(clients[side].slice(0, size), over)
          const rates = await alternate(rounds, {
            ours: run('ours'),
            bare: run('bare'),
            unstored: run('unstored'),
            apart: run('apart'),
          })
          const line = (name: string, figures: readonly number[], id?: string, at = 0) =>
            lineOf(
              `${size} over ${over}`,
              '/s',
              rates.ours,
              { name, figures },
              id ? { id, way: 'at least', at } : undefined,
            )
          lines.push(
            line('parsed and acknowledged by a bare server', rates.bare, 'B3', goals[over].bare),
            line('one transaction per check-in', rates.apart, 'B4', goals[over].apart),
            line('bff itself, acknowledging unstored', rates.unstored),
          )
        }
      return lines
    } finally {
      await Promise.all(Object.values(children).map((child) => child.stop()))
    }
  })
