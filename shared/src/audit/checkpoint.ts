import { base64, fromBase64, joined, utf8 } from './bytes.ts'
import { logOf, restoresIn } from './epoch.ts'
import { Flawed, malformed } from './flawed.ts'
import {
  demandSignature,
  isKeyName,
  type Note,
  noteMessage,
  printNote,
  readNote,
  signatureOf,
  signaturesOf,
  signatureTypes,
  type VerifierKey,
} from './note.ts'
import type { Primitives, Sha256, Sign } from './primitives.ts'
import { hashLength } from './tree.ts'

/** Checkpoints, https://c2sp.org/tlog-checkpoint: the signed size and root of one customer's tree. */

/** What a checkpoint says. */
export interface Checkpoint {
  /** Whose tree it is: `<server id>/audit/<customer id>`, and in later epochs `/<epoch>` behind it. */
  origin: string
  size: number
  /** 32 bytes. */
  root: Uint8Array
  /** In later epochs what was lost by restores, see `epoch.ts`; otherwise they mean nothing here, and ours have none. */
  extensions?: readonly string[]
}

/** The id of the tree of what is of no customer. */
export const makersTree = 'maker'

/** Ids of trees need no escaping anywhere: not in JSON, not in an origin. */
export const isTreeId = (id: string): boolean => /^[A-Za-z0-9._-]{1,64}$/.test(id)

/** The name of a tree in its checkpoints and of the key that signs them; `tree` is a customer's id, or `makersTree`. */
export const originOf = (serverId: string, tree: string): string => {
  const origin = `${serverId}/audit/${tree}`
  if (!isTreeId(tree) || !isKeyName(serverId)) throw malformed('this cannot be the name of a tree')
  return origin
}

/** True for the origin of a log of ours; checkpoints can be those of other people's logs. */
const isOrigin = (origin: string): boolean => /\/audit\//.test(origin)

/** The id of the tree that an origin names, in whatever epoch; throws `Flawed` where it is not one of ours. */
export const treeOf = (origin: string): string => logOf(origin).tree

const printed = ({ origin, size, root, extensions = [] }: Checkpoint): string =>
  [origin, String(size), base64(root), ...extensions].map((line) => `${line}\n`).join('')

/** The text that is signed; throws `Flawed` where a line is empty or holds a newline, or size or root are none. */
export const checkpointText = (checkpoint: Checkpoint): string => {
  const text = printed(checkpoint)
  readCheckpointText(text)
  const { extensions = [] } = checkpoint
  if (text.split('\n').length !== 4 + extensions.length) throw malformed('a line of the checkpoint holds a newline')
  return text
}

/** Reads the text of a checkpoint strictly: there is one spelling of each; throws `Flawed`. */
export const readCheckpointText = (text: string): Checkpoint => {
  const lines = text.split('\n')
  const [origin = '', size = '', root = '', ...extensions] = lines.slice(0, -1)
  if (lines.at(-1) !== '' || lines.length < 4 || [origin, ...extensions].includes(''))
    throw malformed('the checkpoint is not of at least three lines')
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw malformed('the size in the checkpoint is no number')
  const hash = fromBase64(root)
  if (hash.length !== hashLength) throw malformed('the root in the checkpoint is no hash')
  return { origin, size: Number(size), root: hash, ...(extensions.length > 0 && { extensions }) }
}

/** Signs a checkpoint with the key of its tree, whose name is its origin; gives the note's bytes. */
export const signCheckpoint = async (
  sha256: Sha256,
  checkpoint: Checkpoint,
  key: VerifierKey,
  sign: Sign,
): Promise<Uint8Array> => {
  const text = checkpointText(checkpoint)
  if (key.name !== checkpoint.origin) throw new Flawed('origin', `the key of ${key.name} signs no other tree`)
  return printNote({ text, signatures: [signatureOf(sha256, key, await sign(noteMessage(text)))] })
}

/**
 * Reads a checkpoint that must be signed by a pinned key and be of the tree that the key is named after. A checkpoint of
 * another customer or server is refused by name, before any signature is looked at. Throws `Flawed`.
 */
export const openCheckpoint = (
  primitives: Primitives,
  bytes: Uint8Array,
  key: VerifierKey,
): { checkpoint: Checkpoint; note: Note } => {
  const note = readNote(bytes)
  const checkpoint = readCheckpointText(note.text)
  if (checkpoint.origin !== key.name)
    throw new Flawed('origin', `it is a checkpoint of ${checkpoint.origin}, and the key is that of ${key.name}`)
  demandSignature(primitives, note, key)
  if (isOrigin(key.name)) restoresIn(checkpoint)
  return { checkpoint, note }
}

/** What a witness signs, c2sp.org/tlog-cosignature: “at this time (seconds) this was the largest tree I had seen”. */
const cosignedMessage = (seconds: number, text: string): Uint8Array => utf8(`cosignature/v1\ntime ${seconds}\n${text}`)

const mostSeconds = Number.MAX_SAFE_INTEGER

/** Adds a witness's signature with its time (whole seconds since the epoch) to a checkpoint that it found consistent. */
export const cosign = async (
  sha256: Sha256,
  note: Note,
  witness: VerifierKey,
  seconds: number,
  sign: Sign,
): Promise<Note> => {
  if (witness.type !== signatureTypes.cosignature) throw malformed('this key signs no checkpoints of others')
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw malformed('this is no time')
  const time = new Uint8Array(8)
  new DataView(time.buffer).setBigUint64(0, BigInt(seconds))
  const signature = joined(time, await sign(cosignedMessage(seconds, note.text)))
  return { ...note, signatures: [...note.signatures, signatureOf(sha256, witness, signature)] }
}

/** When a witness cosigned (seconds since the epoch), its latest word; throws `Flawed` unless all it signed verifies. */
export const cosignedAt = ({ sha256, verify }: Primitives, note: Note, witness: VerifierKey): number => {
  const claimed = witness.type === signatureTypes.cosignature ? signaturesOf(sha256, note, witness) : []
  if (claimed.length === 0) throw new Flawed('signature', `${witness.name} has not cosigned it`)
  const times = claimed.map(({ signature }) => {
    if (signature.length !== 72) throw malformed('a cosignature has another length')
    const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
    const fits =
      seconds <= BigInt(mostSeconds) &&
      verify(signature.slice(8), cosignedMessage(Number(seconds), note.text), witness.publicKey)
    if (!fits) throw new Flawed('signature', `the cosignature of ${witness.name} does not fit the checkpoint`)
    return Number(seconds)
  })
  return Math.max(...times)
}
