import { makersTree } from '@gatehouse/shared/audit/checkpoint'
import { leafBytes } from '@gatehouse/shared/audit/leaf'
import {
  emptyTree,
  type FetchNodes,
  type Frontier,
  type NodeId,
  nodesOf,
  type TreeNode,
  treeHasher,
} from '@gatehouse/shared/audit/tree'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'

/** The name of a tree in its leaves and checkpoints: its customer's id, or the maker's. */
export const treeName = (tree: string): string => (tree === theMakerItself ? makersTree : tree)

/** The name of a tree in the copy outside: each epoch is copied whole, beside those before it. */
export const copyName = (tree: string, epoch: number): string =>
  epoch === 1 ? treeName(tree) : `${treeName(tree)}-epoch-${epoch}`

/** The tree of this name. */
export const treeNamed = (name: string): string => (name === makersTree ? theMakerItself : name)

/** The tree of what is about this customer; that of the maker for `null`. */
export const treeOfCustomer = (customerId: string | null): string => customerId ?? theMakerItself

const hasher = treeHasher(sha256)

/** The hash of an entry, as it stands at the lowest level of its tree; `event` is the hash of the event's evidence. */
export const entryHash = (entry: {
  tree: string
  seq: number
  deviceSeq: number | null
  event: Uint8Array
}): Uint8Array => hasher.leaf(leafBytes({ ...entry, tree: treeName(entry.tree) }))

interface TreeNodeId extends NodeId {
  tree: string
}

/** Stored nodes of any trees, in the order asked for; null where one is not there. */
const storedNodes = async (db: Tx, wanted: readonly TreeNodeId[]): Promise<(Buffer | null)[]> => {
  if (wanted.length === 0) return []
  const rows = await prepared<{ hash: Buffer | null }>(
    db,
    // One by one (`offset 0`): joined, the planner may read all nodes there are.
    `select node.hash from unnest($1::uuid[], $2::int[], $3::bigint[]) with ordinality as wanted(tree, level, index, at)
     left join lateral (select hash from audit_node where tree = wanted.tree and level = wanted.level
       and index = wanted.index offset 0) as node on true
     order by wanted.at`,
    [wanted.map(({ tree }) => tree), wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
  )
  return rows.map(({ hash }) => hash)
}

/** Reads stored nodes of one tree; throws `LostNode` where one is not there. */
export const nodesIn =
  (db: Tx, tree: string): FetchNodes =>
  async (nodes) => {
    const hashes = await storedNodes(
      db,
      nodes.map(({ level, index }) => ({ tree, level, index })),
    )
    return hashes.map((hash, at) => hash ?? missing(tree, nodes[at]))
  }

/** A stored node is gone. */
export class LostNode extends Error {
  /** The first entry it stands over. */
  readonly firstEntry: number
  /** The same in words without the tree's name. */
  readonly says: string
  constructor(tree: string, { level, index }: NodeId) {
    const firstEntry = index * 2 ** level
    const says = `the node over entries ${firstEntry + 1} to ${firstEntry + 2 ** level} is gone`
    super(`${treeName(tree)}: ${says}`)
    this.firstEntry = firstEntry
    this.says = says
  }
}

const missing = (tree: string, node: NodeId = { level: 0, index: 0 }): never => {
  throw new LostNode(tree, node)
}

/** The tree as the sequencer left it; throws `LostNode`. */
export const frontierOf = async (db: Tx, tree: string): Promise<Frontier> => {
  const frontier = (await frontiersOf(db, [tree])).get(tree) ?? emptyTree
  if (frontier instanceof LostNode) throw frontier
  return frontier
}

/** The same for many trees in two queries; of those that cannot be continued, why. */
export const frontiersOf = async (db: Tx, trees: readonly string[]): Promise<Map<string, Frontier | LostNode>> => {
  const rows = await prepared<{ tree: string; size: string }>(
    db,
    'select tree, size from audit_tree where tree = any($1::uuid[])',
    [trees],
  )
  const wanted = rows.flatMap(({ tree, size }) =>
    nodesOf({ start: 0, end: Number(size) }).map(({ level, index }) => ({ tree, level, index })),
  )
  const hashes = await storedNodes(db, wanted)
  const found = new Map<string, Frontier | LostNode>(
    rows.map(({ tree, size }) => [tree, { size: Number(size), hashes: [] }]),
  )
  for (const [at, { tree, level, index }] of wanted.entries()) {
    const so = found.get(tree)
    if (!so || so instanceof LostNode) continue
    const hash = hashes[at]
    found.set(tree, hash ? { ...so, hashes: [...so.hashes, hash] } : new LostNode(tree, { level, index }))
  }
  return found
}

/** Nodes of one tree, to be stored. */
export interface NewNodes {
  tree: string
  nodes: readonly TreeNode[]
}

const hex = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`

/** Stores nodes of many trees in one statement. */
export const storeNodes = async (tx: Tx, of: readonly NewNodes[]): Promise<void> => {
  const rows = of.flatMap(({ tree, nodes }) => nodes.map((node) => ({ tree, ...node })))
  await prepared(
    tx,
    `insert into audit_node (tree, level, index, hash)
     select * from unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[]::bytea[])`,
    [
      rows.map(({ tree }) => tree),
      rows.map(({ level }) => level),
      rows.map(({ index }) => index),
      rows.map(({ hash }) => hex(hash)),
    ],
  )
}
