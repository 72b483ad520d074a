import { type BundleEvent, bundleFile, eventLine } from '@gatehouse/shared/audit/bundle'
import { sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import type { Checkpoint } from '@gatehouse/shared/audit/checkpoint'
import { fateOf, restoresIn, restoresSaid } from '@gatehouse/shared/audit/epoch'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import type { Openings } from '@gatehouse/shared/audit/leaf'
import { proveMany, rootOfMany } from '@gatehouse/shared/audit/multi-proof'
import { type FetchNodes, hashLength } from '@gatehouse/shared/audit/tree'
import { proveConsistency, verifyConsistency } from '@gatehouse/shared/audit/tree-proofs'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { newestCheckpoint, nodesIn, signerOf, signTrees, treeName } from '../audit/door.ts'
import { checkpointOfSize, oldestCheckpoint } from './checkpoints.ts'
import { type Claims, claims } from './claims.ts'
import { type Made, type Making, pause, settled } from './making.ts'
import { gather, leavesOf, pagesOf } from './reading.ts'
import { limits, tooLarge } from './rules.ts'
import { Stopped } from './stopped.ts'
import { verifierFiles } from './verifier.ts'
import { zipInto } from './zip.ts'

const nodesAtOnce = 5_000

/** Stored nodes, asked for in parts: a proof of many entries needs more than one question can carry. */
const inParts =
  (fetch: FetchNodes): FetchNodes =>
  async (nodes) => {
    const hashes: Uint8Array[] = []
    for (let at = 0; at < nodes.length; at += nodesAtOnce)
      hashes.push(...(await fetch(nodes.slice(at, at + nodesAtOnce))))
    return hashes
  }

/** The numbers of the entries that fit, ascending: 8 bytes for each is all that is kept of them. */
const entriesOf = async (making: Making, tree: string): Promise<Float64Array> => {
  const { row, watch, contents, progress } = making
  let seqs = new Float64Array(1_024)
  let count = 0
  for await (const { rows, db, actor } of pagesOf(row, watch)) {
    const leaves = new Map(
      (
        await leavesOf(
          db,
          rows.map(({ id }) => id),
        )
      ).map((leaf) => [leaf.event_id, leaf]),
    )
    for (const one of rows) {
      const leaf = leaves.get(one.id)
      // What is of another log is in no bundle of this one.
      if (leaf?.tree !== tree) continue
      if (count === limits.entries)
        throw new Stopped(
          `A proof bundle holds ${limits.entries.toLocaleString('en')} events at most. It can be narrowed, for instance to a shorter time.`,
        )
      gather(contents, actor, one)
      if (count === seqs.length) {
        const more = new Float64Array(2 * count)
        more.set(seqs)
        seqs = more
      }
      seqs[count++] = Number(leaf.seq)
    }
    await progress(0)
  }
  return seqs.subarray(0, count).sort()
}

interface EntryRow {
  seq: string
  device_id: string | null
  device_seq: string | null
  at: string
  canonical: Buffer
  openings: Openings
}

const entriesAt = async (db: Db, tree: string, seqs: readonly number[]): Promise<EntryRow[]> => {
  const rows = await prepared<EntryRow>(
    db,
    `select leaf.seq, leaf.device_id, leaf.device_seq, event.at, event.canonical, words.openings
     from audit_leaf leaf
     join audit_event event on event.id = leaf.event_id
     join audit_text words on words.event_id = leaf.event_id
     where leaf.tree = $1 and leaf.seq = any($2::bigint[]) order by leaf.seq`,
    [tree, seqs],
  )
  if (rows.length !== seqs.length)
    throw new Stopped('Some of these events are gone from the database: the log was altered.')
  return rows
}

/** The checkpoint that the bundle proves its growth from, and the proof; nothing where none is wanted or there is none. */
const earlierOf = async (making: Making, tree: string, newest: Checkpoint, fetch: FetchNodes) => {
  const { house, row } = making
  const since = row.since ?? 'none'
  if (since === 'none') return undefined
  const given = typeof since === 'object' && 'note' in since
  const note = given
    ? utf8(since.note)
    : since === 'first'
      ? await oldestCheckpoint(house.db, tree)
      : await checkpointOfSize(house.db, tree, since.size)
  if (!note) return undefined
  try {
    const checkpoint = (await signerOf(house)).open(tree, note)
    const fate = fateOf(restoresIn(newest), checkpoint)
    if (fate.kind === 'lost')
      throw new Stopped(
        `The checkpoint you gave has ${checkpoint.size} entries, and is of before ${restoresSaid(fate.by)}: of these the first ${fate.kept} are kept, and the others are lost. Give one of ${fate.kept} entries or fewer.`,
      )
    if (fate.kind === 'denied') throw new Stopped(`The checkpoint you gave does not fit this log: ${fate.because}.`)
    if (checkpoint.size > newest.size)
      throw new Stopped(
        `The checkpoint that was given has ${checkpoint.size} entries, and the log has ${newest.size}: the log was altered.`,
      )
    const proof = await proveConsistency(sha256, fetch, checkpoint.size, newest.size)
    if (!verifyConsistency(sha256, checkpoint, newest, proof))
      throw new Stopped('The log is no longer what it was at that checkpoint: it was altered.')
    return { checkpoint: note, proof }
  } catch (error) {
    if (error instanceof Flawed && given)
      throw new Stopped(`The checkpoint that was given cannot be used: ${error.message}.`)
    throw error
  }
}

/** Signs the log where no checkpoint holds all these entries yet; waits where another process does so. */
const signedBeyond = async (
  making: Making,
  tree: string,
  size: number,
): Promise<{ note: Uint8Array; checkpoint: Checkpoint }> => {
  const { house, progress } = making
  const signer = await signerOf(house)
  const until = house.clock.now() + limits.settles
  for (;;) {
    const newest = await newestCheckpoint(house.db, tree)
    if (newest) {
      const note = utf8(newest.note)
      const checkpoint = signer.open(tree, note)
      // In an epoch that has just begun nothing may be signed yet.
      if (checkpoint.origin === signer.keyOf(tree).name && checkpoint.size >= size) return { note, checkpoint }
    }
    if (house.clock.now() >= until)
      throw new Stopped('The log could not be signed. Its administrators have been told why.')
    await signTrees(house, [tree])
    await progress(0)
    await pause()
  }
}

/** Makes a proof bundle of one log, with the verifier beside it, entry after entry. */
export const makeBundleFile = async (making: Making): Promise<Made> => {
  const { house, row, file, watch, progress } = making
  const { tree } = row
  if (tree === null) throw new Error('a bundle is of one log')
  if (!(await settled(making)))
    throw new Stopped('The log is not in order yet: some events still wait for their place.')
  const seqs = await entriesOf(making, tree)
  const { note, checkpoint } = await signedBeyond(making, tree, (seqs.at(-1) ?? 0) + 1)
  const leafHashes = new Uint8Array(seqs.length * hashLength)
  const found: Claims = claims()
  let openings = 0
  let first: number | null = null
  let written = 0

  async function* lines(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < seqs.length; at += limits.page) {
      const { db } = await watch.check()
      const page = await entriesAt(db, tree as string, [...seqs.subarray(at, at + limits.page)])
      for (const [i, one] of page.entries()) {
        const deviceSeq = one.device_seq === null ? null : Number(one.device_seq)
        const event: BundleEvent = {
          seq: Number(one.seq),
          deviceSeq,
          event: one.canonical.toString('utf8'),
          openings: one.openings,
        }
        const { line, leafHash } = eventLine(sha256, treeName(tree as string), event)
        leafHashes.set(leafHash, (at + i) * hashLength)
        openings += Object.keys(one.openings).length
        if (one.device_id !== null && deviceSeq !== null) found.note(one.device_id, deviceSeq)
        first = first === null ? Number(one.at) : Math.min(first, Number(one.at))
        written += line.length
        if (written > limits.bytes) throw new Stopped(tooLarge)
        yield line
      }
      await progress(at + page.length)
    }
  }

  const fetch = inParts(nodesIn(house.db, tree))
  await zipInto(file, row.askedAt, async (add) => {
    await add(bundleFile.events, lines())
    const proof = await proveMany(sha256, fetch, seqs, checkpoint.size)
    const root = seqs.length === 0 ? checkpoint.root : rootOfMany(sha256, checkpoint.size, seqs, leafHashes, proof)
    if (!root || !sameBytes(root, checkpoint.root))
      throw new Stopped('These events do not give the root that was signed: the log was altered.')
    const files = await (await signerOf(house)).seal(tree, {
      filter: row.words,
      madeAt: new Date(house.clock.now()).toISOString(),
      leafHashes,
      openings,
      devices: found.whole(),
      checkpoint: note,
      proof,
      earlier: await earlierOf(making, tree, checkpoint, fetch),
      beside: await verifierFiles(),
    })
    for (const [name, bytes] of files) await add(name, [bytes])
  })
  return { count: seqs.length, first }
}
