import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type BundleParts, sealBundle } from '@gatehouse/shared/audit/bundle'
import { sameBytes, textOf } from '@gatehouse/shared/audit/bytes'
import {
  type Checkpoint,
  openCheckpoint,
  originOf,
  readCheckpointText,
  signCheckpoint,
} from '@gatehouse/shared/audit/checkpoint'
import { fateOf, keyFor, keyOfEpoch, logOf, type Restore, restoreLine, restoresIn } from '@gatehouse/shared/audit/epoch'
import { leafBytes } from '@gatehouse/shared/audit/leaf'
import { readNote, signatureTypes, type VerifierKey } from '@gatehouse/shared/audit/note'
import { treeHasher } from '@gatehouse/shared/audit/tree'
import { verifyConsistency, verifyInclusion } from '@gatehouse/shared/audit/tree-proofs'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { claim, livingOwner } from '../../kernel/database/embedded-owner.ts'
import type { House } from '../../kernel/house.ts'
import { type Epoch, epochsIn } from './epochs.ts'
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

/** The signer's files are older than what it signed: an older `log/` was put back. The log itself need not be altered. */
export class OlderMemory extends Error {
  /** The epoch that the files know, and the one that was signed. */
  readonly epochs: readonly [known: number, signed: number]
  /** What in the files the later epoch does not account for: then one of the two was altered. */
  readonly denied: string | undefined
  constructor(epochs: readonly [known: number, signed: number], denied?: string) {
    const [known, signed] = epochs
    super(
      denied
        ? `the signer remembers what epoch ${signed} of this log does not account for: ${denied}`
        : `the signer's folder is an older one: it knows of epoch ${known} of this log, and epoch ${signed} has been signed; the newest folder has to be put back`,
    )
    this.epochs = epochs
    this.denied = denied
  }
}

/** Throws `OlderMemory` where a checkpoint by the log's key is of an epoch that the signer's files do not know. */
export const demandKnownEpoch = async (
  signer: Pick<Signer, 'keyOf' | 'last'>,
  tree: string,
  checkpoint: Checkpoint,
): Promise<void> => {
  const { name } = signer.keyOf(tree)
  const epochs = [logOf(name).epoch, logOf(checkpoint.origin).epoch] as const
  if (epochs[1] <= epochs[0]) return
  const remembered = await signer.last(tree)
  const fate = remembered && fateOf(restoresIn(checkpoint), { ...remembered, origin: name })
  throw new OlderMemory(epochs, fate?.kind === 'denied' ? fate.because : undefined)
}

/** What was signed last of a tree is written down, and cannot be read, or was not written by this signer. */
export class UnreadableMemory extends Error {}

/**
 * Signs sizes and roots, and nothing that is not a continuation of what it signed before. What it signed last is kept in
 * files of its own, so that whoever changes or restores the database does not change the signer's memory.
 */
export interface Signer {
  /** The key of a log under the name that it has in its present epoch. */
  keyOf(tree: string): VerifierKey
  /** Opens a checkpoint of whatever epoch of this log; throws `Flawed`. */
  open(tree: string, note: Uint8Array): Checkpoint
  /** The epochs of a log after its first; throws `UnreadableMemory`. */
  epochsOf(tree: string): Promise<Epoch[]>
  /** The epoch that was begun and in which nothing is signed yet; throws `UnreadableMemory`. */
  awaited(tree: string): Promise<Epoch | undefined>
  /** Begins an epoch, for ever: what was signed and is not there is lost from then on. The next one that is signed holds its event. */
  begin(tree: string, epoch: Epoch): Promise<void>
  /** Learns from a checkpoint by our key in which epoch a log is of which nothing is remembered; true where it did. */
  recover(tree: string, note: Uint8Array): Promise<boolean>
  /** What was signed last of a tree, or was kept of it in a new epoch, as its files say now; throws `UnreadableMemory`. */
  last(tree: string): Promise<Signed | undefined>
  /** The trees of which something is remembered. */
  known(): Promise<string[]>
  /** True where this process is the one that may sign with this memory: of two in one folder the first that lives. */
  isMine(): Promise<boolean>
  /**
   * The signed checkpoint; throws `NoContinuation`. `proof` leads from the last signed size to this one; the first of an
   * epoch needs to be shown the event that tells of the restore in it.
   */
  sign(tree: string, next: Signed, proof: readonly Uint8Array[], told?: Told): Promise<Uint8Array>
  /** The files of a proof bundle of this tree but its events, sealed: what is signed here can pass for no checkpoint. */
  seal(tree: string, parts: BundleParts): Promise<Map<string, Uint8Array>>
}

