import type { Sha256 } from '../primitives.ts'
import { append, emptyTree, type FetchNodes, type Frontier, type TreeNode } from '../tree.ts'

const nameOf = ({ level, index }: { level: number; index: number }): string => `${level}/${index}`

/** A tree with its nodes in a map, as a database would have them; leaves are given as hashes. */
export const storedTree = (sha256: Sha256, leafHashes: readonly Uint8Array[]) => {
  const stored = new Map<string, Uint8Array>()
  let frontier: Frontier = emptyTree
  const keep = (nodes: readonly TreeNode[]): void => {
    for (const node of nodes) {
      if (stored.has(nameOf(node))) throw new Error(`node ${nameOf(node)} was completed twice`)
      stored.set(nameOf(node), node.hash)
    }
  }
  const grow = (more: readonly Uint8Array[]): void => {
    const grown = append(sha256, frontier, more)
    frontier = grown.frontier
    keep(grown.nodes)
  }
  grow(leafHashes)
  const fetch: FetchNodes = async (nodes) =>
    nodes.map((node) => {
      const hash = stored.get(nameOf(node))
      if (!hash) throw new Error(`node ${nameOf(node)} is not stored`)
      return hash
    })
  return { fetch, grow, stored, frontier: () => frontier }
}
