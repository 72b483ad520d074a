import { utf8 } from '@gatehouse/shared/audit/bytes'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { proveInclusion, verifyInclusion } from '@gatehouse/shared/audit/tree-proofs'
import type { EntryProof } from '@gatehouse/shared/views/audit'
import { eq } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditLeaf } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { LostNode, newestCheckpoint, nodesIn, signerOf } from '../audit/door.ts'
import { type EntryRow, entriesFrom, hashOf, whateverIsErased, whyEventDiffers, whySearchMisses } from './entry.ts'

const notSigned = 'it is not what was signed'

/** Whether the newest signed checkpoint holds this entry; throws what cannot be read. */
const underCheckpoint = async (house: House, db: Tx, tree: string, row: EntryRow): Promise<EntryProof> => {
  const newest = await newestCheckpoint(db, tree)
  const index = Number(row.seq)
  if (!newest || newest.size <= index) return { altered: null, signed: null }
  const { size, root } = (await signerOf(house)).open(tree, utf8(newest.note))
  if (size <= index) return { altered: notSigned, signed: null }
  const proof = await proveInclusion(sha256, nodesIn(db, tree), index, size)
  return verifyInclusion(sha256, { index, hash: hashOf(tree, row) }, { size, root }, proof)
    ? { altered: null, signed: { size, at: newest.at } }
    : { altered: notSigned, signed: null }
}

/**
 * An entry proven as it is read: what is shown is what its evidence says, and its evidence is under the newest signed
 * checkpoint. `null` as long as it has no place in the tree. The proof is of this one entry; the check makes them all again.
 */
export const provenEntry = async (house: House, db: Tx, eventId: string): Promise<EntryProof | null> => {
  const [leaf] = await db
    .select({ tree: auditLeaf.tree, seq: auditLeaf.seq })
    .from(auditLeaf)
    .where(eq(auditLeaf.eventId, eventId))
  if (!leaf) return null
  const [row] = await entriesFrom(db, leaf.tree, { from: leaf.seq, to: leaf.seq + 1, most: 1 })
  if (!row) return null
  const why = whyEventDiffers(row, whateverIsErased)
  if (why) return { altered: why, signed: null }
  try {
    const proof = await underCheckpoint(house, db, leaf.tree, row)
    const missed = whySearchMisses(row)
    // Said where nothing graver is wrong: whoever rewrites an event rarely thinks of its words.
    return missed && proof.altered === null ? { altered: missed, signed: null } : proof
  } catch (error) {
    if (error instanceof LostNode || error instanceof Flawed) return { altered: notSigned, signed: null }
    throw error
  }
}
