import { bundleFile } from '@gatehouse/shared/audit/bundle'
import { portable } from '@gatehouse/shared/audit/portable'
import type { Primitives, Sha256 } from '@gatehouse/shared/audit/primitives'
import { verify } from '@gatehouse/shared/audit/verify'
import { alternate } from '../alternate.ts'
import { type Goal, type Line, lineOf } from '../lines.ts'
import { type Log, nodePrimitives, wholeLog } from './log.ts'

const rounds = 5
const size = 1_000_000
const goal: Goal = { id: 'B9', way: 'at most', at: 2 }

/** The lengths of all that is hashed when a bundle is checked, in their order. */
const recorded = (primitives: Primitives): { primitives: Primitives; lengths: () => Uint32Array } => {
  let lengths = new Uint32Array(1_000_000)
  let count = 0
  const sha256: Sha256 = (bytes) => {
    if (count === lengths.length) {
      const more = new Uint32Array(2 * count)
      more.set(lengths)
      lengths = more
    }
    lengths[count++] = bytes.length
    return primitives.sha256(bytes)
  }
  return { primitives: { ...primitives, sha256 }, lengths: () => lengths.subarray(0, count) }
}

/** Seconds that checking the bundle took. */
const checked = (primitives: Primitives, { files, pinnedKey }: Log, entries: number): number => {
  const from = performance.now()
  const { ok, count } = verify(primitives, files, { pinnedKey })
  const took = performance.now() - from
  if (!ok || count !== entries) throw new Error('The bundle did not verify')
  return took / 1_000
}

/** Seconds that hashing pieces of these lengths took, one after another through the same bytes. */
const hashed = ({ sha256 }: Primitives, bytes: Uint8Array, lengths: Uint32Array): number => {
  const from = performance.now()
  let at = 0
  for (const length of lengths) {
    if (at + length > bytes.length) at = 0
    sha256(bytes.subarray(at, at + length))
    at += length
  }
  return (performance.now() - from) / 1_000
}

const compared = async (entries: number, where: string, primitives: Primitives, say: (text: string) => void) => {
  say(`making a log of ${entries.toLocaleString('en-GB')} entries`)
  const log = await wholeLog(entries)
  const events = log.files.get(bundleFile.events) ?? new Uint8Array(0)
  const counting = recorded(nodePrimitives)
  checked(counting.primitives, log, entries)
  const lengths = counting.lengths()
  say(`checking ${Math.round(events.length / 1e6)} MB of events, ${lengths.length.toLocaleString('en-GB')} hashes`)
  const took = await alternate(rounds, {
    ours: async () => checked(primitives, log, entries),
    reference: async () => hashed(primitives, events, lengths),
  })
  const reference = { name: 'bare SHA-256 of as many bytes in as many pieces', figures: took.reference }
  return lineOf(`${entries.toLocaleString('en-GB')} entries, ${where}`, 's', took.ours, reference, goal)
}

/** B9: a whole log checked offline, beside the bare hashes of its events, leaves, openings and nodes. */
export const measureProof = async (say: (text: string) => void): Promise<Line[]> => [
  await compared(size, 'SHA-256 of Node', nodePrimitives, say),
  await compared(size / 10, 'SHA-256 in JavaScript, as in a page', portable, say),
]
