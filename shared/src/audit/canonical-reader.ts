import { base64urlValues, textOf, utf8 } from './bytes.ts'
import { malformed } from './flawed.ts'

/**
 * Reads canonical JSON (RFC 8785, as `canonical` writes it) where it lies, byte for byte, and refuses every other
 * spelling: white space, keys out of order or twice, escapes and numbers that could be written in another way, text
 * that is not UTF-8. One pass and no text made of it, so that a million events can be checked.
 */

/** A place in some bytes; reading moves it on, and nothing at or after `end` is read. */
export interface Cursor {
  readonly bytes: Uint8Array
  at: number
  end: number
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const mostDepth = 32

/** The byte at the cursor; -1 at the end. */
const peek = (c: Cursor): number => (c.at < c.end ? (c.bytes[c.at] as number) : -1)

const refuse = (): never => {
  throw malformed('it is not canonical JSON')
}

/** Moves past exactly these bytes; throws `Flawed` where others stand. */
export const expectBytes = (c: Cursor, expected: Uint8Array): void => {
  const { bytes, at } = c
  if (at + expected.length > c.end) refuse()
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) refuse()
  c.at = at + expected.length
}

/** Whether exactly these bytes stand at the cursor; moves past them only then. */
export const takeBytes = (c: Cursor, wanted: Uint8Array): boolean => {
  const { bytes, at } = c
  if (at + wanted.length > c.end) return false
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  c.at = at + wanted.length
  return true
}

/** Moves past a whole number from 0 to 2^53 - 1 without leading zeros, and gives it. */
export const readCount = (c: Cursor): number => {
  const from = c.at
  let value = 0
  for (let digit = peek(c) - 48; digit >= 0 && digit <= 9; digit = peek(c) - 48) {
    value = value * 10 + digit
    c.at++
  }
  const digits = c.at - from
  if (digits === 0 || (digits > 1 && c.bytes[from] === 48) || !Number.isSafeInteger(value)) refuse()
  return value
}

/** Moves past base64url of exactly `length` bytes, written in the one way it can be, and puts them into `into`. */
export const readBase64url = (c: Cursor, length: number, into: Uint8Array, offset = 0): void => {
  const { bytes } = c
  const whole = length - (length % 3)
  const rest = length - whole
  const characters = (whole / 3) * 4 + (rest === 0 ? 0 : rest + 1)
  if (c.at + characters > c.end) refuse()
  const values = base64urlValues
  let at = c.at
  /** Has a bit above the sixth where any character was none. */
  let seen = 0
  for (let i = 0; i < whole; i += 3, at += 4) {
    const first = values[bytes[at] as number] as number
    const second = values[bytes[at + 1] as number] as number
    const third = values[bytes[at + 2] as number] as number
    const fourth = values[bytes[at + 3] as number] as number
    seen |= first | second | third | fourth
    into[offset + i] = (first << 2) | (second >> 4)
    into[offset + i + 1] = (second << 4) | (third >> 2)
    into[offset + i + 2] = (third << 6) | fourth
  }
  if (rest > 0) {
    const first = values[bytes[at] as number] as number
    const second = values[bytes[at + 1] as number] as number
    const third = rest === 2 ? (values[bytes[at + 2] as number] as number) : 0
    seen |= first | second | third
    into[offset + whole] = (first << 2) | (second >> 4)
    if (rest === 2) into[offset + whole + 1] = (second << 4) | (third >> 2)
    // Bits that nothing reads would be a second spelling.
    if ((rest === 2 ? third & 3 : second & 15) !== 0) refuse()
  }
  if (seen > 63) refuse()
  c.at += characters
}

/** The other bytes of a character of more than one byte: RFC 3629, nothing overlong, no half of a surrogate pair. */
const restOfCharacter = (c: Cursor, first: number): void => {
  const second = peek(c)
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (first < 0xc2 || first > 0xf4 || second < least || second > most) refuse()
  c.at++
  for (let more = first >= 0xf0 ? 2 : first >= 0xe0 ? 1 : 0; more > 0; more--) {
    const next = peek(c)
    if (next < 0x80 || next > 0xbf) refuse()
    c.at++
  }
}

const shortEscapes = new Set([0x22, 0x5c, 0x62, 0x66, 0x6e, 0x72, 0x74].map(Number))
/** Control characters that have an escape of two characters, and so no other: \b \t \n \f \r. */
const written = new Set([8, 9, 10, 12, 13])

const restOfEscape = (c: Cursor): void => {
  const kind = peek(c)
  c.at++
  if (shortEscapes.has(kind)) return
  const code = /^u00([01][0-9a-f])$/.exec(
    String.fromCharCode(kind, ...c.bytes.subarray(c.at, Math.min(c.at + 4, c.end))),
  )
  if (!code || written.has(Number.parseInt(code[1] as string, 16))) refuse()
  c.at += 4
}

