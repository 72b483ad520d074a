import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import {
  Assertion,
  agentPaths,
  CheckIn,
  type DeviceMessage,
  EnrolRequest,
  type Orders,
  PublicKey,
  type ServerMessage,
  type SessionGrant,
  signedTypes,
} from '@gatehouse/shared/agent/messages'
import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { type PolicyLevel, plainRule } from '@gatehouse/shared/policies/policy'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

/** The server's half of the contract, as small as it can be, with real keys. */
export type LittleServer = Awaited<ReturnType<typeof openLittleServer>>

export interface Options {
  tls?: { key: string; cert: string }
  declaration?: Declaration
  policy?: PolicyLevel[]
  port?: number
}

const seconds = () => Math.floor(Date.now() / 1_000)

/** A balance that offers a few things and allows everything after an approval. */
export const someDeclaration: Declaration = {
  driver: 'scale',
  items: [
    { key: 'weight', says: 'Weight', type: 'number', unit: 'g', everySeconds: 1, deadband: 0, digits: 4 },
    { key: 'stability', says: 'Stable', type: 'boolean', unit: '', everySeconds: 1, deadband: 0, digits: 0 },
  ],
  alarms: [{ code: 'overload', says: 'Overload', severity: 'critical' }],
  settings: [
    { key: 'filter.strength', says: 'Filter', unit: '', type: 'number', min: 1, max: 5 },
    { key: 'display.unit', says: 'Unit', unit: '', type: 'text' },
  ],
  logs: [
    { name: 'agent', says: 'The agent' },
    { name: 'big', says: 'A big one' },
  ],
}

const answers = (answer: 'always' | 'ask' | 'never'): PolicyLevel[] => [
  {
    level: 'customer',
    zone: 'Europe/Zurich',
    rules: {
      'action.fetch_log': plainRule(answer),
      'action.restart_agent': plainRule(answer),
      'action.set_setting': plainRule(answer),
      'session.terminal': plainRule(answer),
    },
  },
]
export const policies = { always: answers('always'), ask: answers('ask'), never: answers('never') }

