import { base64, sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import { fateOf } from '@gatehouse/shared/audit/epoch'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { emptyTree, frontierAt, rootOf } from '@gatehouse/shared/audit/tree'
import { eq, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Db, Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import {
  type Compared,
  compareMemory,
  isWritten,
  newestCheckpoint,
  nodesIn,
  olderMemory,
  type Signed,
  type Signer,
} from '../audit/door.ts'
import { customerNames } from '../customers/door.ts'
import { mailOfRestore } from './alarm.ts'
import { entriesFrom, hashOf, whateverIsErased, whyEventDiffers } from './entry.ts'
import { byCommand } from './restores.ts'
import { auditExplanation, auditFault } from './tables.ts'

/** Any fixed number: one epoch is begun at a time, over all commands. */
const epochLock = '7730145529960217'

/** A log that is not what was signed. */
export interface LostLog {
  /** The customer's id, or `theMakerItself`. */
  tree: string
  name: string
  /** What was signed last. */
  signed: Signed
  /**
   * What was signed and is still there; `undefined` where the log is no older copy of what was signed, but another one, and
   * where the signer's own folder is an older one.
   */
  kept: Signed | undefined
  size: number
  /** The epoch that it is in. */
  epoch: number
  /** True where all that was signed is there, but not the event of the restore that its epoch began with. */
  untold: boolean
  /** The epoch that was signed last, where the signer's folder is an older one and does not know it. */
  later: number | undefined
  /** Why that epoch does not account for what the older folder remembers; then it is no mere older one. */
  denied: string | undefined
}

/** Who says that an older database was put back, and why. */
export interface Said {
  by: string
  reason: string
}

/**
 * What of the log was signed: by the newest stored checkpoint, where the log continues it and it is no newer than what is
 * remembered. Of one from before an earlier restore only that counts which its epoch and the present one have in common.
 */
const keptOf = async (db: Tx, signer: Signer, tree: string, { remembered, size }: Compared) => {
  const row = await newestCheckpoint(db, tree)
  if (!row) return { size: 0, root: rootOf(sha256, emptyTree) }
  try {
    const stored = signer.open(tree, utf8(row.note))
    const fate = fateOf(await signer.epochsOf(tree), stored)
    const most = fate.kind === 'lost' ? fate.kept : stored.size
    if (fate.kind === 'denied' || stored.size > size || most > remembered.size) return undefined
    const rootAt = async (first: number) => rootOf(sha256, await frontierAt(nodesIn(db, tree), first))
    if (!sameBytes(await rootAt(stored.size), stored.root)) return undefined
    return { size: most, root: await rootAt(most) }
  } catch (error) {
    if (error instanceof Flawed) return undefined
    throw error
  }
}

/** Entries that are read in one go. */
const page = 2_000

/** How many of the first `upTo` entries of a log are not what they were made of: its tree is what was signed all the same. */
export const alteredAmong = async (db: Db, tree: string, upTo: number): Promise<number> => {
  let altered = 0
  for (let from = 0; from < upTo; from += page) {
    const to = Math.min(from + page, upTo)
    const rows = await entriesFrom(db, tree, { from, to, most: page })
    const sound = rows.filter(
      (row) =>
        !whyEventDiffers(row, whateverIsErased) &&
        row.leaf_hash !== null &&
        sameBytes(row.leaf_hash, hashOf(tree, row)),
    )
    altered += to - from - sound.length
  }
  return altered
}

/** The logs that do not continue what the signer remembers, and those of which more was signed than it remembers. */
export const lostLogs = async (db: Db, signer: Signer, maker: string): Promise<LostLog[]> => {
  const trees = await signer.known()
  const names = await customerNames(db, trees)
  const lost: LostLog[] = []
  for (const tree of trees) {
    const found = await compareMemory(db, signer, tree)
    if (!found) continue
    const older = await olderMemory(db, signer, tree)
    const begun = found.whole ? await signer.awaited(tree) : undefined
    const untold = begun !== undefined && !(await isWritten(db, begun.event.id))
    if (found.whole && !untold && !older) continue
    const name = tree === theMakerItself ? maker : (names.get(tree) ?? `a customer who is not there any more (${tree})`)
    const kept = older ? undefined : untold ? found.remembered : await keptOf(db, signer, tree, found)
    const epoch = (await signer.epochsOf(tree)).length + 1
    lost.push({
      tree,
      name,
      signed: found.remembered,
      kept,
      size: found.size,
      epoch,
      untold,
      later: older?.epochs[1],
      denied: older?.denied,
    })
  }
  return lost
}

/** The event that tells of this loss as the beginning of an epoch, as its leaf will name it; `undefined` where there is none. */
const eventOf = async (
  tx: Tx,
  { tree, name, signed }: LostLog,
  { epoch, kept }: { epoch: number; kept: Signed },
): Promise<{ id: string; hash: Uint8Array; said: Said } | undefined> => {
  const [row] = await prepared<{ id: string; canonical: Buffer } & Said>(
    tx,
    `select event.id, event.canonical, words.fields ->> 'by' as by, words.fields ->> 'reason' as reason
     from audit_event event join audit_text words on words.event_id = event.id
     where event.event = 'log.restored' and event.customer_id is not distinct from $1::uuid
       and words.fields @> $2::jsonb order by event.id desc limit 1`,
    [
      tree === theMakerItself ? null : tree,
      JSON.stringify({ customer: name, epoch, signed: signed.size, root: base64(signed.root), kept: kept.size }),
    ],
  )
  return row && { id: row.id, hash: sha256(row.canonical), said: { by: row.by, reason: row.reason } }
}

/** Faults that stood there until now are what this restore was, as the maker says; the customer judges for himself. */
const explain = async (tx: Tx, { tree }: LostLog, { by, reason }: Said, at: number): Promise<void> => {
  const open = await tx.select({ id: auditFault.id }).from(auditFault).where(eq(auditFault.tree, tree))
  if (open.length === 0) return
  const words = `After an older database was put back (${by}): ${reason}`
  await tx
    .insert(auditExplanation)
    .values(
      open.map(({ id }) => ({
        ...{ faultId: id, tree, side: 'maker' as const, at },
        personId: byCommand,
        reason: words,
      })),
    )
    .onConflictDoNothing()
}

/** An epoch that was begun. */
export interface Begun {
  epoch: number
  /** What the log says of it: of who was cut off while he began it, where that was so. */
  said: Said
}

/**
 * Begins a new epoch of a log that an older database was put back of: writes what is lost into the log and the maker's,
 * tells both sides, and lets the signer go on from what was signed and is still there, once that event is in the log. Rejects
 * where the log is no older copy of what was signed: then it was altered, and is signed by nobody. Where it was cut off
 * between the two it goes on from there: what was told once is not told again.
 */
export const beginEpoch = async (db: Db, signer: Signer, log: LostLog, said: Said, now: number): Promise<Begun> => {
  const { tree, name, signed, kept, size } = log
  if (log.later) throw new Error(`What the signer remembers of the log of ${name} is older than what was signed.`)
  if (!kept) throw new Error(`The log of ${name} is no older copy of what was signed: it was altered.`)
  const epoch = log.epoch + 1
  const event = await db.transaction(async (tx) => {
    // Another command may be at it: whoever comes second finds what the first has written.
    await tx.execute(sql`select pg_advisory_xact_lock(${epochLock}::bigint)`)
    const told = await eventOf(tx, log, { epoch, kept })
    await explain(tx, log, told?.said ?? said, now)
    // What devices hold is of the epoch before: each tells anew when it has followed.
    await tx.execute(sql`update device_link set log_size = null, log_at = null, log_began_at = null, log_lost_at = null
      where device_id in (select id from device where customer_id = ${tree})`)
    if (told) return told
    const fields = {
      ...{ customer: name, signed: signed.size, root: base64(signed.root), kept: kept.size, epoch, size },
      ...said,
    }
    const own = entry({ by: bySystem, event: 'log.restored', outcome: 'failed', fields })
    const its = tree === theMakerItself ? [] : [{ ...own, about: { customerId: tree, customerName: name } }]
    await append(tx, now, [...its, own])
    await mailOfRestore(tx, { tree, name, epoch, kept: kept.size, signed: signed.size, ...said }, now)
    return eventOf(tx, log, { epoch, kept })
  })
  if (!event) throw new Error('what was just written is not there')
  const { id, hash } = event
  await signer.begin(tree, { epoch, at: Math.ceil(now / 1_000), kept, signed, event: { id, hash } })
  return { epoch, said: event.said }
}
