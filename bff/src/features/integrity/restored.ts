import { base64 } from '@gatehouse/shared/audit/bytes'
import { inArray } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { compareMemory, type Signer } from '../audit/door.ts'
import { customer } from '../customers/tables.ts'

/** A log that is not what was signed. */
export interface LostLog {
  name: string
  signedSize: number
  /** Root that was signed, base64. */
  signedRoot: string
  size: number
}

/**
 * Compares every log with what the signer remembers, and writes into those that do not continue it, and into the maker's, that
 * an older database was put back: what had been signed stands there then, for whoever asks later. Nothing is signed by
 * it: a log that has lost entries is no continuation, whoever says so.
 */
export const noteRestore = async (db: Db, signer: Signer, maker: string, now: number): Promise<LostLog[]> => {
  const trees = await signer.known()
  const names = new Map(
    (await db.select({ id: customer.id, name: customer.name }).from(customer).where(inArray(customer.id, trees))).map(
      ({ id, name }) => [id, name],
    ),
  )
  const lost: (LostLog & { tree: string })[] = []
  for (const tree of trees) {
    const found = await compareMemory(db, signer, tree)
    if (!found || found.whole) continue
    const { remembered, size } = found
    const name = tree === theMakerItself ? maker : (names.get(tree) ?? `a customer who is not there any more (${tree})`)
    lost.push({ tree, name, signedSize: remembered.size, signedRoot: base64(remembered.root), size })
  }
  await db.transaction((tx) =>
    append(
      tx,
      now,
      lost.flatMap(({ tree, name, signedSize, signedRoot, size }) => {
        const fields = { customer: name, signed: signedSize, root: signedRoot, size }
        const own = entry({ by: bySystem, event: 'log.restored', outcome: 'failed', fields })
        if (tree === theMakerItself || !names.has(tree)) return [own]
        return [{ ...own, about: { customerId: tree, customerName: name } }, own]
      }),
    ),
  )
  return lost.map(({ tree: _, ...one }) => one)
}
