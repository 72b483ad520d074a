import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Refusal, refusals } from '@gatehouse/shared/refusals'
import { type WebSocket, WebSocketServer } from 'ws'
import { isUnavailable } from '../database/connect.ts'
import { Refused, refusalBody } from '../errors.ts'
import type { House } from '../house.ts'
import { refuseForeignStream } from './foreign.ts'
import { whereFrom } from './from.ts'
import { bareHeaders } from './headers.ts'

/** One kind of WebSocket. `admit` decides before the 101 and throws a `Refused`; its result is what `serve` works with. */
export interface Upgrade<Admitted = unknown> {
  /** Exact segments of the path; `:name` stands for one segment. */
  path: string
  /** Largest message, bytes. */
  maxPayload: number
  /** `people` must come from our own pages, `devices` carry no origin at all. */
  face: 'people' | 'devices'
  /** For the matrix of routes: what stands at this door. */
  guard: string
  admit(house: House, asked: UpgradeRequest): Promise<Admitted>
  serve(house: House, socket: WebSocket, admitted: Admitted): void
}

export interface UpgradeRequest {
  params: Readonly<Record<string, string>>
  request: IncomingMessage
  from: string
  /** Subprotocols the client offered. */
  protocols: readonly string[]
}

/** An upgrade of any kind, made where its admitted type is known. */
export const upgrade = <A>(one: Upgrade<A>): Upgrade => one as unknown as Upgrade

const match = (pattern: string, path: string): Record<string, string> | undefined => {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? ''
    if (part.startsWith(':')) {
      if (!/^[\w-]{1,64}$/.test(value)) return undefined
      params[part.slice(1)] = value
    } else if (part !== value) return undefined
  }
  return params
}

const refuse = (socket: Duplex, code: Refusal): void => {
  const body = JSON.stringify(refusalBody(code))
  const headers = {
    ...bareHeaders,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${refusals[code].status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Name of the subprotocol all our streams speak; a ticket may stand beside it. */
export const streamProtocol = 'gatehouse.v1'

/** Answers the server's `upgrade` events: origin, then the door's own question, and only then 101. */
export const upgradesOf = (house: House, kinds: readonly Upgrade[]) => {
  const servers = new Map(
    kinds.map((kind) => [
      kind,
      new WebSocketServer({
        noServer: true,
        maxPayload: kind.maxPayload,
        perMessageDeflate: false,
        clientTracking: true,
        handleProtocols: (offered) => (offered.has(streamProtocol) ? streamProtocol : false),
      }),
    ]),
  )
  const answer = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    for (const kind of kinds) {
      const params = match(kind.path, path)
      if (!params) continue
      const forwarded = request.headers['x-forwarded-for']?.toString()
      const from = whereFrom(house.settings.trustedProxies, request.socket.remoteAddress, forwarded)
      const origin = request.headers.origin
      if (kind.face === 'people' ? origin !== house.origin : origin !== undefined)
        return refuseForeignStream(house, from)
      const protocols = (request.headers['sec-websocket-protocol'] ?? '')
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
      const admitted = await kind.admit(house, { params, request, from, protocols })
      if (socket.destroyed) return
      servers.get(kind)?.handleUpgrade(request, socket, head, (opened) => kind.serve(house, opened, admitted))
      return
    }
    throw new Refused('not_found')
  }
  return {
    onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      socket.on('error', () => socket.destroy())
      answer(request, socket, head).catch((error: unknown) => {
        const code = error instanceof Refused ? error.code : isUnavailable(error) ? 'unavailable' : 'internal'
        if (code === 'internal') house.log.error({ err: error }, 'upgrade failed')
        refuse(socket, code)
      })
    },
    close: (): void => {
      for (const server of servers.values()) for (const socket of server.clients) socket.terminate()
    },
  }
}
