import { sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { frontierAt, rootOf } from '@gatehouse/shared/audit/tree'
import { proveConsistency, proveInclusion } from '@gatehouse/shared/audit/tree-proofs'
import { and, eq, lt, sql } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditCheckpoint, auditEvent, auditLeaf } from '../../kernel/audit/tables.ts'
import { seconds } from '../../kernel/clock.ts'
import { isUnavailable, type Tx } from '../../kernel/database/connect.ts'
import type { House, Job } from '../../kernel/house.ts'
import { type FoundFault, reportFaults } from '../integrity/door.ts'
import { newestCheckpoint } from './newest.ts'
import {
  demandContinuation,
  demandKnownEpoch,
  NoContinuation,
  noContinuation,
  noteText,
  OlderMemory,
  openSigner,
  type Signed,
  type Signer,
  type Told,
  UnreadableMemory,
} from './signer.ts'
import { frontierOf, LostNode, nodesIn, treeName } from './trees.ts'

/** Any fixed number: whoever holds this lock may sign until his transaction ends, over all instances. */
export const signerLock = '5530928817340913'

const signers = new WeakMap<House['bus'], Promise<Signer>>()

/** The signer of this house. */
export const signerOf = (house: House): Promise<Signer> => {
  const signer = signers.get(house.bus) ?? openSigner(house)
  signers.set(house.bus, signer)
  return signer
}

/** The newest checkpoint in the database is not by this signer's key. */
class ForeignCheckpoint extends Error {}

/** The newest checkpoint that is stored of a tree, where this signer signed it; throws `ForeignCheckpoint`, `OlderMemory`. */
const newestStored = async (tx: Tx, signer: Signer, tree: string): Promise<Signed | undefined> => {
  const row = await newestCheckpoint(tx, tree)
  if (!row) return undefined
  try {
    const checkpoint = signer.open(tree, utf8(row.note))
    await demandKnownEpoch(signer, tree, checkpoint)
    return checkpoint
  } catch (error) {
    if (!(error instanceof Flawed)) throw error
    throw new ForeignCheckpoint('the newest checkpoint in the database is not one that this signer signed')
  }
}

const unlessFlawed = (error: unknown): void => {
  if (!(error instanceof Flawed)) throw error
}

/** What a tree must continue: what is remembered, and what is stored; `gone` where only the database remembers. */
const basesOf = async (tx: Tx, signer: Signer, tree: string): Promise<{ bases: Signed[]; gone: boolean }> => {
  const remembered = await signer.last(tree)
  try {
    const newest = remembered ? undefined : await newestCheckpoint(tx, tree)
    if (newest) await signer.recover(tree, utf8(newest.note)).catch(unlessFlawed)
    const stored = await newestStored(tx, signer, tree)
    return { bases: [remembered, stored].filter((one) => one !== undefined), gone: !remembered && stored !== undefined }
  } catch (error) {
    // A memory is worth more than a row that somebody changed; without one nothing says what this tree was.
    if (remembered && error instanceof ForeignCheckpoint) return { bases: [remembered], gone: false }
    throw error
  }
}

/** Where an event stands in a tree of `size` entries, with the proof; `undefined` where it is not in it. */
const placeOf = async (tx: Tx, tree: string, eventId: string, size: number): Promise<Told | undefined> => {
  const [row] = await tx
    .select({ seq: auditLeaf.seq })
    .from(auditLeaf)
    .where(and(eq(auditLeaf.tree, tree), eq(auditLeaf.eventId, eventId), lt(auditLeaf.seq, size)))
  return row && { seq: row.seq, proof: await proveInclusion(sha256, nodesIn(tx, tree), row.seq, size) }
}

/** Whether an event is there, whether it has its place yet or not. */
export const isWritten = async (db: Tx, eventId: string): Promise<boolean> =>
  (await db.select({ id: auditEvent.id }).from(auditEvent).where(eq(auditEvent.id, eventId))).length > 0

/**
 * Signs the present size of a tree, where it is another than the one signed last; throws `NoContinuation`. `unsigned`
 * where another instance signs at this moment. `memoryGone` where only the database knew what had been signed before.
 */
export const checkpointTree = async (
  house: House,
  tree: string,
): Promise<{ outcome: 'signed' | 'unsigned'; memoryGone: boolean }> => {
  const signer = await signerOf(house)
  if (!(await signer.isMine())) return { outcome: 'unsigned', memoryGone: false }
  return house.db.transaction(async (tx) => {
    const [lock] = await tx.execute<{ mine: boolean }>(
      sql`select pg_try_advisory_xact_lock(${signerLock}::bigint) as mine`,
    )
    if (!lock?.mine) return { outcome: 'unsigned', memoryGone: false }
    const { bases, gone } = await basesOf(tx, signer, tree)
    const frontier = await frontierOf(tx, tree)
    const next = { size: frontier.size, root: rootOf(sha256, frontier) }
    const proofFrom = (before: Signed) =>
      before.size < next.size ? proveConsistency(sha256, nodesIn(tx, tree), before.size, next.size) : []
    for (const base of bases) demandContinuation(base, next, await proofFrom(base))
    if (next.size === 0) return { outcome: 'unsigned', memoryGone: false }
    const remembered = await signer.last(tree)
    const begun = await signer.awaited(tree)
    const told = begun && (await placeOf(tx, tree, begun.event.id, next.size))
    if (begun && !told) {
      if (!(await isWritten(tx, begun.event.id)))
        throw new NoContinuation(
          begun.kept.size,
          `what was written down of the restore that began epoch ${begun.epoch} is not there any more`,
        )
      // The event that tells of the restore has no place yet: until then nothing of the new epoch is signed.
      return { outcome: 'unsigned', memoryGone: gone }
    }
    const note = await signer.sign(tree, next, remembered ? await proofFrom(remembered) : [], told)
    await tx
      .insert(auditCheckpoint)
      .values({ tree, size: next.size, note: noteText(note), at: house.clock.now() })
      .onConflictDoNothing()
    return { outcome: 'signed', memoryGone: gone }
  })
}