/** Where in a tree an event stands, with the proof that it does. */
export interface Told {
  seq: number
  proof: readonly Uint8Array[]
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

/** Whether the event that tells of the restore is in this tree. */
const holds = (tree: string, { size, root }: Signed, { event }: Epoch, told: Told | undefined): boolean => {
  if (!told) return false
  const leaf = leafBytes({ tree: treeName(tree), seq: told.seq, deviceSeq: null, event: event.hash })
  return verifyInclusion(sha256, { index: told.seq, hash: treeHasher(sha256).leaf(leaf) }, { size, root }, told.proof)
}

/** Opens the signer of this house; its memory is in `<dataDir>/log`. */
export const openSigner = async ({ settings, keys }: Pick<House, 'settings' | 'keys'>): Promise<Signer> => {
  const folder = join(settings.dataDir, 'log')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const firstKeyOf = (tree: string): VerifierKey => ({
    name: originOf(keys.serverId, treeName(tree)),
    type: signatureTypes.ed25519,
    publicKey: keys.log.publicKey,
  })
  const recordOf = (tree: string) => epochsIn(folder, treeName(tree), firstKeyOf(tree))
  const keyOf = (tree: string): VerifierKey => keyOfEpoch(firstKeyOf(tree), recordOf(tree).current())
  const pathOf = (tree: string): string => {
    const epoch = recordOf(tree).current()
    return join(folder, `${treeName(tree)}${epoch === 1 ? '' : `.${epoch}`}${ending}`)
  }
  const epochsOf = (tree: string): Promise<Epoch[]> =>
    recordOf(tree)
      .all()
      .catch((error: unknown) => {
        throw new UnreadableMemory('which epoch the log is in cannot be read', { cause: error })
      })
  const awaited = async (tree: string): Promise<Epoch | undefined> =>
    existsSync(pathOf(tree)) ? undefined : (await epochsOf(tree)).at(-1)
  // Read each time: another process may have signed since, and somebody may have taken the file away.
  const last = async (tree: string): Promise<Signed | undefined> => {
    try {
      return openCheckpoint(primitives, await readFile(pathOf(tree)), keyOf(tree)).checkpoint
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return (await awaited(tree))?.kept
      throw new UnreadableMemory('what was signed last cannot be read', { cause: error })
    }
  }
  return {
    keyOf,
    open: (tree, note) => {
      // What our key signed in an epoch that is not known here was signed all the same: then the memory is an older one.
      const origin = textOf(note).split('\n', 1)[0] ?? ''
      return openCheckpoint(primitives, note, keyFor(keyOf(tree), origin)).checkpoint
    },
    epochsOf,
    awaited,
    begin: async (tree, epoch) => {
      const record = recordOf(tree)
      const [before, now] = [await last(tree), record.current()]
      if (
        !before ||
        epoch.epoch !== now + 1 ||
        before.size !== epoch.signed.size ||
        !sameBytes(before.root, epoch.signed.root)
      )
        throw new Error('only what follows what was signed last begins an epoch')
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeDurably(folder, record.pathOf(epoch.epoch), await record.noteOf(epoch, keys.log.sign))
    },
    recover: async (tree, note) => {
      const record = recordOf(tree)
      const { origin } = readCheckpointText(readNote(note).text)
      const key = keyFor(keyOf(tree), origin)
      if (logOf(key.name).epoch <= record.current() || (await last(tree))) return false
      const { checkpoint } = openCheckpoint(primitives, note, key)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Which event told of it is not needed any more: it is in what was signed.
      for (const restore of restoresIn(checkpoint)) {
        const epoch = { ...restore, event: { id: '-', hash: restore.signed.root } }
        await writeDurably(folder, record.pathOf(epoch.epoch), await record.noteOf(epoch, keys.log.sign))
      }
      await writeDurably(folder, pathOf(tree), note)
      return true
    },
    last,
    seal: (tree, parts) => sealBundle(sha256, parts, keyOf(tree), keys.log.sign),
    known: async () => {
      const names = await readdir(folder).catch(() => [])
      const trees = names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length))
      return [...new Set(trees.map((name) => treeNamed(name.replace(/\.\d+$/, ''))))]
    },
    isMine: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if ((await livingOwner(folder)) !== process.pid) await claim(folder).catch(() => undefined)
      return (await livingOwner(folder)) === process.pid
    },
    sign: async (tree, next, proof, told) => {
      const before = await last(tree)
      if (before) demandContinuation(before, next, proof)
      const begun = await awaited(tree)
      if (begun && !holds(tree, next, begun, told))
        throw new Error('the event that tells of the restore is not in the log yet')
      const key = keyOf(tree)
      const restores: Restore[] = await epochsOf(tree)
      const extensions = restores.map(restoreLine)
      const checkpoint = {
        ...{ origin: key.name, size: next.size, root: next.root },
        ...(extensions.length > 0 && { extensions }),
      }
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
