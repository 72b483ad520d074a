/**
 * The terminal channel: every binary WebSocket frame is one kind byte and its payload, the same on the agent's and
 * on the people's side of the relay. Anything else is dropped and counted.
 */
export const frameKinds = {
  /** Bytes of the terminal: output when it comes from the device, input when it comes from the technician. */
  data: 0x00,
  /** Technician → device: columns and rows, two unsigned 16-bit big-endian numbers. */
  resize: 0x01,
  /** Relay → both: everything still holds; payload is the lease in seconds, one byte. */
  lease: 0x02,
  /** Device → relay: the shell ended; payload is the exit code, one signed 32-bit big-endian number. */
  exit: 0x03,
  /** Relay → people: JSON text of a `StreamNotice`. */
  notice: 0x04,
  /** Device → relay: the epoch the stream was opened under, unsigned 32-bit big-endian; the first frame of a stream. */
  epoch: 0x05,
} as const
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

/** Largest payload of one frame on a stream, in bytes. */
export const largestFrame = 64 * 1024
/** Largest single piece of terminal input, in bytes: a paste is cut into these by the browser. */
export const largestInput = 16 * 1024

/** What the relay tells the people at a stream. */
export type StreamNotice =
  | { kind: 'state'; state: 'opening' | 'live' | 'paused' | 'ended'; cause?: string }
  | { kind: 'size'; columns: number; rows: number }
  | { kind: 'watchers'; names: string[] }
  /** Somebody of the customer has to watch and nobody does: it ends at `due`, ms; `null`: all is well again. */
  | { kind: 'watcher_wanted'; due: number | null }
  /** The next `bytes` bytes of data were said before this stream was opened: shown, and never answered. */
  | { kind: 'replay'; bytes: number }

/** Why the relay closed a stream: WebSocket close codes. The reason of `ended` is the session's cause. */
export const streamCloses = { ended: 4000, replaced: 4001, tooSlow: 4002, notAllowed: 4003 } as const

/** One frame of `kind` around `payload`. */
export const frame = (kind: FrameKind, payload: Uint8Array = new Uint8Array()): Uint8Array => {
  const bytes = new Uint8Array(payload.length + 1)
  bytes[0] = kind
  bytes.set(payload, 1)
  return bytes
}

/** The `resize` frame; sizes are clamped to 1…1000. */
export const resizeFrame = (columns: number, rows: number): Uint8Array => {
  const bytes = new Uint8Array(5)
  bytes[0] = frameKinds.resize
  const view = new DataView(bytes.buffer)
  view.setUint16(1, Math.min(1_000, Math.max(1, columns)))
  view.setUint16(3, Math.min(1_000, Math.max(1, rows)))
  return bytes
}

/** Columns and rows of a `resize` payload (without its kind byte), or `undefined` where it is not one. */
export const readSize = (payload: Uint8Array): { columns: number; rows: number } | undefined => {
  if (payload.length !== 4) return undefined
  const view = new DataView(payload.buffer, payload.byteOffset, 4)
  const [columns, rows] = [view.getUint16(0), view.getUint16(2)]
  return columns >= 1 && columns <= 1_000 && rows >= 1 && rows <= 1_000 ? { columns, rows } : undefined
}
