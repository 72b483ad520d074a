import { once } from 'node:events'
import { agentPaths, type SessionGrant } from '@gatehouse/shared/agent/messages'
import { leaseSeconds } from '@gatehouse/shared/sessions/session-states'
import { type FrameKind, frame, frameKinds, largestFrame } from '@gatehouse/shared/sessions/terminal-frames'
import type { RawData, WebSocket } from 'ws'
import { AgentError, words } from '../errors.ts'
import { pause } from '../link/pause.ts'
import type { ChannelTools } from './channel.ts'
import { startLease } from './lease.ts'

/** A stream of frames to the relay, alive only as long as its lease is renewed. */
export interface Stream {
  /** Sends one frame; `sent` is called when it has left this process. */
  send(kind: FrameKind, payload: Uint8Array, sent?: () => void): void
  /** Bytes that the network has not taken yet. */
  buffered(): number
  /** Resolves, with the reason, when the stream is over. */
  readonly over: Promise<string>
  close(because: string): void
}

/** Takes the frames of one channel; false for a frame that is none of this channel. */
export type OnFrame = (kind: number, payload: Uint8Array) => boolean

/** So many frames that the session did not allow end it. */
const mostStrangeFrames = 100
const attempts = 4

/**
 * Dials the stream of `channel`, tells its epoch, and hands over what comes. Rejects when the relay does not take it;
 * only after this resolved may anything be started on the device.
 */
export const openStream = async (
  { dialer, signer, log }: ChannelTools,
  { sessionId, epoch }: SessionGrant,
  channel: string,
  onFrame: OnFrame,
  signal: AbortSignal,
): Promise<Stream> => {
  const path = agentPaths.stream(sessionId, channel)
  const socket = await dial(async () => dialer.webSocket(path, await signer.assertion(), largestFrame + 1), signal)
  let because = 'the connection ended'
  let strange = 0
  const close = (why: string) => {
    because = why
    socket.close(1000)
    // A relay that does not answer the farewell is not waited for.
    setTimeout(() => socket.terminate(), 500).unref()
  }
  const lease = startLease(leaseSeconds, () => close('the lease ran out'))
  const receive = (data: RawData, binary: boolean) => {
    const bytes = binary ? (data as Buffer) : new Uint8Array()
    const [kind, payload] = [bytes[0], bytes.subarray(1)]
    if (kind === frameKinds.lease && payload.length === 1) return lease.renew(payload[0] ?? 0)
    if (kind !== undefined && onFrame(kind, payload)) return
    strange += 1
    log.debug({ sessionId, strange }, 'a frame that is none of this channel was dropped')
    if (strange >= mostStrangeFrames) close('too many frames that the session does not allow')
  }
  const over = new Promise<string>((resolve) => {
    socket.on('close', () => {
      lease.stop()
      resolve(because)
    })
  })
  socket.on('message', receive)
  const send: Stream['send'] = (kind, payload, sent) => socket.send(frame(kind, payload), () => sent?.())
  const opening = new Uint8Array(4)
  new DataView(opening.buffer).setUint32(0, epoch)
  await new Promise<void>((resolve) => send(frameKinds.epoch, opening, resolve))
  return {
    send,
    buffered: () => socket.bufferedAmount,
    over,
    close,
  }
}

/** An open WebSocket; tries again where the network failed, not where the relay said no. */
const dial = async (connect: () => Promise<WebSocket>, signal: AbortSignal): Promise<WebSocket> => {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const socket = await connect()
    try {
      await opened(socket, signal)
      // From here on errors only precede `close`, which is what everybody listens to.
      socket.on('error', () => undefined)
      return socket
    } catch (error) {
      socket.on('error', () => undefined).terminate()
      if (error instanceof AgentError || attempt >= attempts) throw error
      await pause(500 * attempt, signal)
    }
  }
}

const opened = async (socket: WebSocket, signal: AbortSignal): Promise<void> => {
  const refused = new Promise<never>((_, reject) => {
    socket.on('unexpected-response', (request, { statusCode }) => {
      request.destroy()
      reject(new AgentError(`the relay answered ${statusCode}`))
    })
  })
  await Promise.race([once(socket, 'open', { signal }), refused]).catch((error) => {
    throw error instanceof AgentError ? error : new Error(words(error))
  })
}
