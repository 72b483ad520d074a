import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { textOf } from '@gatehouse/shared/audit/bytes'
import { type Checkpoint, openCheckpoint, originOf, signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { signatureTypes, type VerifierKey } from '@gatehouse/shared/audit/note'
import { verifyConsistency } from '@gatehouse/shared/audit/tree-proofs'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import type { House } from '../../kernel/house.ts'
import { treeName } from './trees.ts'

/** A size and root of a tree that the signer has put its name under. */
export type Signed = Pick<Checkpoint, 'size' | 'root'>

/** The tree is not a continuation of the one that was signed before. */
export class NoContinuation extends Error {
  /** The size that was signed before: the fault is at or before it. */
  readonly signedSize: number
  constructor(signedSize: number, message: string) {
    super(message)
    this.signedSize = signedSize
  }
}

/**
 * Signs sizes and roots, and nothing that is not a continuation of what it signed before. What it signed last is kept in
 * files of its own, so that whoever changes or restores the database does not change the signer's memory.
 */
export interface Signer {
  keyOf(tree: string): VerifierKey
  /** What was signed last of a tree. */
  last(tree: string): Promise<Signed | undefined>
  /** The signed checkpoint; throws `NoContinuation`. `proof` leads from the last signed size to this one. */
  sign(tree: string, next: Signed, proof: readonly Uint8Array[]): Promise<Uint8Array>
}

const writeDurably = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

/** Opens the signer of this house; its memory is in `<dataDir>/log`. */
export const openSigner = async ({ settings, keys }: Pick<House, 'settings' | 'keys'>): Promise<Signer> => {
  const folder = join(settings.dataDir, 'log')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const remembered = new Map<string, Signed>()
  const keyOf = (tree: string): VerifierKey => ({
    name: originOf(keys.serverId, treeName(tree)),
    type: signatureTypes.ed25519,
    publicKey: keys.log.publicKey,
  })
  const pathOf = (tree: string): string => join(folder, `${treeName(tree)}.checkpoint`)
  const last = async (tree: string): Promise<Signed | undefined> => {
    const known = remembered.get(tree)
    if (known) return known
    try {
      const { checkpoint } = openCheckpoint(primitives, await readFile(pathOf(tree)), keyOf(tree))
      remembered.set(tree, checkpoint)
      return checkpoint
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    keyOf,
    last,
    sign: async (tree, next, proof) => {
      const before = await last(tree)
      if (before && before.size > next.size)
        throw new NoContinuation(before.size, `it had ${before.size} events, and now has ${next.size}`)
      if (before && !verifyConsistency(sha256, before, next, proof))
        throw new NoContinuation(before.size, `something among its first ${before.size} events is not what it was`)
      const key = keyOf(tree)
      const checkpoint = { origin: key.name, size: next.size, root: next.root }
      const note = await signCheckpoint(sha256, checkpoint, key, keys.log.sign)
      // Remembered before anybody sees it: what is out in the world is never forgotten.
      await writeDurably(pathOf(tree), note)
      remembered.set(tree, checkpoint)
      return note
    },
  }
}

/** A checkpoint as text, for a column and for people. */
export const noteText = (note: Uint8Array): string => textOf(note)