/** 1 for each byte that stands for itself in a string: printable ASCII without quote and backslash. */
const isPlainByte = new Uint8Array(256)
for (let byte = 0x20; byte < 0x80; byte++) isPlainByte[byte] = byte === quote || byte === backslash ? 0 : 1

/** Moves past a string; gives whether it is of plain ASCII without escapes, so that its bytes are its text. */
export const skipString = (c: Cursor): boolean => {
  const { bytes, end } = c
  if (peek(c) !== quote) refuse()
  let plain = true
  for (let at = c.at + 1; at < end; ) {
    const byte = bytes[at++] as number
    if (isPlainByte[byte] === 1) continue
    c.at = at
    if (byte === quote) return plain
    plain = false
    if (byte === backslash) restOfEscape(c)
    else if (byte >= 0x80) restOfCharacter(c, byte)
    else refuse()
    at = c.at
  }
  return refuse()
}

const numberText = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]\d+)?$/

const skipNumber = (c: Cursor): void => {
  const from = c.at
  let whole = true
  for (let byte = peek(c); ; byte = peek(c)) {
    if (byte < 48 || byte > 57) {
      // - + . e E
      if (byte !== 0x2d && byte !== 0x2b && byte !== 0x2e && byte !== 0x65 && byte !== 0x45) break
      whole = false
    }
    c.at++
  }
  const digits = c.at - from
  if (whole && digits > 0 && digits < 16 && (digits === 1 || c.bytes[from] !== 48)) return
  const text = textOf(c.bytes.subarray(from, c.at))
  if (!numberText.test(text) || JSON.stringify(Number(text)) !== text) refuse()
}

const [trueWord, falseWord, nullWord] = ['true', 'false', 'null'].map(utf8) as [Uint8Array, Uint8Array, Uint8Array]

/** Whether one key says something that is ordered after another, where not both are plain ASCII. */
const saysMore = (c: Cursor, from: number, to: number, beforeFrom: number, beforeTo: number): boolean => {
  const text = (start: number, end: number): string => JSON.parse(textOf(c.bytes.subarray(start - 1, end + 1)))
  return text(from, to) > text(beforeFrom, beforeTo)
}

/** Whether a plain key is ordered after another plain one. */
const isAfter = (bytes: Uint8Array, from: number, to: number, beforeFrom: number, beforeTo: number): boolean => {
  const shared = Math.min(to - from, beforeTo - beforeFrom)
  for (let i = 0; i < shared; i++) {
    const difference = (bytes[from + i] as number) - (bytes[beforeFrom + i] as number)
    if (difference !== 0) return difference > 0
  }
  return to - from > beforeTo - beforeFrom
}

/**
 * Moves past an object whose keys stand in the order of RFC 8785, by their UTF-16 code units, each once. Before each
 * value `member` is told where its key stands (without the quotes), and has to move past the value.
 */
export const readObject = (c: Cursor, member: (keyFrom: number, keyTo: number) => void): void => {
  if (peek(c) !== openBrace) refuse()
  c.at++
  if (peek(c) === closeBrace) {
    c.at++
    return
  }
  let beforeFrom = 0
  let beforeTo = 0
  let wasPlain = true
  for (;;) {
    const from = c.at + 1
    const plain = skipString(c)
    const to = c.at - 1
    // No key stands at the very beginning: 0 is that there was none.
    if (beforeFrom > 0) {
      const isPlain = plain && wasPlain
      if (!(isPlain ? isAfter(c.bytes, from, to, beforeFrom, beforeTo) : saysMore(c, from, to, beforeFrom, beforeTo)))
        refuse()
    }
    beforeFrom = from
    beforeTo = to
    wasPlain = plain
    if (peek(c) !== colon) refuse()
    c.at++
    member(from, to)
    const next = peek(c)
    c.at++
    if (next === closeBrace) return
    if (next !== comma) refuse()
  }
}

/** Moves past any value. */
export const skipValue = (c: Cursor, depth = 0): void => {
  const byte = peek(c)
  if (depth > mostDepth) refuse()
  if (byte === quote) skipString(c)
  else if (byte === openBrace) readObject(c, () => skipValue(c, depth + 1))
  else if (byte === openBracket) skipArray(c, depth + 1)
  else if (byte === 0x2d || (byte >= 48 && byte <= 57)) skipNumber(c)
  else expectBytes(c, byte === 0x6e ? nullWord : byte === 0x74 ? trueWord : falseWord)
}

const skipArray = (c: Cursor, depth: number): void => {
  c.at++
  if (peek(c) === closeBracket) {
    c.at++
    return
  }
  for (;;) {
    skipValue(c, depth)
    const next = peek(c)
    c.at++
    if (next === closeBracket) return
    if (next !== comma) refuse()
  }
}

/** Throws `Flawed` unless these bytes are exactly one value in canonical JSON. */
export const demandCanonical = (bytes: Uint8Array): void => {
  const c = { bytes, at: 0, end: bytes.length }
  skipValue(c)
  if (c.at !== c.end) refuse()
}
