import { setImmediate as breathe } from 'node:timers/promises'
import { utf8 } from '@gatehouse/shared/audit/bytes'
import type { Checkpoint } from '@gatehouse/shared/audit/checkpoint'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { and, asc, eq, gt, lte, sql } from 'drizzle-orm'
import { auditCheckpoint } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { Signed } from '../audit/door.ts'

/** A root that was signed of the first `size` entries of a tree; without one where the checkpoint is not what was signed. */
export interface SignedRoot {
  size: number
  root: Uint8Array | undefined
  /** Who says so. */
  by: string
}

/** Opens a stored note of the tree, of whatever epoch; throws `Flawed`. */
type Opener = (note: Uint8Array) => Checkpoint

/** Checkpoints that are read in one go. */
const page = 500

/** Signatures that are looked at, up to a millisecond each, before others have their turn. */
const inOneGo = 4

const rootIn = (note: string, size: number, open: Opener): Uint8Array | undefined => {
  try {
    const checkpoint = open(utf8(note))
    return checkpoint.size === size ? checkpoint.root : undefined
  } catch (error) {
    if (error instanceof Flawed) return undefined
    throw error
  }
}

/** The largest size of which a checkpoint is stored; 0 where there is none. */
export const largestSigned = async (db: Tx, tree: string): Promise<number> => {
  const [row] = await db
    .select({ size: sql<number>`coalesce(max(${auditCheckpoint.size}), 0)::float8` })
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.tree, tree))
  return row?.size ?? 0
}

/** The stored checkpoints of a tree up to this size, opened, the smallest first; a page at a time. */
async function* storedRoots(db: Tx, tree: string, open: Opener, upTo: number): AsyncGenerator<SignedRoot> {
  for (let after = 0; ; ) {
    const rows = await db
      .select({ size: auditCheckpoint.size, note: auditCheckpoint.note })
      .from(auditCheckpoint)
      .where(and(eq(auditCheckpoint.tree, tree), gt(auditCheckpoint.size, after), lte(auditCheckpoint.size, upTo)))
      .orderBy(asc(auditCheckpoint.size))
      .limit(page)
    for (const [at, { size, note }] of rows.entries()) {
      if (at % inOneGo === 0) await breathe()
      yield { size, root: rootIn(note, size, open), by: 'a checkpoint says' }
      after = size
    }
    if (rows.length < page) return
  }
}

/** Every root that was signed of a tree, the smallest size first: the stored checkpoints, and what the signer remembers. */
export async function* signedRoots(
  db: Tx,
  tree: string,
  { open, upTo, remembered }: { open: Opener; upTo: number; remembered: Signed | undefined },
): AsyncGenerator<SignedRoot, undefined> {
  let own = remembered && remembered.size > 0 ? { ...remembered, by: 'the signer remembers' } : undefined
  for await (const one of storedRoots(db, tree, open, upTo)) {
    if (own && own.size <= one.size) {
      yield own
      own = undefined
    }
    yield one
  }
  if (own) yield own
}