/** So many trees are signed in one go, at least; of more, a tenth: each signature is written to the disk. */
const someTrees = 25

/** A tree that was signed rests for so long, so that a busy one has thousands of checkpoints a day and no tens of thousands. */
export const restsFor = seconds(10)

/** Trees that have grown since their newest checkpoint, and rested, by chance: those that cannot be signed keep no other waiting. */
const grownTrees = async (house: House): Promise<string[]> => {
  const rows = await house.db.execute<{ tree: string }>(sql`
    select tree from audit_tree left join lateral (
      select size, at from audit_checkpoint where audit_checkpoint.tree = audit_tree.tree order by size desc limit 1
    ) newest on true
    where audit_tree.size > coalesce(newest.size, 0)
      and (newest.at is null or abs(${house.clock.now()} - newest.at) >= ${restsFor}) order by random()`)
  return rows.slice(0, Math.max(someTrees, Math.ceil(rows.length / 10))).map(({ tree }) => tree)
}

/** What of a refusal is a fault of the log; `undefined` where it is none, but a trouble of the moment. */
const faultIn = (tree: string, error: unknown): FoundFault | undefined => {
  const fault = { tree, seq: null, foundBy: 'signer' } as const
  if (error instanceof NoContinuation || error instanceof ForeignCheckpoint || error instanceof OlderMemory)
    return { ...fault, says: error.message }
  if (error instanceof UnreadableMemory) return { ...fault, says: "the signer's memory of it cannot be read" }
  if (error instanceof LostNode) return { ...fault, seq: error.firstEntry, says: error.says }
  return undefined
}

/** Does `look` for each tree; what is a fault of the log is given, and keeps nothing from the others. */
const faultsAmong = async (
  house: House,
  trees: readonly string[],
  look: (tree: string) => Promise<FoundFault | undefined>,
): Promise<FoundFault[]> => {
  const found: FoundFault[] = []
  for (const tree of trees) {
    const fault = await look(tree).catch((error: unknown) => {
      // The database is away, or we are closing: so it would be with all the others.
      if (isUnavailable(error)) throw error
      const one = faultIn(tree, error)
      if (!one) house.log.error({ err: error, tree: treeName(tree) }, 'a checkpoint could not be made')
      return one
    })
    if (fault) found.push(fault)
  }
  return found
}

/** A tree beside what is remembered of it. */
export interface Compared {
  remembered: Signed
  /** Entries that are there. */
  size: number
  /** True where it continues what is remembered. */
  whole: boolean
}

/** Compares a tree with what is remembered of it; `undefined` where nothing is. */
export const compareMemory = async (db: Tx, signer: Signer, tree: string): Promise<Compared | undefined> => {
  const remembered = await signer.last(tree)
  if (!remembered) return undefined
  const { size } = await frontierOf(db, tree)
  if (size < remembered.size) return { remembered, size, whole: false }
  const root = rootOf(sha256, await frontierAt(nodesIn(db, tree), remembered.size))
  return { remembered, size, whole: sameBytes(root, remembered.root) }
}

/** What the signer's files do not know of a log, though its key signed it; `undefined` where they are the newest. */
export const olderMemory = async (db: Tx, signer: Signer, tree: string): Promise<OlderMemory | undefined> => {
  try {
    await newestStored(db, signer, tree)
    return undefined
  } catch (error) {
    if (error instanceof OlderMemory) return error
    if (error instanceof ForeignCheckpoint) return undefined
    throw error
  }
}

/** Demands that a tree continues what is remembered of it; throws `NoContinuation`, `OlderMemory`. */
const demandMemory = async (house: House, signer: Signer, tree: string): Promise<undefined> => {
  const older = await olderMemory(house.db, signer, tree)
  // What a later epoch has lost is no fault of the log: the memory is.
  if (older) throw older
  const { remembered, size, whole = true } = (await compareMemory(house.db, signer, tree)) ?? {}
  if (remembered && !whole) throw noContinuation(remembered, size ?? 0)
}

/**
 * Signs these trees as they are now, whether they have rested or not: for whoever needs a checkpoint at once. One that is no
 * continuation of what was signed stays unsigned, and that is told.
 */
export const signTrees = async (house: House, trees: readonly string[]): Promise<void> => {
  const found = await faultsAmong(house, trees, async (tree) => {
    const { memoryGone } = await checkpointTree(house, tree)
    return memoryGone
      ? {
          tree,
          seq: null,
          foundBy: 'signer',
          says: "the signer's memory of it is gone; it went on from the newest checkpoint in the database",
        }
      : undefined
  })
  await reportFaults(house, found)
}

/** Houses whose trees were compared with the signer's memory since they opened. */
const compared = new WeakSet<House['bus']>()

/**
 * Signs what has grown, each tree every ten seconds at most. Of all that is
 * remembered the first run looks whether it is there: a database from yesterday is found before anything grows.
 */
export const signCheckpoints: Job = {
  name: 'checkpoints',
  everySeconds: 2,
  run: async (house) => {
    const found: FoundFault[] = []
    if (!compared.has(house.bus)) {
      const signer = await signerOf(house)
      found.push(...(await faultsAmong(house, await signer.known(), (tree) => demandMemory(house, signer, tree))))
      compared.add(house.bus)
    }
    await reportFaults(house, found)
    await signTrees(house, await grownTrees(house))
  },
}
