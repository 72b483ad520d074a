import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, joined, utf8 } from './bytes.ts'
import { areLeavesOf, besidesMany, proveMany, rootOfMany } from './multi-proof.ts'
import { portable } from './portable.ts'
import {
  hexLeaf,
  naiveBesides,
  naiveClimb,
  naiveConsistency,
  naivePath,
  naiveRoot,
  naiveRootsOf,
} from './testing/naive-tree.ts'
import { storedTree } from './testing/stored-tree.ts'
import { append, emptyTree, frontierAt, rootOf, treeHasher } from './tree.ts'
import { proveConsistency, proveInclusion, verifyConsistency, verifyInclusion } from './tree-proofs.ts'

const { sha256 } = portable
const hasher = treeHasher(sha256)
const hex = bytesToHex

/** The eight leaves of the tests of Certificate Transparency, whose tree RFC 6962 describes. */
const eight = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  .map(hexToBytes)
  .map(hasher.leaf)

/** Their roots at every size, from the tests of google/certificate-transparency and transparency-dev/merkle. */
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map(hexToBytes)

const rootAt = (size: number): Uint8Array => roots[size] as Uint8Array
const leafAt = (index: number): Uint8Array => eight[index] as Uint8Array

describe('golden vectors', () => {
  // RFC 6962 section 2.1; the values are `echo -n … | xxd -r -p | sha256sum`, as in transparency-dev/merkle rfc6962_test.go.
  test('leaves, nodes and the empty tree hash as RFC 6962 says', () => {
    expect(hex(hasher.empty())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(hex(hasher.leaf(new Uint8Array(0)))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(hex(hasher.leaf(utf8('L123456')))).toBe('395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56')
  })

  test('roots at every size of the eight known leaves', async () => {
    const tree = storedTree(sha256, eight)
    for (const [size, root] of roots.entries()) {
      expect(hex(rootOf(sha256, append(sha256, emptyTree, eight.slice(0, size)).frontier))).toBe(hex(root))
      expect(hex(rootOf(sha256, await frontierAt(tree.fetch, size)))).toBe(hex(root))
    }
  })

  // transparency-dev/merkle testdata/inclusion/{1,2,3,4}/happy-path.json.
  const inclusion: [number, number, string[]][] = [
    [
      0,
      8,
      [
        'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
        'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
        'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
      ],
    ],
    [
      5,
      8,
      [
        'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
        'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
        '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
      ],
    ],
    [2, 3, ['+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=']],
    [
      1,
      5,
      [
        'bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=',
        'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
        'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
      ],
    ],
  ]
  test.each(inclusion)('inclusion of leaf %i in %i leaves', async (index, size, proof) => {
    const expected = proof.map(fromBase64)
    expect(await proveInclusion(sha256, storedTree(sha256, eight).fetch, index, size)).toEqual(expected)
    const leaf = { index, hash: leafAt(index) }
    expect(verifyInclusion(sha256, leaf, { size, root: rootAt(size) }, expected)).toBe(true)
  })

  // transparency-dev/merkle testdata/consistency/{1,2,3,4}/happy-path.json.
  const consistency: [number, number, string[]][] = [
    [
      1,
      8,
      [
        'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
        'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
        'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
      ],
    ],
    [
      6,
      8,
      [
        'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
        'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
        '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
      ],
    ],
    [2, 5, ['Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=', 'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=']],
    [
      6,
      7,
      [
        'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
        'sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=',
        '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
      ],
    ],
  ]
  test.each(consistency)('consistency of %i leaves with %i', async (earlier, later, proof) => {
    const expected = proof.map(fromBase64)
    expect(await proveConsistency(sha256, storedTree(sha256, eight).fetch, earlier, later)).toEqual(expected)
    const [then, now] = [earlier, later].map((size) => ({ size, root: rootAt(size) })) as [Tree, Tree]
    expect(verifyConsistency(sha256, then, now, expected)).toBe(true)
  })
})

type Tree = { size: number; root: Uint8Array }

/** A leaf hash that differs for every number. */
const leafOf = (number: number): Uint8Array => hasher.leaf(utf8(`leaf ${number}`))
const leavesUpTo = (size: number): Uint8Array[] => Array.from({ length: size }, (_, i) => leafOf(i))

/** The verifier of the Sigstore project, which says no by throwing. */
const sigstoreAgrees = (leaf: string, index: number, tree: Tree, proof: readonly Uint8Array[]): boolean => {
  const entry = { canonicalizedBody: utf8(leaf), inclusionProof: { logIndex: String(index), hashes: proof } }
  try {
    verifyMerkleInclusion(entry as never, { logSize: BigInt(tree.size), logHash: tree.root } as never)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'TLOG_INCLUSION_PROOF_ERROR') return false
    throw error
  }
}

/** What can be wrong with a proof: a bit, one hash more or less, two in another order. */
const damaged = (proof: readonly Uint8Array[], seed: number): Uint8Array[][] => {
  const flipped = proof.map((hash, i) => {
    if (i !== seed % Math.max(proof.length, 1)) return hash
    const copy = hash.slice()
    copy[seed % 32] = (copy[seed % 32] as number) ^ (1 << (seed % 8))
    return copy
  })
  const swapped = proof.length > 1 ? [[...proof.slice(1), proof[0] as Uint8Array]] : []
  const shorter = proof.length > 0 ? [flipped, proof.slice(1), proof.slice(0, -1)] : []
  return [...shorter, ...swapped, [...proof, leafOf(seed)], [leafOf(seed), ...proof]]
}

const aTree = fc
  .integer({ min: 1, max: 130 })
  .chain((size) => fc.record({ size: fc.constant(size), seed: fc.nat(), a: fc.nat(size - 1), b: fc.nat(size) }))

describe('AL15 trees of random sizes, beside a naive tree and another author’s verifier', () => {
  test('AL15 1,000 trees: roots, inclusion and consistency are agreed on, and so is what is damaged', async () => {
    const leaves = leavesUpTo(130)
    const whole = storedTree(sha256, leaves)
    const hexes = Array.from({ length: 130 }, (_, i) => hexLeaf(utf8(`leaf ${i}`)))
    await fc.assert(
      fc.asyncProperty(aTree, async ({ size, seed, a: index, b: earlier }) => {
        const root = rootOf(sha256, await frontierAt(whole.fetch, size))
        expect(hex(root)).toBe(naiveRoot(hexes.slice(0, size)))
        const tree = { size, root }

        const proof = await proveInclusion(sha256, whole.fetch, index, size)
        expect(proof.map(hex)).toEqual(naivePath(index, hexes.slice(0, size)))
        const leaf = { index, hash: leaves[index] as Uint8Array }
        const naive = (of: readonly Uint8Array[]) =>
          naiveClimb(index, size, hexes[index] as string, of.map(hex)) === hex(root)
        for (const one of [proof, ...damaged(proof, seed)]) {
          const ours = verifyInclusion(sha256, leaf, tree, one)
          expect(ours).toBe(one === proof)
          expect([naive(one), sigstoreAgrees(`leaf ${index}`, index, tree, one)]).toEqual([ours, ours])
        }
        const elsewhere = { ...leaf, index: (index + 1) % (size + 1) }
        expect(verifyInclusion(sha256, elsewhere, tree, proof)).toBe(false)
        expect(sigstoreAgrees(`leaf ${index}`, elsewhere.index, tree, proof)).toBe(false)

        const then = { size: earlier, root: rootOf(sha256, await frontierAt(whole.fetch, earlier)) }
        const growth = await proveConsistency(sha256, whole.fetch, earlier, size)
        if (earlier > 0) expect(growth.map(hex)).toEqual(naiveConsistency(earlier, hexes.slice(0, size)))
        const noRoot = hasher.leaf(utf8('the root of no tree'))
        expect(verifyConsistency(sha256, { ...then, root: noRoot }, tree, growth)).toBe(false)
        // The tree of nothing is the beginning of every other.
        expect(verifyConsistency(sha256, then, { ...tree, root: noRoot }, growth)).toBe(earlier === 0)
        for (const one of [growth, ...damaged(growth, seed)]) {
          const ours = verifyConsistency(sha256, then, tree, one)
          expect(ours).toBe(one === growth)
          if (earlier === 0) continue
          const both = naiveRootsOf(earlier, size, hex(then.root), one.map(hex))
          expect(both?.[0] === hex(then.root) && both[1] === hex(root)).toBe(ours)
        }
      }),
      { numRuns: 1_000 },
    )
  }, 120_000)

  test('AL11 batches of any size complete the same nodes as single leaves, each once', () => {
    const leaves = leavesUpTo(100)
    const singly = storedTree(sha256, leaves.slice(0, 0))
    for (const leaf of leaves) singly.grow([leaf])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 10 }), (batches) => {
        const tree = storedTree(sha256, [])
        let at = 0
        for (const batch of batches) {
          tree.grow(leaves.slice(at, at + batch))
          at = Math.min(at + batch, leaves.length)
        }
        tree.grow(leaves.slice(at))
        expect(tree.frontier()).toEqual(singly.frontier())
        expect(tree.stored).toEqual(singly.stored)
      }),
      { numRuns: 20 },
    )
  }, 60_000)

  test('a frontier that is not of its size is refused', () => {
    expect(() => append(sha256, { size: 3, hashes: [leafOf(0)] }, [])).toThrow('another number of complete subtrees')
    expect(() => append(sha256, { size: -1, hashes: [] }, [])).toThrow('no size of a tree')
  })

  test('sizes and indexes that cannot be are refused, not computed', () => {
    const tree = { size: 1, root: leafOf(0) }
    for (const index of [-1, 1, 0.5, Number.NaN, 2 ** 53])
      expect(verifyInclusion(sha256, { index, hash: leafOf(0) }, tree, [])).toBe(false)
    for (const size of [0, -1, 1.5, Number.NaN, 2 ** 53])
      expect(verifyInclusion(sha256, { index: 0, hash: leafOf(0) }, { size, root: leafOf(0) }, [])).toBe(false)
    expect(verifyInclusion(sha256, { index: 0, hash: leafOf(0).slice(1) }, tree, [])).toBe(false)
    // What is true of a smaller tree is not taken for a larger one: the proof is too short for it.
    const pair = hasher.node(leafOf(0), leafOf(1))
    expect(verifyInclusion(sha256, { index: 0, hash: leafOf(0) }, { size: 2, root: leafOf(0) }, [])).toBe(false)
    expect(verifyInclusion(sha256, { index: 0, hash: leafOf(0) }, { size: 3, root: pair }, [leafOf(1)])).toBe(false)
    expect(verifyConsistency(sha256, tree, { size: 2, root: pair }, [leafOf(1)])).toBe(true)
    expect(verifyConsistency(sha256, tree, { size: 3, root: pair }, [leafOf(1)])).toBe(false)
    expect(verifyConsistency(sha256, { size: 2, root: leafOf(0) }, tree, [])).toBe(false)
    expect(verifyConsistency(sha256, { size: 0, root: leafOf(0) }, tree, [])).toBe(false)
    expect(verifyConsistency(sha256, { size: 0, root: hasher.empty() }, tree, [leafOf(0)])).toBe(false)
  })

  test('the tree is as exact at sizes past 32 bits', () => {
    // A leaf of a tree of 2^40 + 1 leaves: the last stands alone under the root.
    const size = 2 ** 40 + 1
    const [left, last] = [leafOf(1), leafOf(2)]
    const tree = { size, root: hasher.node(left, last) }
    expect(verifyInclusion(sha256, { index: 2 ** 40, hash: last }, tree, [left])).toBe(true)
    expect(verifyInclusion(sha256, { index: 0, hash: last }, tree, [left])).toBe(false)
    expect(rootOfMany(sha256, size, [2 ** 40], last, left)).toEqual(tree.root)
  })
})

