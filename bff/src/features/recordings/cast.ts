import { isUtf8 } from 'node:buffer'

/** What an event of a recording is, in asciicast's letters: output of the device, input of the technician, a new size. */
export const castKinds = ['o', 'i', 'r'] as const
export type CastKind = (typeof castKinds)[number]

/** Events as they were gathered: one run of bytes, and for each event its kind, its time and its share of the bytes. */
export interface Batch {
  bytes: Uint8Array
  /** Indices into `castKinds`. */
  kinds: number[]
  /** ms since the recording began; never falling. */
  times: number[]
  lengths: number[]
}

/** Bytes of a character that the end of a batch cut in two, for each kind. */
export type Rest = readonly [output: Uint8Array, input: Uint8Array, resize: Uint8Array]
const none = new Uint8Array()
export const noRest: Rest = [none, none, none]

/** First line of an asciicast v2 file; `startedAt` in ms since the epoch. */
export const castHeader = (startedAt: number, columns: number, rows: number): string =>
  `${JSON.stringify({ version: 2, width: columns, height: rows, timestamp: Math.floor(startedAt / 1_000) })}\n`

/** How many bytes at the end are the beginning of a UTF-8 character whose end is still to come; 0 to 3. */
export const unfinished = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return whole > back ? back : 0
  }
  return 0
}

/** For each byte its letter after a backslash in JSON, 1 where it takes `\u00..`, 0 where it stands for itself. */
const escapes = new Uint8Array(256)
escapes.fill(1, 0, 0x20)
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x22, '"'],
  [0x5c, '\\'],
] as const)
  escapes[byte] = letter.charCodeAt(0)
const hex = Buffer.from('0123456789abcdef')
/** No byte becomes more than this. */
const widest = 6

/**
 * Lines of text that are being written, as bytes. JSON.stringify on decoded text takes five times as long, and a
 * terminal that scrolls says a hundred megabytes a second.
 */
class Lines {
  #out: Buffer
  #view: DataView
  length = 0

  constructor(into: Buffer) {
    this.#out = into
    this.#view = new DataView(into.buffer, into.byteOffset, into.length)
  }

  get bytes(): Buffer {
    return this.#out.subarray(0, this.length)
  }

  #reserve(size: number): void {
    if (this.length + size <= this.#out.length) return
    const next = Buffer.allocUnsafeSlow(Math.max(this.length + size, Math.ceil(this.#out.length * 1.5)))
    next.set(this.bytes)
    this.#out = next
    this.#view = new DataView(next.buffer)
  }

  add(text: string): void {
    this.#reserve(text.length * 3)
    this.length += this.#out.write(text, this.length, 'utf8')
  }

  /** Adds UTF-8 as the inside of a JSON string. */
  addEscaped(bytes: Uint8Array): void {
    this.#reserve(bytes.length * widest)
    const [out, view] = [this.#out, this.#view]
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let [from, to] = [0, this.length]
    while (from < bytes.length) {
      // Four bytes at a time, as long as none of them is below 0x20, a quote or a backslash.
      for (const end = bytes.length - 3; from < end; from += 4, to += 4) {
        const word = words.getUint32(from, true)
        const quote = word ^ 0x22222222
        const slash = word ^ 0x5c5c5c5c
        const below = (word - 0x20202020) & ~word
        if ((below | ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080) break
        view.setUint32(to, word, true)
      }
      for (const stop = Math.min(from + 4, bytes.length); from < stop; from++) {
        const byte = bytes[from] as number
        const letter = escapes[byte] as number
        if (letter === 0) out[to++] = byte
        else {
          out[to++] = 0x5c
          if (letter > 1) out[to++] = letter
          else {
            out[to++] = 0x75
            out[to++] = 0x30
            out[to++] = 0x30
            out[to++] = hex[byte >> 4] as number
            out[to++] = hex[byte & 15] as number
          }
        }
      }
    }
    this.length = to
  }
}

/**
 * The lines of a batch, one per event, after `header`, and what has to stand before the next batch of each kind. They
 * are written `into` a buffer, or into a larger one where it is too small. Bytes that are no UTF-8 become U+FFFD: a
 * terminal shows nothing else for them.
 */
export const encodeCast = (
  batch: Batch,
  before: Rest,
  header = '',
  into: Buffer = Buffer.allocUnsafeSlow(batch.bytes.length * 2 + 4_096),
): { text: Buffer; rest: Rest } => {
  const rest: [Uint8Array, Uint8Array, Uint8Array] = [...before]
  const lines = new Lines(into)
  lines.add(header)
  let at = 0
  for (const [i, kind] of batch.kinds.entries()) {
    const length = batch.lengths[i] ?? 0
    const own = batch.bytes.subarray(at, at + length)
    at += length
    const left = rest[kind as 0 | 1 | 2]
    const bytes = left.length > 0 ? Buffer.concat([left, own]) : own
    const cut = unfinished(bytes)
    rest[kind as 0 | 1 | 2] = cut > 0 ? new Uint8Array(bytes.subarray(bytes.length - cut)) : none
    const whole = bytes.subarray(0, bytes.length - cut)
    if (whole.length === 0) continue
    lines.add(`[${(batch.times[i] ?? 0) / 1_000},"${castKinds[kind]}","`)
    lines.addEscaped(isUtf8(whole) ? whole : Buffer.from(new TextDecoder().decode(new Uint8Array(whole))))
    lines.add('"]\n')
  }
  return { text: lines.bytes, rest }
}
