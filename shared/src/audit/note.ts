import { base64, fromBase64, hexOf, joined, sameBytes, textOf, utf8 } from './bytes.ts'
import { Flawed, malformed } from './flawed.ts'
import type { Primitives, Sha256 } from './primitives.ts'

/** Signed notes, https://c2sp.org/signed-note: text with the signatures of named Ed25519 keys under it. */

/** What a signature is made over: the text itself, or a checkpoint with the time it was seen (c2sp.org/tlog-cosignature). */
export const signatureTypes = { ed25519: 1, cosignature: 4 } as const
export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes]

/** A public key under the name it signs with. */
export interface VerifierKey {
  name: string
  type: SignatureType
  /** 32 bytes. */
  publicKey: Uint8Array
}

/** One signature line; `keyId` (4 bytes) tells keys of one name apart, and proves nothing. */
export interface NoteSignature {
  name: string
  keyId: Uint8Array
  signature: Uint8Array
}

/** A note that was taken apart; nothing of it is verified. The text ends with a newline. */
export interface Note {
  text: string
  signatures: NoteSignature[]
}

const mostBytes = 1_000_000
const mostSignatures = 100
const dash = '\u2014 '

/** A name that a key may have: no space of any kind, no plus, no control character, not empty. */
export const isKeyName = (name: string): boolean => name.isWellFormed() && /^[^\p{White_Space}\p{Cc}+]+$/u.test(name)

/** The first four bytes of SHA-256(name, newline, type, public key). */
export const keyIdOf = (sha256: Sha256, key: VerifierKey): Uint8Array =>
  sha256(joined(utf8(`${key.name}\n`), Uint8Array.of(key.type), key.publicKey)).slice(0, 4)

/** A key as people pin it: `name+hash+base64`. */
export const printKey = (sha256: Sha256, key: VerifierKey): string =>
  `${key.name}+${hexOf(keyIdOf(sha256, key))}+${base64(joined(Uint8Array.of(key.type), key.publicKey))}`

/** Reads a pinned key; throws `Flawed` unless its hash is that of its name and bytes, so that a typing error is found. */
export const readKey = (sha256: Sha256, text: string): VerifierKey => {
  const [, name = '', material = ''] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(text) ?? []
  const bytes = fromBase64(material)
  const type = Object.values(signatureTypes).find((one) => one === bytes[0])
  if (!isKeyName(name) || type === undefined || bytes.length !== 33) throw malformed('this is no Ed25519 key')
  const key: VerifierKey = { name, type, publicKey: bytes.slice(1) }
  if (printKey(sha256, key) !== text) throw malformed('the key does not fit its own checksum: was it copied whole?')
  return key
}

const readSignature = (line: string): NoteSignature => {
  const [name = '', encoded = '', ...more] = line.slice(dash.length).split(' ')
  if (!line.startsWith(dash) || !isKeyName(name) || more.length > 0) throw malformed('a signature line is malformed')
  const bytes = fromBase64(encoded)
  if (bytes.length < 5) throw malformed('a signature is too short')
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) }
}

/** Takes a note apart, strictly; throws `Flawed`. */
export const readNote = (bytes: Uint8Array): Note => {
  if (bytes.length > mostBytes) throw malformed('the note is too long')
  const whole = textOf(bytes)
  for (let i = 0; i < whole.length; i++)
    if (whole.charCodeAt(i) < 0x20 && whole[i] !== '\n') throw malformed('the note holds a control character')
  const blank = whole.lastIndexOf('\n\n')
  if (blank < 0 || !whole.endsWith('\n') || blank + 2 === whole.length) throw malformed('the note has no signature')
  const lines = whole.slice(blank + 2, -1).split('\n')
  if (lines.length > mostSignatures) throw malformed('the note has too many signatures')
  return { text: whole.slice(0, blank + 1), signatures: lines.map(readSignature) }
}

const isText = (text: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a note may not hold.
  text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text)

/** The exact bytes of a note; throws `Flawed` where there could be none. */
export const printNote = ({ text, signatures }: Note): Uint8Array => {
  if (!isText(text) || signatures.length === 0) throw malformed('this text cannot be signed as a note')
  const lines = signatures.map(({ name, keyId, signature }) => {
    if (!isKeyName(name)) throw malformed('a key of this name cannot sign a note')
    return `${dash}${name} ${base64(joined(keyId, signature))}\n`
  })
  return utf8(`${text}\n${lines.join('')}`)
}

/** The signatures that claim to be of a key. */
export const signaturesOf = (sha256: Sha256, note: Note, key: VerifierKey): NoteSignature[] => {
  const id = keyIdOf(sha256, key)
  return note.signatures.filter(({ name, keyId }) => name === key.name && sameBytes(keyId, id))
}

/** The bytes that an Ed25519 note signature is made over. */
export const noteMessage = (text: string): Uint8Array => utf8(text)

/**
 * Throws `Flawed` unless the note carries a signature of the key, and every signature that claims to be of it verifies.
 * Signatures of other keys are passed over.
 */
export const demandSignature = ({ sha256, verify }: Primitives, note: Note, key: VerifierKey): void => {
  const claimed = key.type === signatureTypes.ed25519 ? signaturesOf(sha256, note, key) : []
  if (claimed.length === 0) throw new Flawed('signature', `it is not signed by the key of ${key.name}`)
  const message = noteMessage(note.text)
  if (!claimed.every(({ signature }) => signature.length === 64 && verify(signature, message, key.publicKey)))
    throw new Flawed('signature', `the signature of ${key.name} does not fit the text`)
}

/** A signature line of a key, from the 64 bytes that signing `noteMessage(text)` gave. */
export const signatureOf = (sha256: Sha256, key: VerifierKey, signature: Uint8Array): NoteSignature => ({
  name: key.name,
  keyId: keyIdOf(sha256, key),
  signature,
})