describe('AL15 one proof for many leaves', () => {
  const someLeaves = fc.integer({ min: 1, max: 90 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      seed: fc.nat(),
      picked: fc.subarray([...Array(size).keys()], { minLength: 1 }),
    }),
  )

  test('AL15 it holds the fewest subtrees, gives the root, and refuses everything else', async () => {
    const leaves = leavesUpTo(90)
    const whole = storedTree(sha256, leaves)
    await fc.assert(
      fc.asyncProperty(someLeaves, async ({ size, seed, picked }) => {
        const root = hex(rootOf(sha256, await frontierAt(whole.fetch, size)))
        const spans = besidesMany(picked, size)
        const fewest = naiveBesides(new Set(picked), 0, size)
        expect(spans.map(({ start, end }) => [start, end]).sort(([a = 0], [b = 0]) => a - b)).toEqual(fewest)

        const proof = await proveMany(sha256, whole.fetch, picked, size)
        const hashes = joined(...picked.map((index) => leaves[index] as Uint8Array))
        const rootBy = (indexes: number[], of: Uint8Array, by: Uint8Array, n = size) => {
          const found = rootOfMany(sha256, n, indexes, of, by)
          return found && hex(found)
        }
        expect(rootBy(picked, hashes, proof)).toBe(root)
        expect(rootBy(picked, hashes, joined(proof, leafOf(seed)))).toBeUndefined()
        expect(rootBy(picked, hashes, joined(proof, new Uint8Array(1)))).toBeUndefined()
        if (proof.length > 0) expect(rootBy(picked, hashes, proof.subarray(32))).toBeUndefined()
        for (const bytes of [hashes, proof]) {
          if (bytes.length === 0) continue
          const flipped = bytes.slice()
          flipped[seed % bytes.length] = (bytes[seed % bytes.length] as number) ^ 1
          expect(rootBy(picked, bytes === hashes ? flipped : hashes, bytes === proof ? flipped : proof)).not.toBe(root)
        }
        expect(rootBy(picked.slice(1), hashes.subarray(32), proof)).not.toBe(root)
        if (picked.length > 1) {
          expect(rootBy(picked.toReversed(), hashes, proof)).toBeUndefined()
          expect(
            rootBy([picked[0] as number, ...picked], joined(hashes.subarray(0, 32), hashes), proof),
          ).toBeUndefined()
        }
        expect(rootBy(picked, hashes, proof, picked.at(-1))).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  }, 60_000)

  test('leaves are given in order, each once, and of the tree', () => {
    for (const indexes of [[], [0], [4], [0, 2, 4]]) expect(areLeavesOf(indexes, 5)).toBe(true)
    for (const indexes of [[1, 0], [0, 0], [-1], [5], [0.5], [Number.NaN], [2 ** 53]])
      expect(areLeavesOf(indexes, 5)).toBe(false)
    expect(() => besidesMany([1, 0], 5)).toThrow('not in order')
    expect(rootOfMany(sha256, 2, [1, 0], joined(leafOf(1), leafOf(0)), new Uint8Array(0))).toBeUndefined()
  })

  test('all leaves need no proof at all', () => {
    for (const size of [1, 2, 3, 7, 8, 64, 65]) expect(besidesMany([...Array(size).keys()], size)).toEqual([])
  })
})
