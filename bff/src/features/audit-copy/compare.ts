import { fromBase64url, sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import { openCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { keyOfEpoch } from '@gatehouse/shared/audit/epoch'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { append, emptyTree, rootOf } from '@gatehouse/shared/audit/tree'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { auditTree } from '../../kernel/audit/tables.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { copyName, entryHash, olderMemory, type Signer } from '../audit/door.ts'
import { entriesOf } from './job.ts'
import { readSegment, type SegmentName, segmentsIn } from './segments.ts'

/** Where copy and database differ: the log, the entry where it is one, and how. */
export interface Difference {
  tree: string
  seq: number | null
  says: string
}

/** With which keys the checkpoints of a log were signed, and which restores it had. */
type Keys = Pick<Signer, 'keyOf' | 'epochsOf'>

/** The copy, and what lay in it before the database was looked at: files that come meanwhile are of entries not seen there. */
interface Copy {
  folder: string
  files: readonly SegmentName[]
}

/** Differences that are told of one log, at most. */
const most = 100

/** What came of one log: `isCut` where a file of it could not be read to its end. */
interface ComparedTree {
  copied: number
  differences: Difference[]
  isCut: boolean
}

/** Compares one log with its copy, entry by entry, and the copy with the checkpoints that lie in it. */
const compareTree = async (
  db: Db,
  signer: Keys,
  { folder, files }: Copy,
  { tree, size, epoch }: { tree: string; size: number; epoch: number },
  /** How many entries the restores since have kept of this epoch; all where there are none. */
  kept: number,
  /** What was signed of this epoch last, where a restore ended it. */
  ended: { size: number; root: Uint8Array } | undefined,
): Promise<ComparedTree> => {
  const name = copyName(tree, epoch)
  const differences: Difference[] = []
  const tell = (seq: number | null, says: string) => {
    if (differences.length < most) differences.push({ tree: name, seq, says })
  }
  let frontier = emptyTree
  /** How many entries are as a signed checkpoint says. */
  let sound = 0
  let isSigned = true
  const compareRoot = (signed: { size: number; root: Uint8Array }) => {
    if (signed.size === frontier.size && sameBytes(signed.root, rootOf(sha256, frontier))) {
      sound = frontier.size
      return
    }
    if (isSigned)
      tell(null, `the copy is not what was signed: one of entries ${sound + 1} to ${signed.size} is another`)
    isSigned = false
  }
  const segments = files.filter((one) => one.tree === name)
  for (const segment of segments) {
    if (segment.end <= frontier.size) continue
    const read = await readSegment(folder, segment)
    // One that was cut off has been written again under another name; one that was changed leaves a gap.
    if (!read || segment.first > frontier.size) continue
    const entries = read.entries.slice(frontier.size - segment.first)
    const stored = new Map((await entriesOf(db, tree, frontier.size, segment.end)).map((one) => [one.seq, one]))
    for (const one of entries) {
      if (one.seq >= kept) break
      const other = stored.get(one.seq)
      if (!other) tell(one.seq, 'the copy has it, and the database does not')
      else if (other.event !== one.event || other.deviceSeq !== one.deviceSeq)
        tell(one.seq, 'the database has another event than the copy')
    }
    const hashes = entries.map(({ seq, deviceSeq, event }) =>
      entryHash({ tree, seq, deviceSeq, event: sha256(fromBase64url(event)) }),
    )
    frontier = append(sha256, frontier, hashes).frontier
    if (read.checkpoint === undefined) continue
    try {
      const { checkpoint } = openCheckpoint(primitives, utf8(read.checkpoint), keyOfEpoch(signer.keyOf(tree), epoch))
      compareRoot(checkpoint)
    } catch (error) {
      if (!(error instanceof Flawed)) throw error
      tell(null, `a checkpoint in the copy, at ${frontier.size} entries, was not signed by this house`)
    }
  }
  if (ended && ended.size === frontier.size) compareRoot(ended)
  const [broken] = segments.filter(({ first, end }) => first <= frontier.size && end > frontier.size)
  if (broken) tell(frontier.size, `from here on the copy was changed or cut off, in ${broken.file}`)
  else if (segments.some(({ first }) => first > frontier.size)) tell(frontier.size, 'from here on the copy is missing')
  // What the database has of an epoch that is over was compared with it. Of the last the newest checkpoint is written with what it signs.
  const from = kept === Number.POSITIVE_INFINITY ? sound : Math.max(sound, Math.min(kept, size))
  if (isSigned && frontier.size > from && frontier.size >= Math.min(kept, size))
    tell(from, 'from here on no signed checkpoint says that the copy is right')
  if (size < Math.min(kept, frontier.size))
    tell(size, `the database ends here, and the copy has ${frontier.size} entries`)
  return { copied: frontier.size, differences, isCut: broken !== undefined }
}

/** One epoch of a log, and what the copy has of it. */
export interface ComparedLog {
  /** The name that it has in the copy. */
  tree: string
  /** The customer's id, or `theMakerItself`. */
  of: string
  epoch: number
  /** Entries that the database still has of this epoch. */
  size: number
  copied: number
  /** Entries that only the copy has, since a restore. */
  lost: number
  /** How many were signed of it, where a restore ended it. */
  signed: number | undefined
}

/** What came of a comparison: `trees` are all logs of the database, also those that could not be compared. */
export interface Compared {
  trees: string[]
  logs: ComparedLog[]
  differences: Difference[]
}

/** What is to be said of a log that only the copy has. */
const onlyInCopy = (name: string, of: readonly string[]): string => {
  const [, tree = '', epoch] = /^(.+)-epoch-(\d+)$/.exec(name) ?? []
  return of.some((one) => copyName(one, 1) === tree)
    ? `the copy has epoch ${epoch} of this log, of which neither the database nor the signer's folder knows: both are older`
    : 'the database has no log of this name any more'
}

type Look = Pick<ComparedTree, 'differences' | 'isCut'> & { log: ComparedLog }

/** Compares one epoch of a log with its copy. */
const lookAt = async (
  db: Db,
  signer: Signer,
  copy: Copy,
  one: { tree: string; size: number; epoch: number },
  restores: Awaited<ReturnType<Signer['epochsOf']>>,
): Promise<Look> => {
  const { tree: of, size, epoch } = one
  const kept = Math.min(...restores.filter((other) => other.epoch > epoch).map((other) => other.kept.size))
  const ended = restores.find((other) => other.epoch === epoch + 1)?.signed
  const { copied, differences, isCut } = await compareTree(db, signer, copy, one, kept, ended)
  const tree = copyName(of, epoch)
  const lost = Math.max(0, copied - kept)
  const log = { tree, of, epoch, size: Math.min(size, kept), copied, lost, signed: ended?.size }
  return { log, differences, isCut }
}

/** Compares every log with its copy, each epoch by itself; logs that only the copy has are differences as well. */
export const compareCopy = async (db: Db, signer: Signer, folder: string): Promise<Compared> => {
  const copy: Copy = { folder, files: await segmentsIn(folder) }
  const trees = await db.select().from(auditTree)
  const differences: Difference[] = []
  const older = new Set<string>()
  const looked: { look: () => Promise<Look>; first: Look }[] = []
  for (const one of trees) {
    const memory = await olderMemory(db, signer, one.tree)
    // Which epochs there were, and what they kept, stands in the signer's folder: with an older one nothing can be compared.
    if (memory) {
      older.add(copyName(one.tree, 1))
      differences.push({ tree: copyName(one.tree, 1), seq: null, says: memory.message })
      continue
    }
    const restores = await signer.epochsOf(one.tree)
    for (let epoch = 1; epoch <= restores.length + 1; epoch++) {
      const look = () => lookAt(db, signer, copy, { ...one, epoch }, restores)
      looked.push({ look, first: await look() })
    }
  }
  const logs: ComparedLog[] = []
  for (const { look, first } of looked) {
    // A file that was just being written may be whole by now: before it is called cut off it is read again, after all others.
    const last = first.isCut ? await look() : first
    logs.push(last.log)
    differences.push(...last.differences)
  }
  const known = new Set(logs.map(({ tree }) => tree))
  const lost = new Set(copy.files.map(({ tree }) => tree).filter((tree) => !known.has(tree)))
  const ids = trees.map(({ tree }) => tree)
  for (const tree of lost)
    if (!older.has(tree.replace(/-epoch-\d+$/, ''))) differences.push({ tree, seq: null, says: onlyInCopy(tree, ids) })
  return { trees: ids, logs, differences }
}
