import { sameBytes } from '@gatehouse/shared/audit/bytes'
import type { TreeNode } from '@gatehouse/shared/audit/tree'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'

/** Of stored nodes those that are not what was made again from the events. */
export const wrongNodes = async (db: Tx, tree: string, nodes: readonly TreeNode[]): Promise<TreeNode[]> => {
  const rows = await prepared<{ hash: Buffer | null }>(
    db,
    `select node.hash from unnest($2::int[], $3::bigint[]) with ordinality as wanted(level, index, at)
     left join audit_node node on node.tree = $1 and node.level = wanted.level and node.index = wanted.index
     order by wanted.at`,
    [tree, nodes.map(({ level }) => level), nodes.map(({ index }) => index)],
  )
  return nodes.filter(({ hash }, at) => {
    const stored = rows[at]?.hash
    return !stored || !sameBytes(stored, hash)
  })
}

/** The highest level that a tree can have: its size is a bigint. */
const highest = 62

/** Needless nodes that are counted below, on and above each level, at most. */
const enough = 100

/**
 * How many nodes stand where a tree of the stored size has none. Each of the others is one of those that are made again: a
 * node's place is its key. So the ends of each level are looked at, and a log of ten million entries is not counted through.
 */
export const needlessNodes = async (db: Tx, tree: string): Promise<number> => {
  const [row] = await prepared<{ n: number }>(
    db,
    `select count(*)::int as n from (
       (select 1 from audit_node where tree = $1 and level < 0 order by level, index limit ${enough})
       union all
       (select 1 from audit_node where tree = $1 and level > ${highest} order by level, index limit ${enough})
       union all
       select 1 from coalesce((select size from audit_tree where tree = $1), 0) as size
       cross join generate_series(0, ${highest}) as level
       cross join lateral (
         (select 1 from audit_node node where node.tree = $1 and node.level = level.level and node.index < 0
           order by node.index limit ${enough})
         union all
         (select 1 from audit_node node where node.tree = $1 and node.level = level.level and node.index >= size.size >> level.level
           order by node.index limit ${enough})) as needless) as found`,
    [tree],
  )
  return row?.n ?? 0
}
