import { rootOf } from '@gatehouse/shared/audit/tree'
import { proveConsistency } from '@gatehouse/shared/audit/tree-proofs'
import { sql } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditCheckpoint } from '../../kernel/audit/tables.ts'
import type { House, Job } from '../../kernel/house.ts'
import { NoContinuation, noteText, openSigner, type Signer } from './signer.ts'
import { frontierOf, nodesIn, treeName } from './trees.ts'

const signers = new WeakMap<House['bus'], Promise<Signer>>()

/** The signer of this house. */
export const signerOf = (house: House): Promise<Signer> => {
  const signer = signers.get(house.bus) ?? openSigner(house)
  signers.set(house.bus, signer)
  return signer
}

/** Signs the present size of a tree, where it is another than the one signed last; throws `NoContinuation`. */
export const checkpointTree = async (house: House, tree: string): Promise<void> => {
  const signer = await signerOf(house)
  const frontier = await frontierOf(house.db, tree)
  const before = await signer.last(tree)
  const grows = before !== undefined && before.size < frontier.size
  const proof = grows ? await proveConsistency(sha256, nodesIn(house.db, tree), before.size, frontier.size) : []
  const next = { size: frontier.size, root: rootOf(sha256, frontier) }
  const note = await signer.sign(tree, next, proof)
  await house.db
    .insert(auditCheckpoint)
    .values({ tree, size: next.size, note: noteText(note), at: house.clock.now() })
    .onConflictDoNothing()
}

/** Trees that have grown since their newest checkpoint. */
const grownTrees = async (house: House): Promise<string[]> => {
  const rows = await house.db.execute<{ tree: string }>(sql`
    select tree from audit_tree where size > coalesce(
      (select size from audit_checkpoint where audit_checkpoint.tree = audit_tree.tree order by size desc limit 1), 0)`)
  return rows.map(({ tree }) => tree)
}

/** Signs what has grown. A tree that is no continuation of what was signed stays unsigned, and the log of the server says it. */
export const signCheckpoints: Job = {
  name: 'checkpoints',
  everySeconds: 2,
  run: async (house) => {
    for (const tree of await grownTrees(house))
      await checkpointTree(house, tree).catch((error: unknown) => {
        // One tree that cannot be signed keeps no other from it.
        if (!(error instanceof NoContinuation))
          return house.log.error({ err: error, tree: treeName(tree) }, 'a checkpoint could not be made')
        house.log.error(
          { tree: treeName(tree), signedSize: error.signedSize },
          `the audit log was altered: ${error.message}`,
        )
      })
  },
}
