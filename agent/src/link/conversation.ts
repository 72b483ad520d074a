import { largestControlFrame } from '@gatehouse/shared/agent/messages'
import type { RawData, WebSocket } from 'ws'
import { postCheckIns } from './check-ins.ts'
import { type Line, nextParcel, readServerMessage } from './line.ts'

/** What is said on an open control channel. */
export interface Conversation {
  /** Says what there is to say, unless an acknowledgement is still out. */
  send(): void
  /** Lets a heartbeat go with the next words. */
  beat(): void
  receive(data: RawData, binary: boolean): void
  /** True once the server has said something. */
  worked(): boolean
  /** True when the server has not acknowledged in time. */
  overdue(): boolean
}

/**
 * Speaks on `socket`: one check-in is under way at a time, and the next leaves when it is acknowledged. What does not
 * fit into a frame is posted. `fail` ends the channel.
 */
export const converse = (
  line: Line,
  socket: WebSocket,
  signal: AbortSignal,
  fail: (because: string) => void,
): Conversation => {
  const { timings, log } = line
  /** The number that must be acknowledged before anything else is said, and since when. */
  let awaited: { seq: number; since: number } | undefined
  let [posting, worked, heartbeatDue] = [false, false, true]

  const post = async () => {
    posting = true
    const round = await postCheckIns(line, signal)
    posting = false
    if (round.kind === 'delivered') send()
    else fail(round.kind === 'failed' ? round.because : 'the server does not know this device')
  }
  const send = () => {
    if (socket.readyState !== socket.OPEN || awaited || posting) return
    const parcel = nextParcel(line, { bytes: largestControlFrame, heartbeatDue })
    if (!parcel) return
    if (Buffer.byteLength(parcel.body) > largestControlFrame) return void post()
    const last = parcel.kept.at(-1)
    if (last) awaited = { seq: last.seq, since: Date.now() }
    if (parcel.beats) heartbeatDue = false
    socket.send(parcel.body)
  }
  return {
    send,
    beat: () => {
      heartbeatDue = true
      send()
    },
    receive: (data, binary) => {
      if (binary) return log.warn('the server sent bytes on the control channel; ignored')
      const message = readServerMessage(line, data.toString())
      if (!message) return
      if (!worked) line.connected('websocket')
      worked = true
      if (awaited && (message.ack ?? 0) >= awaited.seq) awaited = undefined
      send()
    },
    worked: () => worked,
    overdue: () => awaited !== undefined && Date.now() - awaited.since > timings.acknowledge,
  }
}
