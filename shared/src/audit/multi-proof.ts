import { malformed } from './flawed.ts'
import type { Sha256 } from './primitives.ts'
import { checkedSize, type FetchNodes, hashesOf, hashLength, type Span } from './tree.ts'

/** Whether these are leaves of a tree of this size, ascending and each once. */
export const areLeavesOf = (indexes: ArrayLike<number>, size: number): boolean => {
  let before = -1
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number
    if (!Number.isSafeInteger(index) || index <= before || index >= size) return false
    before = index
  }
  return true
}

/**
 * The fewest spans whose hashes, with those of the given leaves, give the root of the tree of `size` leaves: lowest
 * first, then from left to right. Leaves that stand together share what is above them; all leaves need nothing else.
 */
export const besidesMany = (indexes: ArrayLike<number>, size: number): Span[] => {
  if (!areLeavesOf(indexes, checkedSize(size))) throw malformed('the leaves are not in order, or not of this tree')
  const spans: Span[] = []
  let known: ArrayLike<number> = indexes
  for (let width = 1; width < size; width *= 2) {
    const parents: number[] = []
    for (let i = 0; i < known.length; i++) {
      const index = known[i] as number
      parents.push(Math.floor(index / 2))
      if (index % 2 === 0 && known[i + 1] === index + 1) i++
      else {
        const start = (index % 2 === 1 ? index - 1 : index + 1) * width
        if (start < size) spans.push({ start, end: Math.min(start + width, size) })
      }
    }
    known = parents
  }
  return spans
}

/** One proof for many leaves: the hashes of `besidesMany`, one after another. Empty where all leaves are proven. */
export const proveMany = async (
  sha256: Sha256,
  fetch: FetchNodes,
  indexes: ArrayLike<number>,
  size: number,
): Promise<Uint8Array> => {
  const hashes = await hashesOf(sha256, fetch, besidesMany(indexes, size))
  // Not `joined(...hashes)`: so many arguments there cannot be.
  const proof = new Uint8Array(hashes.length * hashLength)
  for (const [i, hash] of hashes.entries()) proof.set(hash, i * hashLength)
  return proof
}

/**
 * The root that these leaves and this proof give in a tree of `size` leaves, or `undefined` where they do not fit
 * together: out of order, too few hashes, or more than needed. Leaves and proof are hashes one after another. Costs one
 * hash for each node above the leaves, and no memory but a copy of the leaf hashes.
 */
export const rootOfMany = (
  sha256: Sha256,
  size: number,
  indexes: ArrayLike<number>,
  leafHashes: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined => {
  if (!Number.isSafeInteger(size) || indexes.length === 0 || !areLeavesOf(indexes, size)) return undefined
  if (leafHashes.length !== indexes.length * hashLength) return undefined
  const at = Float64Array.from(indexes)
  const hashes = leafHashes.slice()
  const pair = new Uint8Array(1 + 2 * hashLength)
  pair[0] = 1
  const left = 1
  const right = 1 + hashLength
  let used = 0
  let known = at.length
  for (let nodes = size; nodes > 1; nodes = Math.ceil(nodes / 2)) {
    let to = 0
    for (let from = 0; from < known; from++, to++) {
      const index = at[from] as number
      const place = from * hashLength
      at[to] = Math.floor(index / 2)
      if (index % 2 === 0 && index + 1 === nodes) {
        // The last of an odd number stands alone: it goes up as it is.
        hashes.copyWithin(to * hashLength, place, place + hashLength)
        continue
      }
      if (index % 2 === 0 && from + 1 < known && at[from + 1] === index + 1) {
        pair.set(hashes.subarray(place, place + 2 * hashLength), left)
        from++
      } else {
        if (used + hashLength > proof.length) return undefined
        pair.set(hashes.subarray(place, place + hashLength), index % 2 === 0 ? left : right)
        pair.set(proof.subarray(used, used + hashLength), index % 2 === 0 ? right : left)
        used += hashLength
      }
      hashes.set(sha256(pair), to * hashLength)
    }
    known = to
  }
  return used === proof.length ? hashes.slice(0, hashLength) : undefined
}
