import { sameBytes } from './bytes.ts'
import { malformed } from './flawed.ts'
import type { Sha256 } from './primitives.ts'
import { checkedSize, type FetchNodes, hashesOf, hashLength, type Span, treeHasher } from './tree.ts'

/** What stands beside the way from a node up to the root of a tree of `size` leaves, lowest first. */
const besidesThePath = (level: number, index: number, size: number): Span[] => {
  const spans: Span[] = []
  let at = index
  for (let width = 2 ** level; width < size; width *= 2) {
    const start = (at % 2 === 1 ? at - 1 : at + 1) * width
    if (start < size) spans.push({ start, end: Math.min(start + width, size) })
    at = Math.floor(at / 2)
  }
  return spans
}

/** RFC 6962 section 2.1.1: what a leaf's hash needs beside it to give the root of the tree of `size` leaves. */
export const proveInclusion = async (
  sha256: Sha256,
  fetch: FetchNodes,
  index: number,
  size: number,
): Promise<Uint8Array[]> => {
  if (checkedSize(index) >= checkedSize(size)) throw malformed('the tree has no such leaf')
  return hashesOf(sha256, fetch, besidesThePath(0, index, size))
}

/** RFC 6962 section 2.1.2: that the tree of `later` leaves only added to the tree of `earlier` leaves. */
export const proveConsistency = async (
  sha256: Sha256,
  fetch: FetchNodes,
  earlier: number,
  later: number,
): Promise<Uint8Array[]> => {
  if (checkedSize(earlier) > checkedSize(later)) throw malformed('a tree never gets smaller')
  if (earlier === 0 || earlier === later) return []
  // The last complete subtree of the earlier tree; where it is the whole of it, the verifier has its hash.
  let level = 0
  while (earlier % 2 ** (level + 1) === 0) level++
  const width = 2 ** level
  const seed: Span[] = width === earlier ? [] : [{ start: earlier - width, end: earlier }]
  return hashesOf(sha256, fetch, [...seed, ...besidesThePath(level, earlier / width - 1, later)])
}

const half = (one: number): number => Math.floor(one / 2)
const areHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every(({ length }) => length === hashLength)

/** Whether a leaf's hash stands at `index` of the tree of this size and root: RFC 9162 section 2.1.3.2. */
export const verifyInclusion = (
  sha256: Sha256,
  leaf: { index: number; hash: Uint8Array },
  tree: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean => {
  if (!Number.isSafeInteger(leaf.index) || !Number.isSafeInteger(tree.size)) return false
  if (leaf.index < 0 || leaf.index >= tree.size || !areHashes([leaf.hash, tree.root, ...proof])) return false
  const { node } = treeHasher(sha256)
  let at = leaf.index
  let last = tree.size - 1
  let hash = leaf.hash
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = node(sibling, hash)
      while (at % 2 === 0 && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else hash = node(hash, sibling)
    at = half(at)
    last = half(last)
  }
  return last === 0 && sameBytes(hash, tree.root)
}

/** Whether the later tree holds the earlier one, unchanged, at its beginning: RFC 9162 section 2.1.4.2. */
export const verifyConsistency = (
  sha256: Sha256,
  earlier: { size: number; root: Uint8Array },
  later: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean => {
  if (!Number.isSafeInteger(earlier.size) || !Number.isSafeInteger(later.size)) return false
  if (earlier.size < 0 || earlier.size > later.size || !areHashes([earlier.root, later.root, ...proof])) return false
  const { node, empty } = treeHasher(sha256)
  if (earlier.size === later.size) return proof.length === 0 && sameBytes(earlier.root, later.root)
  if (earlier.size === 0) return proof.length === 0 && sameBytes(earlier.root, empty())
  let at = earlier.size - 1
  let last = later.size - 1
  while (at % 2 === 1) {
    at = half(at)
    last = half(last)
  }
  const [seed, ...besides] = at === 0 ? [earlier.root, ...proof] : proof
  if (!seed) return false
  let then = seed
  let now = seed
  for (const sibling of besides) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      then = node(sibling, then)
      now = node(sibling, now)
      while (at % 2 === 0 && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else now = node(now, sibling)
    at = half(at)
    last = half(last)
  }
  return last === 0 && sameBytes(then, earlier.root) && sameBytes(now, later.root)
}
