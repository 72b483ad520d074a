import { once } from 'node:events'
import { agentPaths, SessionGrant } from '@gatehouse/shared/agent/messages'
import { type FrameKind, frame, frameKinds, type StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import type { RequestView } from '@gatehouse/shared/views/requests'
import type { SessionView, TicketView } from '@gatehouse/shared/views/sessions'
import { decodeJwt } from 'jose'
import { type ClientOptions, WebSocket } from 'ws'
import type { Clock } from '../kernel/clock.ts'
import type { ControlLine, DeviceClient } from './device-client.ts'
import type { TestHouse } from './house.ts'
import type { Answer, Visitor } from './visitor.ts'

/** What a client knows of a house, which may be a process of its own. */
type FromOutside = Pick<TestHouse, 'url' | 'wsUrl'> & { clock: Clock }

/** Asks for a terminal; `more` changes what is asked. */
export const ask = (
  { clock }: Pick<FromOutside, 'clock'>,
  visitor: Visitor,
  deviceId: string,
  more: Record<string, unknown> = {},
): Promise<Answer<RequestView>> =>
  visitor.post(`/api/devices/${deviceId}/requests`, {
    activities: ['session.terminal'],
    reason: 'drift after calibration',
    caseNumber: 'C-1042',
    wantedStart: clock.now(),
    minutes: 60,
    ...more,
  })

/** Answers a request as it is shown; `more` changes the answer. */
export const answer = (
  visitor: Visitor,
  request: Pick<RequestView, 'id' | 'hash'>,
  more: Record<string, unknown> = {},
): Promise<Answer<RequestView>> =>
  visitor.post(`/api/requests/${request.id}/decision`, { answer: 'approve', hash: request.hash, comment: '', ...more })

/** A stream as its client sees it: everything that came, and how it closed. */
export class Stream {
  readonly socket: WebSocket
  readonly frames: Buffer[] = []
  readonly closed: Promise<{ code: number; reason: string; at: number }>
  /** Called with every frame, after it was kept. */
  onFrame: ((data: Buffer) => void) | undefined

  constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = once(socket, 'close').then(([code, reason]) => ({
      code: Number(code),
      reason: String(reason),
      at: performance.now(),
    }))
    socket.on('message', (data) => {
      this.frames.push(data as Buffer)
      this.onFrame?.(data as Buffer)
    })
    socket.on('error', () => undefined)
  }

  send(kind: FrameKind, payload: Uint8Array | string = ''): void {
    this.socket.send(frame(kind, Buffer.from(payload)))
  }

  /** What came as data, as text. */
  text(): string {
    return this.of(frameKinds.data).map(String).join('')
  }

  /** Resolves when everything the server had sent before this was asked has come. */
  async settled(): Promise<void> {
    this.socket.ping()
    await once(this.socket, 'pong')
  }

  /** Payloads of the frames of one kind. */
  of(kind: FrameKind): Buffer[] {
    return this.frames.filter((one) => one[0] === kind).map((one) => one.subarray(1))
  }

  notices(): StreamNotice[] {
    return this.of(frameKinds.notice).map((one) => JSON.parse(String(one)) as StreamNotice)
  }
}

/** Opens a WebSocket; rejects with the status and the code of a refusal. */
export const dial = (url: string, protocols: string[], options: ClientOptions): Promise<Stream> => {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...options })
  const stream = new Stream(socket)
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(stream))
    socket.on('error', reject)
    socket.on('unexpected-response', async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      request.destroy()
      const code = body.startsWith('{') ? (JSON.parse(body) as { error: { code: string } }).error.code : body
      reject(new Error(`${response.statusCode} ${code}`))
    })
  })
}

/** A ticket for a stream. */
export const ticketFor = async (visitor: Visitor, sessionId: string, direction: 'write' | 'watch'): Promise<string> => {
  const given = await visitor.post<TicketView>(`/api/sessions/${sessionId}/tickets`, { direction })
  if (given.status !== 201) throw new Error(`no ticket: ${given.status} ${JSON.stringify(given.body)}`)
  return given.body.ticket
}

