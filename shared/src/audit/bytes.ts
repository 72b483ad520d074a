import { malformed } from './flawed.ts'

// In every browser, worker and Node, but in no file of the language's own library.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: true; ignoreBOM: true },
) => { decode(bytes: Uint8Array): string }

const encoder = new TextEncoder()
// A byte order mark is a character like any other: bytes → text → bytes gives the same bytes.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** The text of UTF-8 bytes; throws `Flawed` where they are none. */
export const textOf = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch {
    throw malformed('it is not UTF-8 text')
  }
}

/** Whether two byte strings are the same. Not in constant time: nothing compared here is secret. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Byte strings one after another. */
export const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

interface Alphabet {
  letters: string
  /** Two letters for each value of twelve bits: half the steps of one by one. */
  pairs: readonly string[]
  /** The value of each character by its code; 255 where it is none. */
  values: Uint8Array
}

const alphabetOf = (alphabet: string): Alphabet => {
  const values = new Uint8Array(256).fill(255)
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i
  const pairs = Array.from({ length: 4_096 }, (_, i) => `${alphabet[i >> 6]}${alphabet[i & 63]}`)
  return { letters: alphabet, pairs, values }
}

const standard = alphabetOf(`${letters}+/`)
const url = alphabetOf(`${letters}-_`)

/** The value of each byte as a base64url character; 255 where it is none. */
export const base64urlValues: Uint8Array = url.values

const encoded = (bytes: Uint8Array, { letters, pairs }: Alphabet): string => {
  const whole = bytes.length - (bytes.length % 3)
  let text = ''
  for (let i = 0; i < whole; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += `${pairs[group >> 12]}${pairs[group & 4_095]}`
  }
  const left = bytes.length - whole
  if (left === 0) return text
  const group = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8)
  return text + pairs[group >> 12] + (left === 2 ? letters[(group >> 6) & 63] : '')
}

const decoded = (text: string, { values }: Alphabet): Uint8Array => {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    // Beyond the table there is nothing, which is no letter either.
    const value = values[text.charCodeAt(i)] ?? 255
    if (value === 255) throw malformed('it is not base64')
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >> bits
    }
  }
  // One spelling for each byte string: no lone character, and no bits that nothing reads.
  if (bits >= 6 || (held & ((1 << bits) - 1)) !== 0) throw malformed('it is not canonical base64')
  return bytes
}

/** Two lower-case digits for each byte. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** RFC 4648 section 4, with padding. */
export const base64 = (bytes: Uint8Array): string => {
  const text = encoded(bytes, standard)
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/** The bytes of canonical, padded base64; throws `Flawed` on every other spelling. */
export const fromBase64 = (text: string): Uint8Array => {
  const bytes = decoded(text.replace(/={1,2}$/, ''), standard)
  if (base64(bytes) !== text) throw malformed('it is not canonical base64')
  return bytes
}

/** RFC 4648 section 5, without padding. */
export const base64url = (bytes: Uint8Array): string => encoded(bytes, url)

/** The bytes of canonical base64url without padding; throws `Flawed` on every other spelling. */
export const fromBase64url = (text: string): Uint8Array => decoded(text, url)
