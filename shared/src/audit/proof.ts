import { base64, fromBase64, textOf, utf8 } from './bytes.ts'
import { openCheckpoint } from './checkpoint.ts'
import { Flawed, malformed } from './flawed.ts'
import type { VerifierKey } from './note.ts'
import type { Primitives } from './primitives.ts'
import { hashLength, treeHasher } from './tree.ts'
import { verifyInclusion } from './tree-proofs.ts'

/** Proofs of one entry as text, https://c2sp.org/tlog-proof. */

/** An entry's place, what its hash needs to give the root, and the checkpoint that signs the root. */
export interface TlogProof {
  index: number
  /** RFC 6962 section 2.1.1, the leaf's sibling first. */
  hashes: readonly Uint8Array[]
  /** The signed note, byte for byte. */
  checkpoint: Uint8Array
  /** Means what the reader makes of it: nothing vouches for it. */
  extra?: Uint8Array
}

const firstLine = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 leaves is no deeper. */
const mostHashes = 63

/** The bytes of a `.tlog-proof` file. */
export const printProof = ({ index, hashes, checkpoint, extra }: TlogProof): Uint8Array => {
  if (!Number.isSafeInteger(index) || index < 0) throw malformed('this is no index')
  const lines = [firstLine, ...(extra ? [`extra ${base64(extra)}`] : []), `index ${index}`, ...hashes.map(base64)]
  return utf8(`${lines.join('\n')}\n\n${textOf(checkpoint)}`)
}

/** Reads a `.tlog-proof` file strictly; throws `Flawed`. Verifies nothing. */
export const readProof = (bytes: Uint8Array): TlogProof => {
  const whole = textOf(bytes)
  const blank = whole.indexOf('\n\n')
  if (blank < 0) throw malformed('the proof holds no checkpoint')
  const [first, ...rest] = whole.slice(0, blank).split('\n')
  if (first !== firstLine) throw malformed(`the proof does not begin with ${firstLine}`)
  const extra = rest[0]?.startsWith('extra ') ? fromBase64((rest.shift() as string).slice(6)) : undefined
  const index = /^index (0|[1-9]\d*)$/.exec(rest.shift() ?? '')?.[1]
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw malformed('the proof names no index')
  if (rest.length > mostHashes) throw malformed('the proof is longer than any tree is deep')
  const hashes = rest.map(fromBase64)
  if (hashes.some(({ length }) => length !== hashLength)) throw malformed('a line of the proof is no hash')
  return { index: Number(index), hashes, checkpoint: utf8(whole.slice(blank + 2)), ...(extra && { extra }) }
}

/** Whether a leaf (its bytes, not its hash) stands in the tree of the pinned key, where the proof says; throws `Flawed`. */
export const demandProof = (primitives: Primitives, leaf: Uint8Array, proof: TlogProof, key: VerifierKey): void => {
  const { checkpoint } = openCheckpoint(primitives, proof.checkpoint, key)
  const hash = treeHasher(primitives.sha256).leaf(leaf)
  if (!verifyInclusion(primitives.sha256, { index: proof.index, hash }, checkpoint, proof.hashes))
    throw new Flawed('malformed', 'the entry and the proof do not give the root of the checkpoint')
}
