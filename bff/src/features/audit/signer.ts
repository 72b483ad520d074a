import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type BundleParts, sealBundle } from '@gatehouse/shared/audit/bundle'
import { textOf } from '@gatehouse/shared/audit/bytes'
import { type Checkpoint, openCheckpoint, originOf, signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { signatureTypes, type VerifierKey } from '@gatehouse/shared/audit/note'
import { verifyConsistency } from '@gatehouse/shared/audit/tree-proofs'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { claim, livingOwner } from '../../kernel/database/embedded-owner.ts'
import type { House } from '../../kernel/house.ts'
import { treeName, treeNamed } from './trees.ts'

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

/** What was signed last of a tree is written down, and cannot be read, or was not written by this signer. */
export class UnreadableMemory extends Error {}

/**
 * Signs sizes and roots, and nothing that is not a continuation of what it signed before. What it signed last is kept in
 * files of its own, so that whoever changes or restores the database does not change the signer's memory.
 */
export interface Signer {
  keyOf(tree: string): VerifierKey
  /** What was signed last of a tree, as its file says now; throws `UnreadableMemory`. */
  last(tree: string): Promise<Signed | undefined>
  /** The trees of which something is remembered. */
  known(): Promise<string[]>
  /** True where this process is the one that may sign with this memory: of two in one folder the first that lives. */
  isMine(): Promise<boolean>
  /** The signed checkpoint; throws `NoContinuation`. `proof` leads from the last signed size to this one. */
  sign(tree: string, next: Signed, proof: readonly Uint8Array[]): Promise<Uint8Array>
  /** The files of a proof bundle of this tree but its events, sealed: what is signed here can pass for no checkpoint. */
  seal(tree: string, parts: BundleParts): Promise<Map<string, Uint8Array>>
}

const writeDurably = async (folder: string, path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  // The name is durable when its folder is.
  const named = await open(folder, 'r')
  try {
    await named.sync()
  } finally {
    await named.close()
  }
}

const ending = '.checkpoint'

/** A tree of `size` entries does not continue what was signed. */
export const noContinuation = (before: Signed, size: number): NoContinuation =>
  new NoContinuation(
    before.size,
    before.size > size
      ? `${before.size} entries were signed, and only ${size} are there`
      : `among its first ${before.size} entries something is not what was signed`,
  )

/** Demands that `next` continues what was signed; throws `NoContinuation`. */
export const demandContinuation = (before: Signed, next: Signed, proof: readonly Uint8Array[]): void => {
  if (before.size > next.size || !verifyConsistency(sha256, before, next, proof))
    throw noContinuation(before, next.size)
}

/** Opens the signer of this house; its memory is in `<dataDir>/log`. */
export const openSigner = async ({ settings, keys }: Pick<House, 'settings' | 'keys'>): Promise<Signer> => {
  const folder = join(settings.dataDir, 'log')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keyOf = (tree: string): VerifierKey => ({
    name: originOf(keys.serverId, treeName(tree)),
    type: signatureTypes.ed25519,
    publicKey: keys.log.publicKey,
  })
  const pathOf = (tree: string): string => join(folder, `${treeName(tree)}${ending}`)
  // Read each time: another process may have signed since, and somebody may have taken the file away.
  const last = async (tree: string): Promise<Signed | undefined> => {
    try {
      return openCheckpoint(primitives, await readFile(pathOf(tree)), keyOf(tree)).checkpoint
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new UnreadableMemory('what was signed last cannot be read', { cause: error })
    }
  }
  return {
    keyOf,
    last,
    seal: (tree, parts) => sealBundle(sha256, parts, keyOf(tree), keys.log.sign),
    known: async () => {
      const names = await readdir(folder).catch(() => [])
      return names.filter((name) => name.endsWith(ending)).map((name) => treeNamed(name.slice(0, -ending.length)))
    },
    isMine: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if ((await livingOwner(folder)) !== process.pid) await claim(folder).catch(() => undefined)
      return (await livingOwner(folder)) === process.pid
    },
    sign: async (tree, next, proof) => {
      const before = await last(tree)
      if (before) demandContinuation(before, next, proof)
      const key = keyOf(tree)
      const checkpoint = { origin: key.name, size: next.size, root: next.root }
      const note = await signCheckpoint(sha256, checkpoint, key, keys.log.sign)
      // Remembered before anybody sees it: what is out in the world is never forgotten.
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeDurably(folder, pathOf(tree), note)
      return note
    },
  }
}

/** A checkpoint as text, for a column and for people. */
export const noteText = (note: Uint8Array): string => textOf(note)
