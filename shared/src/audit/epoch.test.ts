import { describe, expect, test } from 'vitest'
import { eventLine } from './bundle.ts'
import { textOf } from './bytes.ts'
import { openCheckpoint, readCheckpointText, signCheckpoint } from './checkpoint.ts'
import { fateOf, keyFor, keyOfEpoch, logOf, type Restore, readRestoreLine, restoreLine, restoresIn } from './epoch.ts'
import { readNote } from './note.ts'
import { portable } from './portable.ts'
import { aBundle, eventAt, logKey } from './testing/bundles.ts'
import { storedTree } from './testing/stored-tree.ts'
import { proveConsistency } from './tree-proofs.ts'
import { verify } from './verify.ts'
import { judgeOffer } from './witness.ts'

const { key, printed: pinnedKey, sign } = logKey('customer-1')

/** A log of 13 entries of which the first 8 were put back, and which then went on as epoch 2 to 20 entries. */
const restored = async () => {
  const before = await aBundle({ size: 13 })
  const restore: Restore = {
    ...{ epoch: 2, at: 1_763_800_000 },
    kept: { size: 8, root: await before.rootAt(8) },
    signed: { size: 13, root: await before.rootAt(13) },
  }
  const after = await aBundle({ size: 20, forkedAt: 8, restores: [restore] })
  return { before, after, restore }
}
const opened = (note: Uint8Array) => readCheckpointText(readNote(note).text)
const earlierOf = (files: ReadonlyMap<string, Uint8Array>, earlierCheckpoint: Uint8Array) => {
  const found = verify(portable, files, { pinnedKey, earlierCheckpoint })
  const failed = found.checks.filter(({ result }) => result === 'failed')
  return { ok: found.ok, failed: failed.map(({ name }) => name), because: failed[0]?.failures[0]?.because }
}

describe('AL13 AL15 a log that went on after a restore', () => {
  test('an origin names log and epoch, in one spelling', () => {
    expect(logOf('s/audit/c')).toEqual({ base: 's/audit/c', tree: 'c', epoch: 1 })
    expect(logOf('s/audit/c/12')).toEqual({ base: 's/audit/c', tree: 'c', epoch: 12 })
    for (const none of [
      's/audit/c/1',
      's/audit/c/02',
      's/audit/c/0',
      's/audit/c/2/3',
      's/audit/',
      's/c',
      's/audit/c/1000',
    ])
      expect(() => logOf(none), none).toThrow()
    expect(keyFor(key, `${key.name}/3`)).toEqual(keyOfEpoch(key, 3))
    expect(keyFor(key, 'server-1/audit/customer-2/2')).toBe(key)
  })

  test('the bundle of the new epoch is good with the key of the old one, and says what was lost', async () => {
    const { after, restore } = await restored()
    expect(verify(portable, after.files, { pinnedKey })).toMatchObject({ ok: true, restores: [restore] })
    const other = logKey('customer-2').printed
    expect(verify(portable, after.files, { pinnedKey: other }).ok).toBe(false)
  })

  test('against a checkpoint of before: what is kept is proven, what is lost is named, what is denied is a forgery', async () => {
    const { before, after } = await restored()
    expect(earlierOf(after.files, await before.checkpointAt(6))).toMatchObject({ ok: true })
    expect(earlierOf(after.files, await before.checkpointAt(8))).toMatchObject({ ok: true })
    for (const size of [11, 13])
      expect(earlierOf(after.files, await before.checkpointAt(size))).toEqual({
        ok: false,
        failed: ['earlier'],
        because: `it is a checkpoint of before the restore of 2025-11-22 08:26 UTC, by which entries 9 to ${size} of it were lost; entries 1 to 8 are said to be the same as before: a checkpoint of 8 entries or fewer proves it`,
      })
    // More had been signed than the restore admits, and another root than it tells of.
    const more = await (await aBundle({ size: 14 })).checkpointAt(14)
    expect(earlierOf(after.files, more).because).toMatch(/14 entries had been signed before .* tells of 13 only/)
    const other = await (await aBundle({ size: 13, forkedAt: 10 })).checkpointAt(13)
    expect(earlierOf(after.files, other).because).toMatch(/another root had been signed/)
    const rewritten = await (await aBundle({ size: 13, forkedAt: 2 })).checkpointAt(6)
    expect(earlierOf(after.files, rewritten).because).toMatch(/what was written before then has been changed/)
    // A bundle of before against a checkpoint of after.
    expect(earlierOf(before.files, await after.checkpointAt(20)).because).toMatch(
      /it is of epoch 2, and the bundle of epoch 1/,
    )
  })

  test('no checkpoint of a later epoch is silent about what was lost', async () => {
    const { restore } = await restored()
    const second = keyOfEpoch(key, 2)
    const of = (extensions: string[]) => ({ origin: second.name, size: 20, root: new Uint8Array(32), extensions })
    const line = restoreLine(restore)
    expect(readRestoreLine(line)).toEqual(restore)
    expect(restoresIn(of([line]))).toEqual([restore])
    for (const wrong of [
      [],
      [line, line],
      [line.replace(' 2 ', ' 3 ')],
      [`${line} `],
      [line.replace(' 8 ', ' 14 ')],
      ['x'],
    ]) {
      const note = await signCheckpoint(portable.sha256, of(wrong), second, sign)
      expect(() => openCheckpoint(portable, note, second), wrong.join()).toThrow()
    }
    expect(
      openCheckpoint(portable, await signCheckpoint(portable.sha256, of([line]), second, sign), second),
    ).toBeDefined()
  })

  test('AL18 a witness follows into the new epoch where what it holds is accounted for, and nowhere else', async () => {
    const { before, after, restore } = await restored()
    const second = keyOfEpoch(key, 2)
    const note = textOf(await after.checkpointAt(20))
    const log = storedTree(
      portable.sha256,
      Array.from(
        { length: 20 },
        (_, seq) => eventLine(portable.sha256, 'customer-1', eventAt(seq, seq < 8 ? seq : seq + 1_000)).leafHash,
      ),
    )
    const judged = async (held: Uint8Array, from = 0, own = second) =>
      judgeOffer(portable, own, opened(held), {
        note,
        proof: from === 0 ? [] : await proveConsistency(portable.sha256, log.fetch, from, 20),
      })
    expect(await judged(await before.checkpointAt(6), 6)).toMatchObject({ kind: 'newer' })
    expect(await judged(await before.checkpointAt(6))).toMatchObject({ kind: 'refused' })
    expect(await judged(await before.checkpointAt(11))).toMatchObject({ kind: 'newer' })
    expect(await judged(await before.checkpointAt(13))).toMatchObject({ kind: 'newer' })
    // Without the order, that is under the key of the epoch before, it is refused as any fork.
    expect(await judged(await before.checkpointAt(11), 0, key)).toMatchObject({ kind: 'refused' })
    const more = await (await aBundle({ size: 14 })).checkpointAt(14)
    expect(await judged(more)).toMatchObject({ kind: 'refused', because: expect.stringContaining('tells of 13 only') })
    const other = await (await aBundle({ size: 13, forkedAt: 10 })).checkpointAt(13)
    expect(await judged(other)).toMatchObject({ kind: 'refused' })
    // And from there nothing leads back.
    const back = textOf(await before.checkpointAt(13))
    expect(judgeOffer(portable, key, opened(await after.checkpointAt(20)), { note: back, proof: [] })).toMatchObject({
      kind: 'refused',
    })
    expect(fateOf([restore], { ...opened(await before.checkpointAt(8)) })).toEqual({ kind: 'kept' })
  })
})
