import { malformed } from './flawed.ts'
import type { Sha256 } from './primitives.ts'

/** Bytes of a hash. */
export const hashLength = 32

/**
 * The hashes of a Merkle tree (RFC 6962 section 2.1, RFC 9162 section 2.1.1): leaves and nodes begin with different
 * bytes, so that none passes for the other. Sizes and indexes here are whole numbers below 2^53.
 */
export const treeHasher = (sha256: Sha256) => {
  const pair = new Uint8Array(1 + 2 * hashLength)
  pair[0] = 1
  return {
    /** The hash of no leaves at all. */
    empty: (): Uint8Array => sha256(new Uint8Array(0)),
    leaf: (bytes: Uint8Array): Uint8Array => {
      const prefixed = new Uint8Array(1 + bytes.length)
      prefixed.set(bytes, 1)
      return sha256(prefixed)
    },
    node: (left: Uint8Array, right: Uint8Array): Uint8Array => {
      if (left.length !== hashLength || right.length !== hashLength) throw malformed('a hash has 32 bytes')
      pair.set(left, 1)
      pair.set(right, 1 + hashLength)
      return sha256(pair)
    },
  }
}

/** Where a node stands: level 0 are the leaves, and node `index` of a level covers leaves `index * 2^level` on. */
export interface NodeId {
  readonly level: number
  readonly index: number
}

/** A node whose leaves are all there: it never changes again, and is worth storing. */
export interface TreeNode extends NodeId {
  readonly hash: Uint8Array
}

/** Gives the hashes of stored nodes, in the order asked; may be asked for many at once. */
export type FetchNodes = (nodes: readonly NodeId[]) => Promise<readonly Uint8Array[]>

/** All that is needed to append to a tree, or to know its root: its complete subtrees from left to right. */
export interface Frontier {
  readonly size: number
  readonly hashes: readonly Uint8Array[]
}

/** The tree of no leaves. */
export const emptyTree: Frontier = { size: 0, hashes: [] }

/** Leaves `start` (inclusive) to `end` (exclusive), `start` being a multiple of a power of two that is no less wide. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The complete nodes that a span falls into, widest first. */
export const nodesOf = ({ start, end }: Span): NodeId[] => {
  const nodes: NodeId[] = []
  for (let at = start; at < end; ) {
    let level = 0
    let width = 1
    while (width * 2 <= end - at) {
      width *= 2
      level++
    }
    nodes.push({ level, index: at / width })
    at += width
  }
  return nodes
}

/** A tree's size that can be counted exactly; throws `Flawed` on others. */
export const checkedSize = (size: number): number => {
  if (!Number.isSafeInteger(size) || size < 0) throw malformed('this is no size of a tree')
  return size
}

/** Appends leaf hashes, and says which nodes became complete, the leaves among them, in the order of completion. */
export const append = (
  sha256: Sha256,
  frontier: Frontier,
  leafHashes: readonly Uint8Array[],
): { frontier: Frontier; nodes: TreeNode[] } => {
  if (frontier.hashes.length !== nodesOf({ start: 0, end: checkedSize(frontier.size) }).length)
    throw malformed(`a tree of ${frontier.size} leaves has another number of complete subtrees`)
  const { node } = treeHasher(sha256)
  const nodes: TreeNode[] = []
  const hashes = [...frontier.hashes]
  let size = frontier.size
  for (const leaf of leafHashes) {
    let at: TreeNode = { level: 0, index: size, hash: leaf }
    nodes.push(at)
    while (at.index % 2 === 1) {
      const left = hashes.pop() as Uint8Array
      at = { level: at.level + 1, index: (at.index - 1) / 2, hash: node(left, at.hash) }
      nodes.push(at)
    }
    hashes.push(at.hash)
    size = checkedSize(size + 1)
  }
  return { frontier: { size, hashes }, nodes }
}

/** The root over subtrees that stand side by side, widest first. */
const folded = (sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array => {
  const { empty, node } = treeHasher(sha256)
  return hashes.length === 0 ? empty() : hashes.reduceRight((right, left) => node(left, right))
}

/** The root of a tree. */
export const rootOf = (sha256: Sha256, frontier: Frontier): Uint8Array => folded(sha256, frontier.hashes)

/** The tree as it was at a size it once had, or has, from the stored nodes. */
export const frontierAt = async (fetch: FetchNodes, size: number): Promise<Frontier> => ({
  size,
  hashes: await fetch(nodesOf({ start: 0, end: checkedSize(size) })),
})

/** The hash over each span, from the stored nodes, which are fetched all at once. */
export const hashesOf = async (sha256: Sha256, fetch: FetchNodes, spans: readonly Span[]): Promise<Uint8Array[]> => {
  const wanted = spans.map(nodesOf)
  const fetched = await fetch(wanted.flat())
  let at = 0
  return wanted.map(({ length }) => {
    at += length
    return folded(sha256, fetched.slice(at - length, at))
  })
}
