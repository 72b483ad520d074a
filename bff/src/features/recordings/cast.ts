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

/**
 * The lines of a batch, one per event, and what has to stand before the next batch of each kind. Bytes that are no
 * UTF-8 become U+FFFD: a terminal shows nothing else for them.
 */
export const encodeCast = (batch: Batch, before: Rest): { text: Buffer; rest: Rest } => {
  const rest: [Uint8Array, Uint8Array, Uint8Array] = [...before]
  const lines: string[] = []
  let at = 0
  for (const [i, kind] of batch.kinds.entries()) {
    const length = batch.lengths[i] ?? 0
    const own = batch.bytes.subarray(at, at + length)
    at += length
    const left = rest[kind as 0 | 1 | 2]
    const bytes = left.length > 0 ? Buffer.concat([left, own]) : own
    const cut = unfinished(bytes)
    rest[kind as 0 | 1 | 2] = cut > 0 ? Uint8Array.prototype.slice.call(bytes, bytes.length - cut) : none
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - cut).toString('utf8')
    if (text) lines.push(`[${(batch.times[i] ?? 0) / 1_000},"${castKinds[kind]}",${JSON.stringify(text)}]\n`)
  }
  return { text: Buffer.from(lines.join('')), rest }
}
