import { base64, sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { emptyTree, frontierAt, rootOf } from '@gatehouse/shared/audit/tree'
import { eq, inArray, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Db, Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { type Compared, compareMemory, newestCheckpoint, nodesIn, type Signed, type Signer } from '../audit/door.ts'
import { customer } from '../customers/tables.ts'
import { mailOfRestore } from './alarm.ts'
import { byCommand } from './restores.ts'
import { auditExplanation, auditFault } from './tables.ts'

/** A log that is not what was signed. */
export interface LostLog {
  /** The customer's id, or `theMakerItself`. */
  tree: string
  name: string
  /** What was signed last. */
  signed: Signed
  /** What was signed and is still there; `undefined` where the log is no older copy of what was signed, but another one. */
  kept: Signed | undefined
  size: number
  /** The epoch that it is in. */
  epoch: number
}

/** Who says that an older database was put back, and why. */
export interface Said {
  by: string
  reason: string
}

/** The newest stored checkpoint, where the log continues it and it is no newer than what is remembered. */
const keptOf = async (db: Tx, signer: Signer, tree: string, { remembered, size }: Compared) => {
  const row = await newestCheckpoint(db, tree)
  if (!row) return { size: 0, root: rootOf(sha256, emptyTree) }
  try {
    const kept = signer.open(tree, utf8(row.note))
    if (kept.size > size || kept.size > remembered.size) return undefined
    const root = rootOf(sha256, await frontierAt(nodesIn(db, tree), kept.size))
    return sameBytes(root, kept.root) ? { size: kept.size, root } : undefined
  } catch (error) {
    if (error instanceof Flawed) return undefined
    throw error
  }
}

/** The logs that do not continue what the signer remembers. */
export const lostLogs = async (db: Db, signer: Signer, maker: string): Promise<LostLog[]> => {
  const trees = await signer.known()
  const names = new Map(
    (await db.select({ id: customer.id, name: customer.name }).from(customer).where(inArray(customer.id, trees))).map(
      ({ id, name }) => [id, name],
    ),
  )
  const lost: LostLog[] = []
  for (const tree of trees) {
    const found = await compareMemory(db, signer, tree)
    if (!found || found.whole) continue
    const name = tree === theMakerItself ? maker : (names.get(tree) ?? `a customer who is not there any more (${tree})`)
    const kept = await keptOf(db, signer, tree, found)
    const epoch = (await signer.epochsOf(tree)).length + 1
    lost.push({ tree, name, signed: found.remembered, kept, size: found.size, epoch })
  }
  return lost
}

/** The event just written of an epoch of a log, as its leaf will name it. */
const eventOf = async (tx: Tx, { tree, name }: LostLog, epoch: number) => {
  const [row] = await prepared<{ id: string; canonical: Buffer }>(
    tx,
    `select event.id, event.canonical from audit_event event join audit_text words on words.event_id = event.id
     where event.event = 'log.restored' and event.customer_id is not distinct from $1::uuid
       and words.fields ->> 'customer' = $2 and words.fields ->> 'epoch' = $3 order by event.id desc limit 1`,
    [tree === theMakerItself ? null : tree, name, String(epoch)],
  )
  if (!row) throw new Error('what was just written is not there')
  return { id: row.id, hash: sha256(row.canonical) }
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

/**
 * Begins a new epoch of a log that an older database was put back of: writes what is lost into the log and the maker's,
 * tells both sides, and lets the signer go on from what was signed and is still there, once that event is in the log. Rejects
 * where the log is no older copy of what was signed: then it was altered, and is signed by nobody.
 */
export const beginEpoch = async (db: Db, signer: Signer, log: LostLog, said: Said, now: number): Promise<number> => {
  const { tree, name, signed, kept, size } = log
  if (!kept) throw new Error(`The log of ${name} is no older copy of what was signed: it was altered.`)
  const epoch = log.epoch + 1
  const event = await db.transaction(async (tx) => {
    const fields = {
      ...{ customer: name, signed: signed.size, root: base64(signed.root), kept: kept.size, epoch, size },
      ...said,
    }
    const own = entry({ by: bySystem, event: 'log.restored', outcome: 'failed', fields })
    const its = tree === theMakerItself ? [] : [{ ...own, about: { customerId: tree, customerName: name } }]
    await append(tx, now, [...its, own])
    await explain(tx, log, said, now)
    // What devices hold is of the epoch before: each tells anew when it has followed.
    await tx.execute(sql`update device_link set log_size = null, log_at = null, log_began_at = null, log_lost_at = null
      where device_id in (select id from device where customer_id = ${tree})`)
    await mailOfRestore(tx, { tree, name, epoch, kept: kept.size, signed: signed.size, ...said }, now)
    return eventOf(tx, log, epoch)
  })
  await signer.begin(tree, { epoch, at: Math.ceil(now / 1_000), kept, signed, event })
  return epoch
}
