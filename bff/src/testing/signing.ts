import { signTrees } from '../features/audit/checkpoints.ts'
import { auditTree } from '../kernel/audit/tables.ts'
import type { House } from '../kernel/house.ts'

/** Signs every log as it is now, also those that were signed a moment ago. */
export const signAll = async (house: House): Promise<void> => {
  const trees = await house.db.select({ tree: auditTree.tree }).from(auditTree)
  await signTrees(
    house,
    trees.map(({ tree }) => tree),
  )
}