/** Opens the stream of a person with a ticket of his. */
export const personStream = async (
  h: FromOutside,
  visitor: Visitor,
  sessionId: string,
  direction: 'write' | 'watch',
): Promise<Stream> =>
  dial(
    `${h.wsUrl}/api/streams/${sessionId}/terminal`,
    ['gatehouse.v1', `ticket.${await ticketFor(visitor, sessionId, direction)}`],
    {
      headers: { cookie: visitor.cookie() },
      origin: h.url,
    },
  )

/** Opens the stream of a device; its epoch is said at once, unless it is `null`. */
export const deviceStream = async (
  device: DeviceClient,
  sessionId: string,
  epoch: number | null,
  assertion = device.assertion(),
): Promise<Stream> => {
  const url = device.url.replace(/^http/, 'ws') + agentPaths.stream(sessionId, 'terminal')
  const stream = await dial(url, [], { headers: { authorization: `Bearer ${assertion}` } })
  if (epoch !== null) stream.send(frameKinds.epoch, epochOf(epoch))
  return stream
}

const epochOf = (epoch: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(epoch)
  return bytes
}

/** The grant of this session, as it was handed to the device. */
export const grantOn = async (line: ControlLine, sessionId: string): Promise<SessionGrant> => {
  const grants = () => line.heard.flatMap((message) => message.grants ?? []).map((token) => decodeJwt(token))
  const is = (claims: Record<string, unknown>) => claims.sessionId === sessionId
  await line.until(() => grants().some(is))
  return SessionGrant.parse(grants().find(is))
}

/** A session in which both streams are there. */
export interface LiveSession {
  session: SessionView
  grant: SessionGrant
  writer: Stream
  device: Stream
  line: ControlLine
}

/** Asks, approves and opens: the session, with the device connected and told of it. */
export const openSession = async (
  h: FromOutside,
  by: { technician: Visitor; approver: Visitor; device: DeviceClient; line?: ControlLine },
  more: Record<string, unknown> = {},
): Promise<{ session: SessionView; request: RequestView; grant: SessionGrant; line: ControlLine }> => {
  const line = by.line ?? (await by.device.connect())
  await line.say(by.device.heartbeat())
  const asked = await ask(h, by.technician, by.device.deviceId, more)
  if (asked.status !== 201) throw new Error(`not asked: ${JSON.stringify(asked.body)}`)
  const request = asked.body.state === 'waiting' ? (await answer(by.approver, asked.body)).body : asked.body
  const opened = await by.technician.post<SessionView>(`/api/requests/${request.id}/session`)
  if (opened.status !== 201) throw new Error(`not opened: ${JSON.stringify(opened.body)}`)
  return { session: opened.body, request, grant: await grantOn(line, opened.body.id), line }
}

/** The whole way to a live session. */
export const goLive = async (
  h: FromOutside,
  by: Parameters<typeof openSession>[1],
  more: Record<string, unknown> = {},
): Promise<LiveSession> => {
  const { session, grant, line } = await openSession(h, by, more)
  const writer = await personStream(h, by.technician, session.id, 'write')
  const device = await deviceStream(by.device, session.id, grant.epoch)
  await untilFrame(writer, (data) => data[0] === frameKinds.notice && String(data).includes('"live"'))
  return { session, grant, writer, device, line }
}

/** Resolves with the first frame, one that came or one that will come, that `is` what is looked for. */
export const untilFrame = (stream: Stream, is: (data: Buffer) => boolean): Promise<Buffer> => {
  const found = stream.frames.find(is)
  if (found) return Promise.resolve(found)
  return new Promise((resolve, reject) => {
    stream.onFrame = (data) => {
      if (!is(data)) return
      stream.onFrame = undefined
      resolve(data)
    }
    void stream.closed.then(({ code, reason }) => reject(new Error(`closed before it came: ${code} ${reason}`)))
  })
}

/** Resolves when `text` has come as data, in one piece or in several. */
export const untilSaid = async (stream: Stream, text: string): Promise<void> => {
  if (stream.text().includes(text)) return
  let last = stream.text().slice(-text.length)
  await untilFrame(stream, (data) => {
    if (data[0] !== frameKinds.data) return false
    last = (last + String(data.subarray(1))).slice(-text.length - data.length)
    return last.includes(text)
  })
}
