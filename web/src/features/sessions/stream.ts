import { leaseSeconds } from '@gatehouse/shared/sessions/session-states'
import { resizeFrame, type StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import { ApiError } from '../../kernel/words.ts'
import { afterClose, inputFrames, readMessage, replayFilter, waitBefore } from './stream-messages.ts'

/** How the stream stands. `over` is final: the page must be asked for anew, or a person must want it again. */
export type Link =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'cut'; attempt: number }
  | { kind: 'over'; why: 'ended' | 'replaced' | 'refused' }

/** What a stream tells its page. */
export interface StreamEars {
  link(link: Link): void
  /** A stream begins, again perhaps: what was shown of the one before will be told once more. */
  begin(): void
  /** Bytes of the device; what was said before the stream was opened is `old` and must not be answered. */
  output(bytes: Uint8Array, old: boolean): void
  notice(notice: StreamNotice): void
}

export interface Stream {
  /** Sends input; without effect while the stream is not open. */
  input(bytes: Uint8Array): void
  resize(columns: number, rows: number): void
  /** Gives the connection up and makes a new one: for a page that cannot keep up. */
  restart(): void
}

/** A lease that was not renewed means a dead connection, which the browser would notice much later. */
const patience = 5_000

const streamAddress = (sessionId: string) => {
  const url = new URL(`/api/streams/${encodeURIComponent(sessionId)}/terminal`, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}

const isFinal = (thrown: unknown) => thrown instanceof ApiError && thrown.status >= 400 && thrown.status < 500

/**
 * The terminal stream of a session until `signal` aborts. A connection that is cut is made anew, each time with a new
 * ticket, so that everything is asked again; what the relay or the API refuses is final.
 */
export const openStream = (
  sessionId: string,
  askTicket: (signal: AbortSignal) => Promise<string>,
  ears: StreamEars,
  signal: AbortSignal,
): Stream => {
  let socket: WebSocket | undefined
  let attempt = 0
  let size: [columns: number, rows: number] | undefined
  let next: ReturnType<typeof setTimeout> | undefined
  let quiet: ReturnType<typeof setTimeout> | undefined

  const isOpen = () => socket?.readyState === WebSocket.OPEN
  const send = (bytes: Uint8Array) => {
    if (isOpen()) socket?.send(bytes as Uint8Array<ArrayBuffer>)
  }
  const expectLease = (seconds: number) => {
    clearTimeout(quiet)
    quiet = setTimeout(() => drop(), seconds * 1_000 + patience)
  }
  const again = () => {
    attempt += 1
    ears.link({ kind: 'cut', attempt })
    // Shaken, so that all the pages of a server that comes back do not come at once.
    next = setTimeout(() => void connect(), waitBefore(attempt) * (0.7 + Math.random() * 0.6))
  }
  /** Forgets the connection without waiting for its end, which a dead one does not tell. */
  const drop = () => {
    const old = socket
    socket = undefined
    clearTimeout(quiet)
    old?.close()
    if (!signal.aborted && old) again()
  }
  const closed = (code: number) => {
    socket = undefined
    clearTimeout(quiet)
    if (signal.aborted) return
    const then = afterClose(code)
    if (then === 'reconnect') again()
    else ears.link({ kind: 'over', why: then })
  }
  const serve = (opened: WebSocket) => {
    const replay = replayFilter()
    opened.binaryType = 'arraybuffer'
    opened.onopen = () => {
      attempt = 0
      ears.begin()
      ears.link({ kind: 'open' })
      expectLease(leaseSeconds)
      if (size) send(resizeFrame(...size))
    }
    opened.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = data instanceof ArrayBuffer ? readMessage(data) : undefined
      if (!message || socket !== opened) return
      if (message.kind === 'lease') return expectLease(message.seconds)
      if (message.kind === 'notice') {
        if (message.notice.kind === 'replay') replay.announce(message.notice.bytes)
        return ears.notice(message.notice)
      }
      const { old, now } = replay.split(message.bytes)
      if (old.length > 0) ears.output(old, true)
      if (now.length > 0) ears.output(now, false)
    }
    opened.onclose = ({ code }) => {
      if (socket === opened) closed(code)
    }
  }
  const connect = async () => {
    ears.link(attempt === 0 ? { kind: 'connecting' } : { kind: 'cut', attempt })
    try {
      const ticket = await askTicket(signal)
      if (signal.aborted) return
      socket = new WebSocket(streamAddress(sessionId), ['gatehouse.v1', `ticket.${ticket}`])
      serve(socket)
    } catch (thrown) {
      if (signal.aborted) return
      if (isFinal(thrown)) ears.link({ kind: 'over', why: 'refused' })
      else again()
    }
  }

  signal.addEventListener('abort', () => {
    clearTimeout(next)
    drop()
  })
  void connect()
  return {
    input: (bytes) => {
      for (const one of inputFrames(bytes)) send(one)
    },
    resize: (columns, rows) => {
      size = [columns, rows]
      send(resizeFrame(columns, rows))
    },
    restart: drop,
  }
}
