import { setImmediate as breathe } from 'node:timers/promises'
import { sameBytes } from '@gatehouse/shared/audit/bytes'
import { append, emptyTree, type Frontier, rootOf, type TreeNode } from '@gatehouse/shared/audit/tree'
import { eq } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditTree } from '../../kernel/audit/tables.ts'
import { isUnavailable } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import { entryHash, olderMemory, signerOf, UnreadableMemory } from '../audit/door.ts'
import { erasureChecker } from '../erasures/door.ts'
import { type EntryRow, entriesFrom, whyEventDiffers, whySearchMisses } from './entry.ts'
import { kindOf } from './faults.ts'
import { needlessNodes, wrongNodes } from './nodes.ts'
import { eventlessWaiting, eventlessWords, placelessEvents } from './placeless.ts'
import { largestSigned, type SignedRoot, signedRoots } from './signed-roots.ts'

/** Something that is not as it was written; `seq` is the entry's number in the tree, where it is about one. */
export interface Fault {
  seq: number | null
  says: string
}

/** What came of making a tree again from its events. */
export interface TreeCheck {
  size: number
  faults: Fault[]
  /** What the events make. */
  root: Uint8Array
  /** The largest signed size whose root is that of the events; `null` where none is. */
  comparedSize: number | null
}

/** Entries that are read in one go. */
const page = 2_000

/** Of these so many are made again before others have their turn. */
const inOneGo = 50

/** Faults that are told of one tree, at most: who changed everything is told so by the first. */
const mostFaults = 100

/** A check that came to no end, with what it had found until then and that it did not. */
export class Unchecked extends Error {
  readonly faults: readonly Fault[]
  constructor(found: readonly Fault[], cause: unknown) {
    super('a log could not be checked to its end', { cause })
    this.faults = [...found, { seq: null, says: 'something that stands in it keeps it from being checked to its end' }]
  }
}

/** When an event says it happened, where that is a time. */
const momentSaid = (at: number): string => (Number.isNaN(new Date(at).getTime()) ? 'no time' : moment(at, null))

