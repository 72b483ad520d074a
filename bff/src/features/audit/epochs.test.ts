import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { utf8 } from '@gatehouse/shared/audit/bytes'
import { restoresIn } from '@gatehouse/shared/audit/epoch'
import { leafBytes } from '@gatehouse/shared/audit/leaf'
import { storedTree } from '@gatehouse/shared/audit/testing/stored-tree'
import { frontierAt, rootOf, treeHasher } from '@gatehouse/shared/audit/tree'
import { proveConsistency, proveInclusion } from '@gatehouse/shared/audit/tree-proofs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../kernel/audit/platform.ts'
import { newId } from '../../kernel/ids.ts'
import { openKeys } from '../../kernel/keys.ts'
import { temporaryFolder } from '../../testing/cluster.ts'
import type { Epoch } from './epochs.ts'
import { openSigner, type Signer } from './signer.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let signer: Signer
beforeAll(async () => {
  folder = await temporaryFolder('epochs')
  const keys = await openKeys(folder.path, undefined)
  signer = await openSigner({ settings: { dataDir: folder.path } as never, keys })
})
afterAll(() => folder.remove())

const { leaf } = treeHasher(sha256)
const event = { id: newId(), hash: sha256(utf8('restored')) }

/** A tree of `size` events, of which those from `forkedAt` on are others, and one of them tells of the restore. */
const treeOf = (of: string, size: number, { forkedAt = size, toldAt = -1 } = {}) => {
  const { fetch } = storedTree(
    sha256,
    Array.from({ length: size }, (_, seq) =>
      seq === toldAt
        ? leaf(leafBytes({ tree: of, seq, deviceSeq: null, event: event.hash }))
        : leaf(utf8(`${seq < forkedAt ? 'event' : 'another'} ${seq}`)),
    ),
  )
  return {
    at: async (first = size) => ({
      size: first,
      root: Uint8Array.from(rootOf(sha256, await frontierAt(fetch, first))),
    }),
    from: (first: number) => proveConsistency(sha256, fetch, first, size),
    told: async (seq = toldAt) => ({ seq, proof: await proveInclusion(sha256, fetch, seq, size) }),
  }
}

/** A log that was signed at 12 entries, of which 8 were put back. */
const restored = async () => {
  const of = newId()
  const before = treeOf(of, 12)
  const old = await signer.sign(of, await before.at(), [])
  const epoch: Epoch = { epoch: 2, at: 1_763_800_000, kept: await before.at(8), signed: await before.at(12), event }
  return { of, old, epoch, before, after: treeOf(of, 15, { forkedAt: 8, toldAt: 10 }) }
}

describe('AL12 AL13 the signer in a new epoch', () => {
  test('signs nothing before the event is shown to be in the log, and nothing that is not what was kept', async () => {
    const { of, old, epoch, after } = await restored()
    await expect(signer.sign(of, await after.at(), await after.from(12))).rejects.toMatchObject({ signedSize: 12 })
    await signer.begin(of, epoch)
    expect(await signer.last(of)).toEqual(epoch.kept)
    const proof = await after.from(8)
    const untold = 'the event that tells of the restore is not in the log yet'
    await expect(signer.sign(of, await after.at(), proof)).rejects.toThrow(untold)
    await expect(signer.sign(of, await after.at(), proof, await after.told(11))).rejects.toThrow(untold)
    const rewritten = treeOf(of, 15, { forkedAt: 3, toldAt: 10 })
    await expect(
      signer.sign(of, await rewritten.at(), await rewritten.from(8), await rewritten.told()),
    ).rejects.toMatchObject({ signedSize: 8 })
    const note = await signer.sign(of, await after.at(), proof, await after.told())
    const signed = signer.open(of, note)
    expect(signed.origin).toMatch(new RegExp(`/audit/${of}/2$`))
    expect(restoresIn(signed)).toEqual([{ epoch: 2, at: epoch.at, kept: epoch.kept, signed: epoch.signed }])
    expect(signer.open(of, old).size).toBe(12)
    expect(await signer.known()).toContain(of)
    // From there it is as before: only what continues it, and no way back.
    const forked = treeOf(of, 20, { forkedAt: 9 })
    await expect(signer.sign(of, await forked.at(), await forked.from(15))).rejects.toMatchObject({ signedSize: 15 })
  })

  test('begins only what follows what it signed last, and believes no epoch that it did not write', async () => {
    const { of, epoch, before } = await restored()
    const wrong = [
      { ...epoch, epoch: 3 },
      { ...epoch, signed: await before.at(11) },
      { ...epoch, signed: { size: 12, root: new Uint8Array(32) } },
    ]
    for (const one of wrong) await expect(signer.begin(of, one)).rejects.toThrow('only what follows')
    await expect(signer.begin(newId(), epoch)).rejects.toThrow('only what follows')
    await signer.begin(of, epoch)
    const path = join(folder.path, 'log', `${of}.2.epoch`)
    await writeFile(path, (await readFile(path, 'utf8')).replace(' 8 ', ' 2 '))
    await expect(signer.last(of)).rejects.toThrow('which epoch the log is in cannot be read')
  })

  test('with its folder lost it learns the epoch from a checkpoint that it signed, and from no other', async () => {
    const { of, epoch, after } = await restored()
    await signer.begin(of, epoch)
    const note = await signer.sign(of, await after.at(), await after.from(8), await after.told())
    expect(await signer.recover(of, note)).toBe(false)
    const files = (await readdir(join(folder.path, 'log'))).filter((name) => name.startsWith(of))
    for (const name of files) await rm(join(folder.path, 'log', name))
    const forged = utf8(Buffer.from(note).toString().replace('\n15\n', '\n14\n'))
    await expect(signer.recover(of, forged)).rejects.toThrow('does not fit')
    expect(await signer.recover(of, note)).toBe(true)
    expect(await signer.last(of)).toMatchObject({ size: 15 })
    expect(signer.keyOf(of).name).toMatch(/\/2$/)
    expect((await signer.epochsOf(of)).map(({ kept }) => kept)).toEqual([epoch.kept])
  })
})
