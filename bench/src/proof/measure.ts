import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFile } from '@gatehouse/shared/audit/bundle'
import { portable } from '@gatehouse/shared/audit/portable'
import type { Primitives, Sha256 } from '@gatehouse/shared/audit/primitives'
import { verify } from '@gatehouse/shared/audit/verify'
import { checkBundle } from '@gatehouse/verify/check'
import { primitives as commands, openSource } from '@gatehouse/verify/command/platform'
import { alternate } from '../alternate.ts'
import { type Goal, type Line, lineOf } from '../lines.ts'
import { type Log, nodePrimitives, wholeLog } from './log.ts'
import { packInto } from './pack.ts'

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

/** The same with the bundle packed in a file, as a customer has it: opened, unpacked and checked by what the command does. */
const checkedFromFile = async (path: string, { pinnedKey }: Log, entries: number): Promise<number> => {
  const from = performance.now()
  const source = await openSource(path)
  const { ok, count } = await checkBundle(commands, source, { pinnedKey }).finally(() => source.close())
  const took = performance.now() - from
  if (!ok || count !== entries) throw new Error('The bundle did not verify')
  return took / 1_000
}

interface Compared {
  where: string
  primitives: Primitives
  ours: (log: Log) => Promise<number>
}

const compared = async (entries: number, ways: readonly Compared[], say: (text: string) => void): Promise<Line[]> => {
  say(`making a log of ${entries.toLocaleString('en-GB')} entries`)
  const log = await wholeLog(entries)
  const events = log.files.get(bundleFile.events) ?? new Uint8Array(0)
  const counting = recorded(nodePrimitives)
  checked(counting.primitives, log, entries)
  const lengths = counting.lengths()
  const lines: Line[] = []
  for (const { where, primitives, ours } of ways) {
    say(`checking ${Math.round(events.length / 1e6)} MB of events, ${where}`)
    const took = await alternate(rounds, {
      ours: () => ours(log),
      reference: async () => hashed(primitives, events, lengths),
    })
    const reference = { name: 'bare SHA-256 of as many bytes in as many pieces', figures: took.reference }
    lines.push(lineOf(`${entries.toLocaleString('en-GB')} entries, ${where}`, 's', took.ours, reference, goal))
  }
  return lines
}

/** Packs a log into a file once, and checks it from there. */
const fromFile = (path: string, entries: number, say: (text: string) => void): Compared => {
  let packed: Promise<void> | undefined
  return {
    where: 'SHA-256 of Node, read from a zip',
    primitives: nodePrimitives,
    ours: async (log) => {
      packed ??= packInto(path, log.files, say)
      await packed
      return checkedFromFile(path, log, entries)
    },
  }
}

/** B9: a whole log checked offline, beside the bare hashes of its events, leaves, openings and nodes. */
export const measureProof = async (say: (text: string) => void): Promise<Line[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const inMemory = (where: string, primitives: Primitives, entries: number): Compared => ({
    where,
    primitives,
    ours: async (log) => checked(primitives, log, entries),
  })
  try {
    return [
      ...(await compared(
        size,
        [inMemory('SHA-256 of Node', nodePrimitives, size), fromFile(join(folder, 'bundle.zip'), size, say)],
        say,
      )),
      ...(await compared(size / 10, [inMemory('SHA-256 in JavaScript, as in a page', portable, size / 10)], say)),
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}
