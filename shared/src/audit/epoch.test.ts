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
/** The same log, of whose 20 entries in epoch 2 the first `kept` were put back, and which went on as epoch 3 to 25. */
const restoredTwice = async (kept: number) => {
  const { before, after, restore } = await restored()
  const second: Restore = {
    ...{ epoch: 3, at: restore.at + 86_400 },
    kept: { size: kept, root: await after.rootAt(kept) },
    signed: { size: 20, root: await after.rootAt(20) },
  }
  const last = await aBundle({ size: 25, forkedAt: [8, kept], restores: [restore, second] })
  return { before, after, last, restores: [restore, second] }
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

  test('restored twice: each checkpoint of before is proven, named as lost, or denied, by the restore that did it', async () => {
    const { before, after, last, restores } = await restoredTwice(15)
    expect(verify(portable, last.files, { pinnedKey })).toMatchObject({ ok: true, restores })
    for (const one of [await before.checkpointAt(8), await after.checkpointAt(8), await after.checkpointAt(15)])
      expect(earlierOf(last.files, one)).toMatchObject({ ok: true })
    expect(earlierOf(last.files, await before.checkpointAt(13)).because).toBe(
      'it is a checkpoint of before the restore of 2025-11-22 08:26 UTC, by which entries 9 to 13 of it were lost; entries 1 to 8 are said to be the same as before: a checkpoint of 8 entries or fewer proves it',
    )
    expect(earlierOf(last.files, await after.checkpointAt(18)).because).toMatch(
      /before the restore of 2025-11-23 08:26 UTC, by which entries 16 to 18 of it were lost; entries 1 to 15 are said/,
    )
    // Epoch 2 never had what epoch 1 lost, and no more than it is said to have had.
    const more = await (await aBundle({ size: 21, forkedAt: 8, restores: [restores[0] as Restore] })).checkpointAt(21)
    expect(earlierOf(last.files, more).because).toMatch(/21 entries had been signed before .* tells of 20 only/)
    // What the first restore kept the second one may have lost.
    const { last: deeper } = await restoredTwice(5)
    expect(earlierOf(deeper.files, await before.checkpointAt(5)).ok).toBe(true)
    expect(earlierOf(deeper.files, await before.checkpointAt(7)).because).toMatch(
      /before the restore of 2025-11-23 .*, by which entries 6 to 7 of it/,
    )
    expect(earlierOf(deeper.files, await before.checkpointAt(12)).because).toMatch(
      /before the restores of 2025-11-22 08:26 UTC and of 2025-11-23 08:26 UTC, by which entries 6 to 12 of it were lost; entries 1 to 5/,
    )
  })

  test('a bundle of an epoch that is over, against a checkpoint of after: what became of it is said', async () => {
    const { before, after, last } = await restoredTwice(15)
    const newest = await last.checkpointAt(25)
    expect(earlierOf(after.files, newest).because).toBe(
      'it is of epoch 3, and the bundle of epoch 2, which a restore has ended: of the 20 entries that the bundle’s log had, entries 16 to 20 were lost by the restore of 2025-11-23 08:26 UTC; ask for a newer one',
    )
    expect(earlierOf(before.files, newest).because).toMatch(/entries 9 to 13 were lost by the restore of 2025-11-22/)
    const short = await aBundle({ size: 6 })
    expect(earlierOf(short.files, newest).because).toMatch(/the 6 entries .* are said to be there still; ask for/)
    // It had more than anybody admits: this is no restore, but a lie.
    const more = await aBundle({ size: 14 })
    expect(earlierOf(more.files, newest).because).toMatch(/has ended; but 14 entries had been signed .* of 13 only/)
  })

  test('AL18 a witness of each epoch follows into the third, and none leads back', async () => {
    const { before, after, last } = await restoredTwice(15)
    const third = keyOfEpoch(key, 3)
    const note = textOf(await last.checkpointAt(25))
    const judged = async (held: Uint8Array, proof: readonly Uint8Array[] = []) =>
      judgeOffer(portable, third, opened(held), { note, proof })
    for (const lost of [await before.checkpointAt(13), await after.checkpointAt(18)])
      expect(await judged(lost)).toMatchObject({ kind: 'newer' })
    for (const kept of [await before.checkpointAt(8), await after.checkpointAt(15)]) {
      const { size } = opened(kept)
      expect(await judged(kept)).toMatchObject({ kind: 'refused' })
      expect(await judged(kept, await last.proofFrom(size))).toMatchObject({ kind: 'newer' })
    }
    expect(await judged(await last.checkpointAt(25))).toEqual({ kind: 'known' })
    const back = textOf(await after.checkpointAt(20))
    expect(
      judgeOffer(portable, keyOfEpoch(key, 2), opened(await last.checkpointAt(25)), { note: back, proof: [] }),
    ).toMatchObject({ kind: 'refused' })
  })

  test('no restore tells of less than the one before it kept: that would lose entries in silence', async () => {
    const { restores, after } = await restoredTwice(15)
    const [first, second] = restores as [Restore, Restore]
    const third = keyOfEpoch(key, 3)
    const of = (one: Restore) => ({ origin: third.name, extensions: [restoreLine(first), restoreLine(one)] })
    expect(restoresIn(of(second))).toEqual(restores)
    const at = async (size: number) => ({ size, root: await after.rootAt(size) })
    // Nothing was signed in epoch 2.
    expect(restoresIn(of({ ...second, kept: await at(8), signed: await at(8) }))).toHaveLength(2)
    const fewer = { ...second, kept: await at(7), signed: await at(7) }
    const others = { ...second, kept: await at(7), signed: { size: 8, root: new Uint8Array(32) } }
    for (const one of [fewer, others]) expect(() => restoresIn(of(one))).toThrow('does not say what was lost')
  })
})
