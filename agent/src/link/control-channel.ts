import { agentPaths, largestServerMessage } from '@gatehouse/shared/agent/messages'
import type { WebSocket } from 'ws'
import { words } from '../errors.ts'
import { converse } from './conversation.ts'
import { clockOf } from './dialer.ts'
import type { Line } from './line.ts'

/** Why a control channel is no more. */
export type ChannelEnd =
  | { kind: 'unknown_device'; date: number | undefined }
  /** It never carried a word: perhaps WebSockets do not pass here. */
  | { kind: 'unavailable'; because: string }
  /** `lived` in ms; `rejected` when the server closed it over what was sent. */
  | { kind: 'lost'; because: string; lived: number; rejected: boolean }

const closedOverContent = [1003, 1007, 1008, 1009]

/** Opens the control WebSocket and speaks on it until it ends or `signal` aborts. */
export const runControlChannel = async (line: Line, signal: AbortSignal): Promise<ChannelEnd> => {
  const { timings, outbox, heartbeatWanted } = line
  const socket = line.dialer.webSocket(agentPaths.control, await line.signer.assertion(), largestServerMessage)
  const startedAt = Date.now()
  let heardAt = startedAt
  let because = ''
  const fail = (why: string) => {
    because = why
    socket.terminate()
  }
  const heard = () => {
    heardAt = Date.now()
  }
  const conversation = converse(line, socket, signal, fail)
  const beat = () => {
    if (socket.readyState === socket.OPEN) socket.ping()
    conversation.beat()
  }
  const watch = () => {
    if (Date.now() - heardAt > timings.silence) fail('nothing was heard for too long')
    else if (conversation.overdue()) fail('nothing was acknowledged for too long')
  }
  const stop = () => socket.close(1001)

  const quiet = [outbox.filled.listen(conversation.send), heartbeatWanted.listen(conversation.beat)]
  const timers = [setInterval(beat, timings.heartbeat), setInterval(watch, timings.silence / 8)]
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  socket
    .on('open', heard)
    .on('open', conversation.send)
    .on('message', heard)
    .on('message', conversation.receive)
    .on('pong', heard)
    .on('ping', heard)
  try {
    const end = await ending(socket)
    if (end.kind !== 'closed') return end
    because ||= end.because
    if (!conversation.worked()) return { kind: 'unavailable', because }
    return { kind: 'lost', because, lived: Date.now() - startedAt, rejected: closedOverContent.includes(end.code) }
  } finally {
    signal.removeEventListener('abort', stop)
    for (const unsubscribe of quiet) unsubscribe()
    for (const timer of timers) clearInterval(timer)
    if (conversation.worked()) line.disconnected()
  }
}

type SocketEnd =
  | Extract<ChannelEnd, { kind: 'unknown_device' | 'unavailable' }>
  | { kind: 'closed'; code: number; because: string }

/** Resolves when the socket is closed, or when the server answered something else than a WebSocket. */
const ending = (socket: WebSocket): Promise<SocketEnd> =>
  new Promise((resolve) => {
    let failure = ''
    socket
      .on('error', (error) => {
        failure = words(error)
      })
      .on('unexpected-response', (request, { statusCode, headers }) => {
        if (statusCode === 401) resolve({ kind: 'unknown_device', date: clockOf(headers.date) })
        else resolve({ kind: 'unavailable', because: `the server answered the upgrade with ${statusCode}` })
        request.destroy()
      })
      .on('close', (code, reason) => {
        const said = `closed (${code}${reason.length > 0 ? `: ${reason.toString().slice(0, 100)}` : ''})`
        resolve({ kind: 'closed', code, because: failure || said })
      })
  })
