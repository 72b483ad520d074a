import { fromBase64url, sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import { openCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { keyOfEpoch } from '@gatehouse/shared/audit/epoch'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { append, emptyTree, rootOf } from '@gatehouse/shared/audit/tree'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { auditTree } from '../../kernel/audit/tables.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { copyName, entryHash, type Signer } from '../audit/door.ts'
import { entriesOf } from './job.ts'
import { readSegment, segmentsIn } from './segments.ts'

/** Where copy and database differ: the log, the entry where it is one, and how. */
export interface Difference {
  tree: string
  seq: number | null
  says: string
}

/** With which keys the checkpoints of a log were signed, and which restores it had. */
type Keys = Pick<Signer, 'keyOf' | 'epochsOf'>

/** Differences that are told of one log, at most. */
const most = 100

/** Compares one log with its copy, entry by entry, and the copy with the checkpoints that lie in it. */
const compareTree = async (
  db: Db,
  signer: Keys,
  folder: string,
  { tree, size, epoch }: { tree: string; size: number; epoch: number },
  /** How many entries the restores since have kept of this epoch. */
  kept: number,
): Promise<{ copied: number; differences: Difference[] }> => {
  const name = copyName(tree, epoch)
  const differences: Difference[] = []
  const tell = (seq: number | null, says: string) => {
    if (differences.length < most) differences.push({ tree: name, seq, says })
  }
  let frontier = emptyTree
  for (const segment of (await segmentsIn(folder)).filter((one) => one.tree === name)) {
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
      if (checkpoint.size !== frontier.size || !sameBytes(checkpoint.root, rootOf(sha256, frontier)))
        tell(null, `the copy is not what was signed at ${checkpoint.size} entries`)
    } catch (error) {
      if (!(error instanceof Flawed)) throw error
      tell(null, `a checkpoint in the copy, at ${frontier.size} entries, was not signed by this house`)
    }
  }
  const there = Math.max(0, ...(await segmentsIn(folder)).filter((one) => one.tree === name).map(({ end }) => end))
  if (there > frontier.size) tell(frontier.size, 'from here on the copy is missing or was changed')
  if (size < Math.min(kept, frontier.size))
    tell(size, `the database ends here, and the copy has ${frontier.size} entries`)
  return { copied: frontier.size, differences }
}

/** Compares every log with its copy; logs that only the copy has are differences as well. */
export const compareCopy = async (
  db: Db,
  signer: Keys,
  folder: string,
): Promise<{
  logs: {
    tree: string
    size: number
    copied: number /** Entries that only the copy has, since a restore. */
    lost: number
  }[]
  differences: Difference[]
}> => {
  const trees = await db.select().from(auditTree)
  const logs = []
  const differences: Difference[] = []
  for (const one of trees) {
    const restores = await signer.epochsOf(one.tree)
    for (let epoch = 1; epoch <= restores.length + 1; epoch++) {
      const kept = Math.min(...restores.filter((other) => other.epoch > epoch).map((other) => other.kept.size))
      const { copied, differences: found } = await compareTree(db, signer, folder, { ...one, epoch }, kept)
      const lost = Math.max(0, copied - kept)
      logs.push({ tree: copyName(one.tree, epoch), size: Math.min(one.size, kept), copied, lost })
      differences.push(...found)
    }
  }
  const known = new Set(logs.map(({ tree }) => tree))
  const lost = new Set((await segmentsIn(folder)).map(({ tree }) => tree).filter((tree) => !known.has(tree)))
  for (const tree of lost) differences.push({ tree, seq: 0, says: 'the database has no log of this name any more' })
  return { logs, differences }
}
