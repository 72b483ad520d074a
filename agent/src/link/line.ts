import { type DeviceMessage, type HeartbeatMessage, ServerMessage } from '@gatehouse/shared/agent/messages'
import type { Bell } from '../bell.ts'
import type { Signer } from '../identity.ts'
import type { Outbox } from '../journal/outbox.ts'
import type { Log } from '../log.ts'
import type { Timings } from '../timings.ts'
import type { Dialer } from './dialer.ts'

/** Everything both transports need to speak with the server. */
export interface Line {
  dialer: Dialer
  signer: Signer
  outbox: Outbox
  timings: Timings
  log: Log
  /** What a heartbeat says at this moment. */
  heartbeat(): Omit<HeartbeatMessage, 'seq' | 'type'>
  /** Rings when the server should hear a heartbeat at once. */
  heartbeatWanted: Bell<void>
  /** Called with everything the server says, after its acknowledgement was taken. */
  receive(message: ServerMessage): void
  /** Called when the server has answered for the first time after a silence. */
  connected(transport: 'websocket' | 'https'): void
  disconnected(): void
}

/** A check-in ready to be sent. */
export interface Parcel {
  body: string
  /** The messages in it that must be acknowledged. */
  kept: DeviceMessage[]
  /** True when a heartbeat is in it. */
  beats: boolean
}

const roomForHeartbeat = 2_048

/**
 * The next check-in of about `bytes` bytes, or `undefined` when there is nothing to say. The heartbeat goes with the
 * last of what waits, never before it: numbers only rise.
 */
export const nextParcel = (
  { outbox, heartbeat }: Line,
  { bytes, heartbeatDue, count }: { bytes: number; heartbeatDue: boolean; count?: number },
): Parcel | undefined => {
  const kept = outbox.next(bytes - roomForHeartbeat, Math.min(count ?? 199, 199))
  const messages = [...kept]
  const beats = heartbeatDue && kept.length === outbox.waiting()
  if (beats) messages.push({ type: 'heartbeat', ...heartbeat(), seq: outbox.number() })
  return messages.length === 0 ? undefined : { body: JSON.stringify({ messages }), kept, beats }
}

/** Takes what the server said; `undefined`, and a line in the log, where it is not in the language. */
export const readServerMessage = (line: Line, text: string): ServerMessage | undefined => {
  const message = parse(text)
  if (!message) {
    line.log.warn({ bytes: text.length }, 'the server said something that is not in the language; ignored')
    return undefined
  }
  if (message.ack !== undefined) line.outbox.acknowledge(message.ack)
  line.receive(message)
  return message
}

const parse = (text: string): ServerMessage | undefined => {
  try {
    return ServerMessage.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
