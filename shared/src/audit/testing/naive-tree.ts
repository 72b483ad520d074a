import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/**
 * A second implementation for the tests, written from the definitions of RFC 6962 section 2.1 alone: recursive over
 * slices of the leaves, hashes as hexadecimal text, and nothing shared with the one it checks.
 */
const H = (hex: string): string => bytesToHex(sha256(hexToBytes(hex)))

export const hexLeaf = (leaf: Uint8Array): string => H(`00${bytesToHex(leaf)}`)

const splitOf = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1)

/** MTH(D[n]) over leaf hashes. */
export const naiveRoot = (leaves: readonly string[]): string => {
  const [only] = leaves
  if (only === undefined) return H('')
  if (leaves.length === 1) return only
  const k = splitOf(leaves.length)
  return H(`01${naiveRoot(leaves.slice(0, k))}${naiveRoot(leaves.slice(k))}`)
}

/** PATH(m, D[n]). */
export const naivePath = (m: number, leaves: readonly string[]): string[] => {
  if (leaves.length <= 1) return []
  const k = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return m < k ? [...naivePath(m, left), naiveRoot(right)] : [...naivePath(m - k, right), naiveRoot(left)]
}

/** PROOF(m, D[n]), by SUBPROOF(m, D[n], true). */
export const naiveConsistency = (m: number, leaves: readonly string[], whole = true): string[] => {
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)]
  const k = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return m <= k
    ? [...naiveConsistency(m, left, whole), naiveRoot(right)]
    : [...naiveConsistency(m - k, right, false), naiveRoot(left)]
}

/** The root that PATH gives for a leaf, from the top down: the verifier's side of `naivePath`. */
export const naiveClimb = (m: number, n: number, leaf: string, path: readonly string[]): string | undefined => {
  if (n === 1) return path.length === 0 ? leaf : undefined
  const k = splitOf(n)
  const top = path.at(-1)
  const below = m < k ? naiveClimb(m, k, leaf, path.slice(0, -1)) : naiveClimb(m - k, n - k, leaf, path.slice(0, -1))
  if (top === undefined || below === undefined) return undefined
  return m < k ? H(`01${below}${top}`) : H(`01${top}${below}`)
}

/** Both roots that PROOF gives, from the top down: [of the earlier tree, of the later one]. */
export const naiveRootsOf = (
  m: number,
  n: number,
  earlier: string,
  proof: readonly string[],
  whole = true,
): [string, string] | undefined => {
  if (m === n) {
    const [only] = proof
    return whole
      ? proof.length === 0
        ? [earlier, earlier]
        : undefined
      : only && proof.length === 1
        ? [only, only]
        : undefined
  }
  const k = splitOf(n)
  const top = proof.at(-1)
  const rest = proof.slice(0, -1)
  const below = m <= k ? naiveRootsOf(m, k, earlier, rest, whole) : naiveRootsOf(m - k, n - k, earlier, rest, false)
  if (top === undefined || below === undefined) return undefined
  return m <= k ? [below[0], H(`01${below[1]}${top}`)] : [H(`01${top}${below[0]}`), H(`01${top}${below[1]}`)]
}

/** What a proof of many leaves must hold, by cutting the tree in two: subtrees without a known leaf, by their span. */
export const naiveBesides = (known: ReadonlySet<number>, from: number, to: number): [number, number][] => {
  const has = [...known].some((one) => one >= from && one < to)
  if (!has) return [[from, to]]
  if (to - from === 1) return []
  const k = from + splitOf(to - from)
  return [...naiveBesides(known, from, k), ...naiveBesides(known, k, to)]
}