/** What `checkTree` does; what it finds is in `faults` as soon as it is found. */
const compareAll = async (
  house: House,
  tree: string,
  faults: Fault[],
  progress: (done: number, of: number) => Promise<unknown>,
): Promise<Omit<TreeCheck, 'faults'>> => {
  const { db } = house
  const told = new Set<string>()
  const fault = (seq: number | null, says: string) => {
    // Every checkpoint behind a change says of it what the first one says.
    const same = `${seq} ${kindOf(says)}`
    if (faults.length >= mostFaults || told.has(same)) return
    told.add(same)
    faults.push({ seq, says })
  }
  const notSigned = ({ size }: SignedRoot) =>
    fault(size - 1, `the checkpoint of ${size} entries is not one that was signed`)
  const signer = await signerOf(house)
  const remembered = await signer.last(tree).catch((error: unknown) => {
    if (!(error instanceof UnreadableMemory)) throw error
    fault(null, "the signer's memory of it cannot be read")
    return undefined
  })
  const older = await olderMemory(db, signer, tree)
  if (older) fault(null, older.message)
  const upTo = await largestSigned(db, tree)

  // Read last: whatever was signed until here is within it, and what is added from here on is looked at the next time.
  const [row] = await db.select({ size: auditTree.size }).from(auditTree).where(eq(auditTree.tree, tree))
  const size = row?.size ?? 0
  let frontier: Frontier = emptyTree
  const devices = new Map<string, number>()
  const mayMiss = erasureChecker(db)
  const hashOf = (row: EntryRow, seq: number, erased: ReadonlySet<string> | undefined): Uint8Array => {
    const why = whyEventDiffers(row, erased) ?? whySearchMisses(row)
    if (why) fault(seq, why)
    const expected = row.device_id === null ? null : (devices.get(row.device_id) ?? 0)
    const stored = row.device_seq === null ? null : Number(row.device_seq)
    if (expected !== stored) fault(seq, 'an event of its device is missing before it')
    // With what can be no number of an event it was not made.
    const deviceSeq = stored === null || (Number.isSafeInteger(stored) && stored >= 0) ? stored : expected
    if (row.device_id !== null) devices.set(row.device_id, (deviceSeq ?? 0) + 1)
    const event = sha256(row.canonical ?? new Uint8Array(0))
    const hash = entryHash({ tree, seq, deviceSeq, event })
    if (!row.leaf_hash || !sameBytes(row.leaf_hash, hash))
      fault(seq, 'it is not what its entry in the tree was made of')
    return hash
  }
  const hashesOf = async (rows: readonly EntryRow[]): Promise<Uint8Array[]> => {
    const erased = await mayMiss(rows.map(({ event_id }) => event_id))
    const hashes: Uint8Array[] = []
    for (const row of rows) {
      if (hashes.length % inOneGo === 0) await breathe()
      hashes.push(hashOf(row, frontier.size + hashes.length, erased.get(row.event_id)))
    }
    return hashes
  }
  const signed = signedRoots(db, tree, {
    open: (note) => signer.open(tree, note),
    upTo,
    remembered: older ? undefined : remembered,
  })
  let next = await signed.next()
  // What was signed and is as it was signed: the change is behind it, and the number of it stays as the log grows.
  let sound: number | null = null
  /** Compares what was signed of so many entries with what they make. */
  const compareRoot = async () => {
    const root = rootOf(sha256, frontier)
    let same: boolean | undefined
    for (; !next.done && next.value.size === frontier.size; next = await signed.next()) {
      const one = next.value
      if (!one.root) notSigned(one)
      else if (sameBytes(one.root, root)) same ??= true
      else {
        same = false
        fault(
          sound ?? 0,
          `from here on something changed: ${one.by} another root for the first ${frontier.size} entries`,
        )
      }
    }
    if (same) sound = frontier.size
  }

  for (;;) {
    const rows = await entriesFrom(db, tree, { from: frontier.size, to: size, most: page })
    const gap = rows.findIndex((row, at) => Number(row.seq) !== frontier.size + at)
    const whole = gap === -1 ? rows : rows.slice(0, gap)
    const hashes = await hashesOf(whole)
    const nodes: TreeNode[] = []
    for (let at = 0; at < hashes.length; ) {
      // Up to the next size of which a root was signed.
      const to = next.done ? hashes.length : Math.min(hashes.length, at + next.value.size - frontier.size)
      const done = append(sha256, frontier, hashes.slice(at, to))
      frontier = done.frontier
      nodes.push(...done.nodes)
      at = to
      await compareRoot()
    }
    const wrong = (await wrongNodes(db, tree, nodes)).filter(({ level }) => level > 0)
    for (const { level, index } of wrong)
      fault(
        index * 2 ** level,
        `the node over entries ${index * 2 ** level + 1} to ${(index + 1) * 2 ** level} is not what they make`,
      )
    if (gap !== -1) {
      fault(frontier.size, 'the entry is missing')
      break
    }
    await progress(frontier.size, size)
    if (rows.length < page) break
  }

  if (size !== frontier.size) fault(frontier.size, `the tree has ${size} entries, and ${frontier.size} are there`)
  const needless = await needlessNodes(db, tree)
  if (needless > 0) fault(null, `${needless} nodes stand in the tree that nothing makes`)
  for (; !next.done && faults.length < mostFaults; next = await signed.next()) {
    const one = next.value
    if (!one.root) notSigned(one)
    else
      fault(sound ?? 0, `from here on something is gone: ${one.by} ${one.size} entries, and ${frontier.size} are there`)
    await progress(frontier.size, size)
  }
  for await (const some of placelessEvents(db, tree)) {
    for (const { id, at, event } of some)
      fault(null, `the event has no place in the log: ${event} of ${momentSaid(at)} (${id})`)
    if (faults.length >= mostFaults) break
    await progress(frontier.size, size)
  }
  for (const id of await eventlessWaiting(db, tree)) fault(null, `an event that waited for its place is gone (${id})`)
  // Words are of no tree: the maker's people look after them.
  if (tree === theMakerItself)
    for await (const ids of eventlessWords(db)) {
      for (const id of ids) fault(null, `words stand there that belong to no event (${id})`)
      if (faults.length >= mostFaults) break
      await progress(frontier.size, size)
    }
  return { size: frontier.size, root: rootOf(sha256, frontier), comparedSize: sound }
}

/**
 * Makes a tree again from the events themselves, and compares all that is stored with it: entries, columns, words, nodes,
 * size, checkpoints, what the signer remembers outside the database, and events that are in no tree. `progress` is told after each page how many of
 * how many events are done. Throws `Unchecked` where something keeps it from its end: who could make it fail in silence could alter whatever he likes.
 */
export const checkTree = async (
  house: House,
  tree: string,
  progress: (done: number, of: number) => Promise<unknown> = async () => undefined,
): Promise<TreeCheck> => {
  const faults: Fault[] = []
  try {
    return { ...(await compareAll(house, tree, faults, progress)), faults }
  } catch (error) {
    // The database is away, or we are closing: that says nothing of the log.
    throw isUnavailable(error) ? error : new Unchecked(faults, error)
  }
}
