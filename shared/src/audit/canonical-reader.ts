import { base64urlValues, textOf } from './bytes.ts'
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
export const readBase64url = (c: Cursor, length: number, into: Uint8Array): void => {
  let bits = 0
  let held = 0
  for (let written = 0; written < length; ) {
    const value = base64urlValues[c.at < c.end ? (c.bytes[c.at] as number) : 0] as number
    if (value > 63) refuse()
    c.at++
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      into[written++] = held >> bits
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) refuse()
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

/** Moves past a string; gives whether it is of plain ASCII without escapes, so that its bytes are its text. */
export const skipString = (c: Cursor): boolean => {
  const { bytes, end } = c
  if (peek(c) !== quote) refuse()
  let plain = true
  c.at++
  while (c.at < end) {
    const byte = bytes[c.at++] as number
    if (byte === quote) return plain
    if (byte >= 0x20 && byte < 0x80 && byte !== backslash) continue
    plain = false
    if (byte === backslash) restOfEscape(c)
    else if (byte >= 0x80) restOfCharacter(c, byte)
    else refuse()
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

const words = ['true', 'false', 'null'].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)))

/** Whether a key may stand after another: by UTF-16 code units of what they say, as RFC 8785 orders them. */
const isAfter = (c: Cursor, before: readonly [number, number, boolean], from: number, to: number, plain: boolean) => {
  if (!plain || !before[2]) {
    const text = (start: number, end: number): string => JSON.parse(textOf(c.bytes.subarray(start - 1, end + 1)))
    return text(before[0], before[1]) < text(from, to)
  }
  for (let i = 0; ; i++) {
    const [a, b] = [before[0] + i, from + i]
    if (b >= to) return false
    if (a >= before[1]) return true
    const difference = (c.bytes[b] as number) - (c.bytes[a] as number)
    if (difference !== 0) return difference > 0
  }
}

/**
 * Moves past an object. Before each value `member` is told where its key stands (without the quotes), and has to move
 * past the value.
 */
export const readObject = (c: Cursor, member: (keyFrom: number, keyTo: number) => void): void => {
  if (peek(c) !== openBrace) refuse()
  c.at++
  if (peek(c) === closeBrace) {
    c.at++
    return
  }
  let before: [number, number, boolean] | undefined
  for (;;) {
    const from = c.at + 1
    const plain = skipString(c)
    const to = c.at - 1
    if (before && !isAfter(c, before, from, to, plain)) refuse()
    before = [from, to, plain]
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
  else if (!words.some((word) => takeBytes(c, word))) refuse()
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
