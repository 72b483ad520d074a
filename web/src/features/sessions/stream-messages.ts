import {
  frame,
  frameKinds,
  largestInput,
  type StreamNotice,
  streamCloses,
} from '@gatehouse/shared/sessions/terminal-frames'

/** What a frame of the relay says to a page. */
export type StreamMessage =
  | { kind: 'data'; bytes: Uint8Array }
  | { kind: 'lease'; seconds: number }
  | { kind: 'notice'; notice: StreamNotice }

const states = new Set(['opening', 'live', 'paused', 'ended'])
const isText = (value: unknown): value is string => typeof value === 'string'

const readNotice = (text: string): StreamNotice | undefined => {
  try {
    const said = JSON.parse(text) as Record<string, unknown> | null
    const known =
      (said?.kind === 'state' && isText(said.state) && states.has(said.state)) ||
      (said?.kind === 'size' && Number.isInteger(said.columns) && Number.isInteger(said.rows)) ||
      (said?.kind === 'watchers' && Array.isArray(said.names) && said.names.every(isText)) ||
      (said?.kind === 'watcher_wanted' && (said.due === null || Number.isInteger(said.due))) ||
      (said?.kind === 'replay' && Number.isInteger(said.bytes))
    return known ? (said as unknown as StreamNotice) : undefined
  } catch {
    return undefined
  }
}

/** Reads a frame; `undefined` for what no relay of ours says. */
export const readMessage = (buffer: ArrayBuffer): StreamMessage | undefined => {
  const bytes = new Uint8Array(buffer)
  const payload = bytes.subarray(1)
  if (bytes[0] === frameKinds.data) return { kind: 'data', bytes: payload }
  if (bytes[0] === frameKinds.lease && payload.length === 1) return { kind: 'lease', seconds: payload[0] ?? 0 }
  if (bytes[0] !== frameKinds.notice) return undefined
  const notice = readNotice(new TextDecoder().decode(payload))
  return notice && { kind: 'notice', notice }
}

/** Input as frames, none of which is larger than the relay accepts. */
export const inputFrames = (input: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(input.length / largestInput) }, (_, at) =>
    frame(frameKinds.data, input.subarray(at * largestInput, (at + 1) * largestInput)),
  )

/** What xterm hands over as a string of bytes (some mouse reports) as these bytes. */
export const binaryInput = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff)

/**
 * Splits what arrives into what was said before this stream was opened, which is shown and never answered, and what
 * is said now. The relay announces how many bytes are old.
 */
export const replayFilter = () => {
  let old = 0
  return {
    announce(bytes: number) {
      old = Math.max(0, bytes)
    },
    split(bytes: Uint8Array): { old: Uint8Array; now: Uint8Array } {
      const count = Math.min(old, bytes.length)
      old -= count
      return { old: bytes.subarray(0, count), now: bytes.subarray(count) }
    },
  }
}

/** What a page does when its stream was closed. */
export type AfterClose = 'ended' | 'replaced' | 'refused' | 'reconnect'

const closes: Record<number, AfterClose> = {
  [streamCloses.ended]: 'ended',
  [streamCloses.replaced]: 'replaced',
  [streamCloses.notAllowed]: 'refused',
  [streamCloses.tooSlow]: 'reconnect',
}

/** What follows from a WebSocket's close code; whatever is none of ours is a connection that was cut. */
export const afterClose = (code: number): AfterClose => closes[code] ?? 'reconnect'

const firstWait = 400
const longestWait = 5_000

/** How long to wait before the `attempt`-th new connection (from 1), ms, before it is shaken. */
export const waitBefore = (attempt: number): number => Math.min(longestWait, firstWait * 2 ** (attempt - 1))
