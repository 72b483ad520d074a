import { HttpsProxyAgent } from 'https-proxy-agent'
import { Agent, ProxyAgent, request } from 'undici'
import WebSocket from 'ws'
import { AgentError } from '../errors.ts'
import { defaultTimings } from '../timings.ts'

/** The only way out: to the configured server, checked certificate, no redirects. */
export interface Dialer {
  /** A WebSocket that is still connecting. */
  webSocket(path: string, bearer: string, largestMessage: number): WebSocket
  post(path: string, body: string, options: PostOptions): Promise<Answer>
  close(): Promise<void>
}

interface PostOptions {
  bearer?: string
  largest: number
  signal?: AbortSignal
}

/** A server's answer; `date` is its clock as it says, in ms since the epoch. */
export interface Answer {
  status: number
  text: string
  date: number | undefined
}

// Stated although it is the default: NODE_TLS_REJECT_UNAUTHORIZED=0 must not open this door.
const tls = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const

/** Dials `server`, through `proxy` where there is one. */
export const createDialer = (server: URL, proxy: URL | undefined, timings = defaultTimings): Dialer => {
  const limits = { headersTimeout: timings.request, bodyTimeout: timings.request, keepAliveTimeout: 60_000 }
  const connect = { ...tls, timeout: timings.handshake }
  const dispatcher = proxy
    ? new ProxyAgent({ ...limits, uri: proxy.href, requestTls: connect, proxyTls: tls })
    : new Agent({ ...limits, connect })
  const agent = proxy ? new HttpsProxyAgent(proxy, tls) : undefined

  return {
    webSocket: (path, bearer, largestMessage) =>
      new WebSocket(new URL(path, server), {
        ...tls,
        ...(agent && { agent }),
        headers: { authorization: `Bearer ${bearer}` },
        followRedirects: false,
        handshakeTimeout: timings.handshake,
        maxPayload: largestMessage,
        perMessageDeflate: false,
      }),
    post: async (path, body, { bearer, largest, signal }) => {
      const {
        statusCode,
        headers,
        body: answer,
      } = await request(new URL(path, server), {
        method: 'POST',
        dispatcher,
        body,
        headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
        ...(signal && { signal }),
      })
      const pieces: Buffer[] = []
      let size = 0
      for await (const piece of answer as AsyncIterable<Buffer>) {
        size += piece.length
        if (size > largest) throw new AgentError('The answer of the server is too long')
        pieces.push(piece)
      }
      return { status: statusCode, text: Buffer.concat(pieces).toString('utf8'), date: clockOf(headers.date) }
    },
    close: async () => {
      agent?.destroy()
      await dispatcher.destroy()
    },
  }
}

/** A `Date` header in ms since the epoch. */
export const clockOf = (header: string | string[] | undefined): number | undefined => {
  const time = typeof header === 'string' ? Date.parse(header) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
