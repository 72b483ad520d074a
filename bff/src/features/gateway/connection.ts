import type { DeviceMessage, ServerMessage } from '@gatehouse/shared/agent/messages'
import type { RawData, WebSocket } from 'ws'
import { isUnavailable } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { behindWall, type House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import type { KnownDevice } from '../devices/door.ts'
import { hear, saysNothing } from '../witnesses/door.ts'
import { newsFor, type Sent } from './delivery.ts'
import type { Letter } from './effects.ts'
import { isDataFault } from './faults.ts'
import { type Connection, type Hub, proofsOf } from './hub.ts'
import { closeCodes, mostUnread, unansweredPings } from './limits.ts'
import { readCheckIn } from './reading.ts'
import { takeSessionReports } from './session-reports.ts'

/** Most messages that are stored in one go; a device that has more waits for the first to be stored. */
const mostAtOnce = 200

/** One open control connection. It is known by its own id, so that the link's row says which one speaks. */
export class ControlConnection implements Connection {
  readonly id = newId()
  readonly deviceId: string
  /** Without walls: for what is signed and reported, never for what the device sends. */
  readonly #whole: House
  readonly #house: House
  readonly #hub: Hub
  readonly #socket: WebSocket
  readonly #publicKey: string
  readonly #customerId: string
  readonly #from: string
  readonly #sent: Sent = { orders: 0 }
  #waiting: DeviceMessage[] = []
  #storing = false
  #open = true
  /** Pings since the last sign of life. */
  #unanswered = 0
  /** Looks that are asked for beyond the one under way; `again` where one of them must send anew. */
  #looking = false
  #lookAgain: { again: boolean } | undefined

  constructor(house: House, hub: Hub, socket: WebSocket, device: KnownDevice, from: string) {
    this.#whole = house
    this.#house = behindWall(house, [device.customerId])
    this.#hub = hub
    this.#socket = socket
    this.deviceId = device.deviceId
    this.#publicKey = device.publicKey ?? ''
    this.#customerId = device.customerId
    this.#from = from
  }

  /** Takes the place of the device's connection before, says that the device came, and listens. */
  open(): void {
    const { connections } = this.#hub
    connections.get(this.deviceId)?.close(closeCodes.replaced, 'another connection speaks for this device')
    connections.set(this.deviceId, this)
    const alive = () => {
      this.#unanswered = 0
    }
    this.#socket
      .on('message', (data, binary) => this.#receive(data, binary))
      .on('pong', alive)
      .on('ping', alive)
      .on('error', () => this.#socket.terminate())
      .on('close', () => this.#gone())
    void this.#store(true)
  }

  deliver(): void {
    void this.#look(false)
  }

  close(code: number, because: string): void {
    this.#open = false
    this.#waiting = []
    this.#socket.close(code, because)
    // The peer's agreement to the closing must be read.
    if (this.#socket.isPaused) this.#socket.resume()
    // Who is cut off is not asked to agree: nothing more is read, and the peer's close is not waited for.
    if (code === closeCodes.cut || code === closeCodes.silent) this.#socket.terminate()
  }

  ping(): void {
    // Whose words are being stored has given a sign of life; while it is paused its pong cannot be read.
    if (this.#storing) return
    if (this.#unanswered >= unansweredPings) this.#socket.terminate()
    else this.#socket.ping()
    this.#unanswered += 1
  }

  #receive(data: RawData, binary: boolean): void {
    this.#unanswered = 0
    if (!this.#open) return
    const messages = binary ? undefined : readCheckIn(data.toString())
    if (!messages) {
      this.close(binary ? closeCodes.bytes : closeCodes.malformed, 'that is not in the language')
      return
    }
    this.#waiting.push(...messages)
    // One batch is under way at a time; until it is stored nothing more is read.
    if (this.#storing) this.#socket.pause()
    else void this.#store(false)
  }

  async #store(first: boolean): Promise<void> {
    this.#storing = true
    try {
      if (first) await this.#post('came', [])
      while (this.#open && this.#waiting.length > 0) await this.#post('said', this.#waiting.splice(0, mostAtOnce))
    } catch (error) {
      this.#fail(error)
    }
    this.#storing = false
    if (this.#open && this.#socket.isPaused) this.#socket.resume()
  }

  /** Stores messages; what was stored is acknowledged, and only then. */
  async #post(kind: 'came' | 'said', messages: readonly DeviceMessage[]): Promise<void> {
    await takeSessionReports(this.#house, this.deviceId, this.#from, messages)
    const proofs = await proofsOf(this.#publicKey, this.deviceId, messages)
    const { deviceId } = this
    const testimony = await hear(this.#whole, { deviceId, customerId: this.#customerId }, messages)
    const reply = await this.#hub.letters.post(this.#letter(kind, messages, proofs, testimony))
    if (reply.kind === 'refused') {
      this.close(closeCodes.cut, reply.because)
      return
    }
    if (messages.length > 0) this.#send({ ack: reply.ack, ...(testimony.news && { log: testimony.news }) })
    if (reply.replaced) this.close(closeCodes.replaced, 'another connection speaks for this device')
    else if (reply.news) void this.#look(kind === 'came')
  }

  #letter(
    kind: Letter['kind'],
    messages: Letter['messages'] = [],
    proofs: Letter['proofs'] = new Map(),
    testimony: Letter['testimony'] = saysNothing,
  ): Letter {
    return {
      deviceId: this.deviceId,
      customerId: this.#customerId,
      publicKey: this.#publicKey,
      transport: 'websocket',
      from: this.#from,
      kind,
      connectionId: this.id,
      besides: false,
      messages,
      proofs,
      testimony,
      assertion: null,
    }
  }

  /** Sends what waits for the device. A look that is asked for during a look follows it. */
  async #look(again: boolean): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = { again: again || (this.#lookAgain?.again ?? false) }
      return
    }
    this.#looking = true
    try {
      for (let next: { again: boolean } | undefined = { again }; next && this.#open; next = this.#lookAgain) {
        this.#lookAgain = undefined
        const news = await newsFor(this.#house, this.deviceId, this.#sent, next.again)
        if (news) this.#send(news)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#looking = false
  }

  #send(message: ServerMessage): void {
    if (!this.#open) return
    this.#socket.send(JSON.stringify(message))
    if (this.#socket.bufferedAmount > mostUnread) this.#socket.terminate()
  }

  #fail(error: unknown): void {
    if (!isUnavailable(error) && !(error instanceof Refused))
      this.#house.log.error({ err: error, deviceId: this.deviceId }, 'a control connection failed')
    // After `malformed` an agent posts what it has: which message is to blame is told by the status of a post.
    if (isDataFault(error)) this.close(closeCodes.malformed, 'that cannot be stored')
    else this.close(closeCodes.later, 'come later')
  }

  #gone(): void {
    this.#open = false
    this.#waiting = []
    const { connections, letters } = this.#hub
    if (connections.get(this.deviceId) === this) connections.delete(this.deviceId)
    // Where this cannot be stored, the device is found silent a little later.
    letters.post(this.#letter('left')).catch(() => {})
  }
}