/** Opens a server on a free port of this machine. */
export const openLittleServer = async ({
  tls,
  declaration = someDeclaration,
  policy = policies.ask,
  port = 0,
}: Options = {}) => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const pinned = { ...PublicKey.parse(await exportJWK(publicKey)), kid: 'one' }
  const [deviceId, serverId, code] = [randomUUID(), 'gatehouse-test', 'ABCD-EFGH-1234']
  const state = {
    deviceKey: undefined as PublicKey | undefined,
    /** What was stored, each message once. */
    stored: [] as DeviceMessage[],
    /** Everything that arrived, however often. */
    arrived: [] as DeviceMessage[],
    checkIns: [] as ('websocket' | 'https')[],
    refusedAt: [] as number[],
    upgrades: 0,
    control: undefined as WebSocket | undefined,
    streams: [] as StreamEnd[],
    /** Said with the next answer over HTTPS, or at once over the WebSocket. */
    unsaid: [] as ServerMessage[],
    acknowledge: true,
    webSockets: true,
    /** What the streams' upgrade is answered with. */
    streamStatus: 101,
    known: true,
    /** Handed out at enrolment instead of honest ones. */
    enrolmentOrders: undefined as string | undefined,
    policyVersion: 1,
    /** Refuses check-ins (400) that hold such a message. */
    dislikes: (_message: DeviceMessage): boolean => false,
  }
  const sockets = new Set<Socket>()

  const sign = (
    type: keyof typeof signedTypes,
    claims: Record<string, unknown>,
    { key = privateKey, typ = signedTypes[type] as string }: { key?: CryptoKey; typ?: string } = {},
  ): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ, kid: 'one' }).sign(key)

  const orders = (change: Partial<Orders> = {}) =>
    sign('orders', { aud: deviceId, iat: seconds(), version: state.policyVersion, policy, declaration, ...change })

  const grant = (change: Partial<SessionGrant> = {}, how?: { key?: CryptoKey; typ?: string }) =>
    sign('grant', { ...grantClaims(deviceId), ...change }, how)

  const command = (change: Record<string, unknown>, how?: { key?: CryptoKey; typ?: string }) =>
    sign(
      'command',
      {
        ...{ jti: randomUUID(), aud: deviceId, iat: seconds(), exp: seconds() + 600, input: {} },
        ...{ approvalId: randomUUID() },
        ...change,
      },
      how,
    )

  const authenticated = async (request: IncomingMessage): Promise<boolean> => {
    try {
      if (!state.known || !state.deviceKey) throw new Error('unknown')
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const key = (await importJWK({ ...state.deviceKey }, 'EdDSA')) as CryptoKey
      const { payload } = await jwtVerify(token, key, {
        ...{ algorithms: ['EdDSA'], typ: signedTypes.assertion, audience: serverId },
        ...{ issuer: deviceId, subject: deviceId },
      })
      const { exp, iat } = Assertion.parse(payload)
      return exp - iat <= 60
    } catch {
      state.refusedAt.push(Date.now())
      return false
    }
  }

  const store = (text: string, transport: 'websocket' | 'https'): ServerMessage | undefined => {
    const { messages } = CheckIn.parse(JSON.parse(text))
    if (messages.some(state.dislikes)) return undefined
    state.checkIns.push(transport)
    for (const message of messages) {
      state.arrived.push(message)
      if (message.seq > (state.stored.at(-1)?.seq ?? 0)) state.stored.push(message)
    }
    return state.acknowledge ? { ack: Math.max(...messages.map(({ seq }) => seq)) } : {}
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown = {}) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    let body = ''
    for await (const piece of request) body += piece
    if (request.url === agentPaths.enrol) {
      const wish = EnrolRequest.parse(JSON.parse(body))
      const key = (await importJWK({ ...wish.publicKey }, 'EdDSA')) as CryptoKey
      const proof = await jwtVerify(wish.proof, key, { typ: signedTypes.enrolment })
      if (wish.code !== code || proof.payload.code !== code) return reply(401)
      state.deviceKey = wish.publicKey
      return reply(200, {
        deviceId,
        name: 'Balance 7',
        serverId,
        serverKeys: [pinned],
        orders: state.enrolmentOrders ?? (await orders()),
      })
    }
    if (request.url !== agentPaths.checkIn) return reply(404)
    if (!(await authenticated(request))) return reply(401)
    const said = store(body, 'https')
    if (!said) return reply(400)
    for (const more of state.unsaid.splice(0)) Object.assign(said, more)
    reply(200, said)
  }

  const handler = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => response.writeHead(500).end())
  }
  const http: Server = tls ? createTlsServer(tls, handler) : createServer(handler)
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 * 1024 })

  const upgrade = async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    const refuse = (status: number) =>
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
    state.upgrades += 1
    const isControl = request.url === agentPaths.control
    if (!state.webSockets) return void refuse(426)
    if (!(await authenticated(request))) return void refuse(401)
    if (!isControl && state.streamStatus !== 101) return void refuse(state.streamStatus)
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (isControl) openControl(webSocket)
      else state.streams.push(streamEnd(webSocket, request.url ?? ''))
    })
  }
  const openControl = (webSocket: WebSocket) => {
    state.control = webSocket
    webSocket.on('message', (data: RawData) => {
      const said = store(data.toString(), 'websocket')
      if (said) webSocket.send(JSON.stringify(said))
      else webSocket.close(1008)
    })
    for (const more of state.unsaid.splice(0)) webSocket.send(JSON.stringify(more))
  }
  http.on('upgrade', (request, socket, head) => void upgrade(request, socket as Socket, head))
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  const listening = (http.address() as AddressInfo).port

  return {
    ...{ state, deviceId, serverId, code, sign, orders, grant, command, privateKey, port: listening },
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${listening}`,
    /** Says something to the device, now or when it next asks. */
    say: (message: ServerMessage | string): void => {
      const text = typeof message === 'string' ? message : JSON.stringify(message)
      if (state.control?.readyState === WebSocket.OPEN) state.control.send(text)
      else state.unsaid.push(JSON.parse(text))
    },
    storedOf: <T extends DeviceMessage['type']>(type: T) =>
      state.stored.filter((message): message is Extract<DeviceMessage, { type: T }> => message.type === type),
    hangUp: () => {
      for (const socket of sockets) socket.destroy()
    },
    /** Goes away, and comes back on the same port. */
    leave: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => http.close(resolve))
    },
    comeBack: () => new Promise<void>((resolve) => http.listen(listening, '127.0.0.1', resolve)),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

/** Claims of a grant that a device should accept. */
export const grantClaims = (deviceId: string): SessionGrant => ({
  ...{ jti: randomUUID(), aud: deviceId, iat: seconds(), exp: seconds() + 600 },
  ...{ sessionId: randomUUID(), epoch: 1, activities: ['session.terminal'], approvalId: randomUUID() },
  technician: { id: randomUUID(), name: 'Tessa' },
})

/** The relay's end of a stream. */
export interface StreamEnd {
  path: string
  socket: WebSocket
  frames: Buffer[]
  /** Everything the terminal has said so far. */
  text(): string
  closedAt: number | undefined
}

const streamEnd = (socket: WebSocket, path: string): StreamEnd => {
  const end: StreamEnd = {
    ...{ path, socket, frames: [], closedAt: undefined },
    text: () => Buffer.concat(end.frames.filter((one) => one[0] === 0).map((one) => one.subarray(1))).toString('utf8'),
  }
  socket.on('message', (data: Buffer) => end.frames.push(data))
  socket.on('close', () => {
    end.closedAt = Date.now()
  })
  return end
}

const withKind = (kind: number, payload: Uint8Array): Buffer => Buffer.concat([Buffer.from([kind]), payload])

/** What a relay sends on a stream. */
export const relay = {
  type: ({ socket }: StreamEnd, text: string): void => socket.send(withKind(0, Buffer.from(text))),
  lease: ({ socket }: StreamEnd, length: number): void => socket.send(withKind(2, Buffer.from([length]))),
  frame: ({ socket }: StreamEnd, kind: number, payload: Uint8Array): void => socket.send(withKind(kind, payload)),
}
