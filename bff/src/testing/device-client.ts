import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import {
  agentPaths,
  type DeviceMessage,
  type EnrolAnswer,
  type ReceiptProof,
  receiptText,
  type ServerMessage,
  signedTypes,
} from '@gatehouse/shared/agent/messages'
import { decodeJwt } from 'jose'
import { WebSocket } from 'ws'

/** A compact JWS made without any library of the server's, as a foreign agent would make it. */
export const signJws = (key: KeyObject, header: Record<string, unknown>, claims: unknown): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'EdDSA', ...header })}.${part(claims)}`
  return `${body}.${sign(null, Buffer.from(body), key).toString('base64url')}`
}

/** An Ed25519 key pair; `x` is the public half as JWKs carry it. */
export interface DeviceKey {
  key: KeyObject
  x: string
}

/** A new key pair. */
export const newDeviceKey = (): DeviceKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { key: privateKey, x: String(publicKey.export({ format: 'jwk' }).x) }
}

/** The key pair whose private half was exported as PKCS #8 PEM. */
export const deviceKeyOf = (pem: string, x: string): DeviceKey => ({ key: createPrivateKey(pem), x })

/** An answer of the devices' face. */
export interface DeviceAnswer<T = ServerMessage> {
  status: number
  body: T
}

const post = async <T>(url: string, body: unknown, headers: Record<string, string> = {}): Promise<DeviceAnswer<T>> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as T }
}

/** The body of an enrolment, signed by `key`. */
export const enrolmentBody = (key: DeviceKey, code: string, about: Record<string, unknown> = {}) => ({
  code,
  publicKey: { kty: 'OKP', crv: 'Ed25519', x: key.x },
  proof: signJws(key.key, { typ: signedTypes.enrolment }, { code }),
  agentVersion: '0.0-test',
  platform: 'test',
  ...about,
})

/** Enrols with a code; the answer is whatever the server says. */
export const tryToEnrol = (url: string, body: unknown): Promise<DeviceAnswer<EnrolAnswer>> =>
  post<EnrolAnswer>(url + agentPaths.enrol, body)

/** Enrols a device and returns its client; throws where it was refused. */
export const enrolDevice = async (url: string, code: string, now: () => number = Date.now): Promise<DeviceClient> => {
  const key = newDeviceKey()
  const { status, body } = await tryToEnrol(url, enrolmentBody(key, code))
  if (status !== 200) throw new Error(`not enrolled: ${status} ${JSON.stringify(body)}`)
  return new DeviceClient({ url, key, deviceId: body.deviceId, serverId: body.serverId, now, enrolled: body })
}

type Unnumbered<T> = T extends { seq: number } ? Omit<T, 'seq'> : never
/** A message that has no number yet. */
export type NewMessage = Unnumbered<DeviceMessage>

interface Identity {
  url: string
  key: DeviceKey
  deviceId: string
  serverId: string
  now?: () => number
  enrolled?: EnrolAnswer
}

/** A device as raw as a test needs it: every byte it sends can be said. */
export class DeviceClient {
  readonly deviceId: string
  readonly key: DeviceKey
  readonly url: string
  readonly enrolled: EnrolAnswer | undefined
  bootId: string = randomUUID()
  readonly #serverId: string
  readonly #now: () => number
  #seq = 0

  constructor({ url, key, deviceId, serverId, now = Date.now, enrolled }: Identity) {
    this.url = url
    this.key = key
    this.deviceId = deviceId
    this.enrolled = enrolled
    this.#serverId = serverId
    this.#now = now
  }

  /** Gives the next number to each message. */
  number(...messages: NewMessage[]): DeviceMessage[] {
    return messages.map((message) => {
      this.#seq += 1
      return { ...message, seq: this.#seq } as DeviceMessage
    })
  }

  heartbeat(of: Partial<Extract<NewMessage, { type: 'heartbeat' }>> = {}): NewMessage {
    return {
      type: 'heartbeat',
      at: this.#now(),
      agentVersion: '0.0-test',
      bootId: this.bootId,
      platform: 'test',
      policyVersion: 1,
      waiting: 0,
      ...of,
    }
  }

  /** Values that were measured now. */
  values(values: Record<string, number | string | boolean>, at = this.#now()): NewMessage {
    return { type: 'values', values: Object.entries(values).map(([key, value]) => ({ key, at, value })) }
  }

  /** A receipt with its proof. */
  receipt(actionId: string, of: { outcome?: ReceiptProof['outcome']; result?: unknown; because?: string }): NewMessage {
    const { outcome = 'succeeded', ...answer } = of
    const at = this.#now()
    const digest = createHash('sha256').update(receiptText(answer)).digest('base64url')
    const claims: ReceiptProof = { iss: this.deviceId, actionId, outcome, at, digest }
    const proof = signJws(this.key.key, { typ: signedTypes.receipt }, claims)
    return { type: 'receipt', at, actionId, outcome, ...answer, proof }
  }

  /** A fresh assertion; `change` breaks it on purpose. */
  assertion(
    change: { header?: Record<string, unknown>; claims?: Record<string, unknown>; key?: DeviceKey } = {},
  ): string {
    const iat = Math.floor(this.#now() / 1_000)
    const claims = {
      iss: this.deviceId,
      sub: this.deviceId,
      aud: this.#serverId,
      iat,
      exp: iat + 55,
      jti: randomUUID(),
      ...change.claims,
    }
    return signJws((change.key ?? this.key).key, { typ: signedTypes.assertion, ...change.header }, claims)
  }

  /** Posts a check-in of messages that have their numbers, or any text. */
  post(body: readonly DeviceMessage[] | string, assertion = this.assertion()): Promise<DeviceAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify({ messages: body })
    return post(this.url + agentPaths.checkIn, text, { authorization: `Bearer ${assertion}` })
  }

  /** Numbers messages and posts them. */
  say(...messages: NewMessage[]): Promise<DeviceAnswer> {
    return this.post(this.number(...messages))
  }

  /** Opens the control connection; rejects with the status where it is refused. */
  connect(options: { assertion?: string; autoPong?: boolean } = {}): Promise<ControlLine> {
    const socket = new WebSocket(this.url.replace(/^http/, 'ws') + agentPaths.control, {
      headers: { authorization: `Bearer ${options.assertion ?? this.assertion()}` },
      perMessageDeflate: false,
      autoPong: options.autoPong ?? true,
    })
    const line = new ControlLine(socket, this)
    return new Promise((resolve, reject) => {
      socket
        .on('open', () => resolve(line))
        .on('error', reject)
        .on('unexpected-response', (request, response) => {
          request.destroy()
          reject(new Error(`refused with ${response.statusCode}`))
        })
    })
  }
}

/** The device's end of a control connection; keeps everything the server said. */
export class ControlLine {
  readonly socket: WebSocket
  readonly heard: ServerMessage[] = []
  /** Resolves to the close code. */
  readonly closed: Promise<number>
  readonly #device: DeviceClient
  #waiting: (() => void)[] = []

  constructor(socket: WebSocket, device: DeviceClient) {
    this.socket = socket
    this.#device = device
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)))
    const wake = () => {
      for (const go of this.#waiting.splice(0)) go()
    }
    socket.on('message', (data) => {
      this.heard.push(JSON.parse(data.toString()) as ServerMessage)
      wake()
    })
    socket.on('close', wake)
  }

  /** Sends messages that have their numbers, or any text. */
  send(body: readonly DeviceMessage[] | string): void {
    this.socket.send(typeof body === 'string' ? body : JSON.stringify({ messages: body }))
  }

  /** The first thing said by the server, now or later, that `is` what is looked for. */
  async until(is: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.heard.find(is)
      if (found) return found
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the connection was closed')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Numbers messages, sends them, and waits for their acknowledgement. */
  async say(...messages: NewMessage[]): Promise<ServerMessage> {
    const numbered = this.#device.number(...messages)
    const last = numbered.at(-1)?.seq ?? 0
    this.send(numbered)
    return this.until((message) => (message.ack ?? 0) >= last)
  }

  /** The claims of every command the server sent on this line, as they came. */
  commands(): Record<string, unknown>[] {
    return this.heard.flatMap((message) => message.commands ?? []).map((token) => decodeJwt(token))
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}
