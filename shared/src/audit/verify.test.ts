import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BundleEvent, type BundleFiles, bundleFile } from './bundle.ts'
import { joined, textOf, utf8 } from './bytes.ts'
import { canonical, type Json } from './canonical.ts'
import type { CheckName } from './findings.ts'
import { portable } from './portable.ts'
import { aBundle, deviceId, logKey, remembering } from './testing/bundles.ts'
import { type Against, openVerifier, type Verification, verify } from './verify.ts'
import { longestLine } from './verify-events.ts'

const primitives = remembering()
const { printed: pinnedKey } = logKey('customer-1')

const failed = ({ checks }: Verification): CheckName[] =>
  checks.filter(({ result }) => result === 'failed').map(({ name }) => name)

const check = (files: BundleFiles, against: Partial<Against> = {}) =>
  verify(primitives, files, { pinnedKey, ...against })

const resultOf = (verification: Verification, name: CheckName) =>
  verification.checks.find((one) => one.name === name)?.result

const failuresOf = (verification: Verification, name: CheckName) =>
  verification.checks.find((one) => one.name === name)?.failures ?? []

const changed = (files: BundleFiles, name: string, change: (bytes: Uint8Array) => Uint8Array) =>
  new Map(files).set(name, change(files.get(name) ?? new Uint8Array(0)))

const changedText = (files: BundleFiles, name: string, change: (text: string) => string) =>
  changed(files, name, (bytes) => utf8(change(textOf(bytes))))

const linesOf = (files: BundleFiles): string[] =>
  textOf(files.get(bundleFile.events) as Uint8Array)
    .split('\n')
    .slice(0, -1)

const withLines = (files: BundleFiles, lines: readonly string[]) =>
  new Map(files).set(bundleFile.events, utf8(lines.map((line) => `${line}\n`).join('')))

const some = [1, 4, 5, 7, 10]
const ofOneDevice = { seqs: [1, 4, 7, 10], devices: [{ id: deviceId(1), from: 0, to: 3 }] }

describe('AL15 a bundle as it was made', () => {
  test('AL15 all of the log, with an earlier checkpoint', async () => {
    const { files } = await aBundle({ earlier: 6, beside: new Map([['verifier/verify.html', utf8('<p>')]]) })
    const result = verify(portable, files, { pinnedKey })
    expect(result).toMatchObject({ ok: true, count: 13, erased: 0, checkpoint: { size: 13 } })
    expect(result.checks.map((one) => one.result)).toEqual(Array(12).fill('ok'))
    // All entries give the root by themselves.
    expect(files.get(bundleFile.proof)).toHaveLength(0)
  })

  test('AL15 some of the log; what it does not claim does not apply', async () => {
    const { files } = await aBundle({ seqs: some })
    const result = check(files)
    expect(result).toMatchObject({ ok: true, count: 5 })
    expect([resultOf(result, 'devices'), resultOf(result, 'earlier')]).toEqual(['not_applicable', 'not_applicable'])
  })

  test('AL15 nothing of the log', async () => {
    const result = check((await aBundle({ seqs: [] })).files)
    expect(result).toMatchObject({ ok: true, count: 0 })
    expect(resultOf(result, 'root')).toBe('not_applicable')
  })

  test.each([1, 2, 3, 7, 8, 9])('AL15 a log of %i entries', async (size) => {
    expect(check((await aBundle({ size })).files).ok).toBe(true)
    expect(check((await aBundle({ size, seqs: [size - 1] })).files).ok).toBe(true)
  })

  test('AL16 all of one device', async () => {
    const result = check((await aBundle(ofOneDevice)).files)
    expect(resultOf(result, 'devices')).toBe('ok')
    expect(result.ok).toBe(true)
  })

  test('AL23 personal values that were erased leave everything else as it was', async () => {
    const without = ({ openings: { actorName: _, ...openings }, ...one }: BundleEvent): BundleEvent => ({
      ...one,
      openings,
    })
    const { files } = await aBundle({ events: (events) => events.map(without) })
    expect(check(files)).toMatchObject({ ok: true, erased: 13 })
    expect(textOf(files.get(bundleFile.events) as Uint8Array)).not.toContain('Anna')
    // A bundle from before the erasure still verifies.
    expect(check((await aBundle()).files)).toMatchObject({ ok: true, erased: 0 })
  })
})

describe('AL15 whatever is done to a bundle is noticed, and named', () => {
  test.each([
    ['some of the log, with an earlier checkpoint', { seqs: some, earlier: 6 }],
    ['all of the log', { size: 4 }],
    ['all of one device', { seqs: [1, 4], devices: [{ id: deviceId(1), from: 0, to: 1 }] }],
  ])(
    'AL15 every byte of every file, flipped: %s',
    async (_, wanted) => {
      const { files } = await aBundle(wanted)
      expect(check(files).ok).toBe(true)
      let tried = 0
      for (const [name, bytes] of files)
        for (let i = 0; i < bytes.length; i++) {
          const flipped = new Map(files).set(name, bytes.with(i, (bytes[i] as number) ^ (1 << (i % 8))))
          if (failed(check(flipped)).length === 0) expect.fail(`${name}, byte ${i} went unnoticed`)
          tried++
        }
      expect(tried).toBeGreaterThan(3_000)
    },
    240_000,
  )

  test('AL15 every byte of every file dropped, and one added before it', async () => {
    const { files } = await aBundle({ seqs: [4, 5], earlier: 6 })
    for (const [name, bytes] of files)
      for (let i = 0; i <= bytes.length; i++) {
        const dropped = joined(bytes.subarray(0, i), bytes.subarray(i + 1))
        const added = joined(bytes.subarray(0, i), Uint8Array.of(bytes[i] ?? 10), bytes.subarray(i))
        for (const other of [...(i < bytes.length ? [dropped] : []), added])
          if (check(new Map(files).set(name, other)).ok) expect.fail(`${name}, byte ${i} went unnoticed`)
      }
  }, 240_000)

  test('AL15 lines dropped, doubled, swapped, or taken from elsewhere', async () => {
    const { files } = await aBundle({ seqs: some })
    const { files: all } = await aBundle()
    const lines = linesOf(files)
    for (const [i, line] of lines.entries()) {
      const dropped = check(withLines(files, lines.toSpliced(i, 1)))
      expect(failuresOf(dropped, 'manifest')[0]?.because).toBe('it was made with 5 entries, and holds 4')
      expect(failed(dropped)).toEqual(expect.arrayContaining(['manifest', 'root']))
      expect(failed(check(withLines(files, lines.toSpliced(i, 0, line))))).toEqual(
        expect.arrayContaining(['manifest', 'order', 'root']),
      )
      const next = lines[i + 1]
      if (next === undefined) continue
      const swapped = check(withLines(files, lines.toSpliced(i, 2, next, line)))
      expect(failed(swapped)).toEqual(expect.arrayContaining(['manifest', 'order', 'root']))
      expect(failuresOf(swapped, 'order')).toContainEqual({
        file: 'events.jsonl',
        line: i + 2,
        seq: some[i],
        because: 'the entry stands behind a later one, or twice',
      })
    }
    for (const line of linesOf(all)) {
      if (lines.includes(line)) continue
      expect(failed(check(withLines(files, [...lines, line].sort())))).toContain('manifest')
      expect(failed(check(withLines(files, lines.with(2, line))))).toContain('manifest')
    }
  })

  test('AL15 an event that is not the one in the log is named with its line and entry', async () => {
    const { files } = await aBundle({ seqs: some })
    const lines = linesOf(files)
    const result = check(withLines(files, lines.with(3, (lines[3] as string).replace('wss', 'tcp'))))
    expect(failed(result)).toEqual(['events'])
    expect(failuresOf(result, 'events')).toEqual([
      { file: 'events.jsonl', line: 4, seq: 7, because: 'the event is not the one that its entry in the log names' },
    ])
  })

  test('AL15 a line that is another spelling of the same entry is refused', async () => {
    const { files } = await aBundle({ seqs: some })
    const lines = linesOf(files)
    const line = lines[2] as string
    const spellings = [
      line.replace('"outcome":"done"', '"outcome": "done"'),
      line.replace('"outcome":"done"', '"outcome":"done","outcome":"done"'),
      line.replace('"outcome":"done"', '"outcome":"\\u0064one"'),
      line.replace('"v":1', '"v":1.0'),
      line.replace('"seq":5', '"seq":05'),
      line.replace(/\}$/, ',"z":1}'),
      `${line} `,
      ` ${line}`,
      `${line}\r`,
      canonical(Object.fromEntries(Object.entries(JSON.parse(line)).toReversed()) as Json).replace(
        '{"event"',
        '{"a":1,"event"',
      ),
    ]
    for (const spelling of spellings) {
      expect(spelling).not.toBe(line)
      const result = check(withLines(files, lines.with(2, spelling)))
      expect(failed(result), spelling).toContain('events')
      expect(failuresOf(result, 'events')[0]).toMatchObject({ file: 'events.jsonl', line: 3 })
      expect(resultOf(result, 'root')).toBe('not_applicable')
    }
    expect(failed(check(changedText(files, bundleFile.events, (text) => text.slice(0, -1))))).toContain('events')
    expect(failed(check(changedText(files, bundleFile.events, (text) => `${text}\n`)))).toContain('events')
  })

  test('AL15 AL23 clear text that was changed, taken away, moved or put in', async () => {
    const { files } = await aBundle({ seqs: some })
    const lines = linesOf(files)
    const line = lines[2] as string
    const openings = JSON.parse(line).openings as Record<string, { salt: string; value: string }>
    const withOpenings = (other: Record<string, unknown>) =>
      check(withLines(files, lines.with(2, line.replace(/"openings":.*$/, `"openings":${canonical(other as Json)}}`))))
    expect(withOpenings(openings).ok).toBe(true)
    const { actorName, 'fields.name': name } = openings
    if (!actorName || !name) throw new Error('both are committed to')
    expect(failed(withOpenings({ ...openings, actorName: { ...actorName, value: 'Mallory' } }))).toEqual(['openings'])
    expect(failed(withOpenings({ ...openings, actorName: { ...actorName, value: '' } }))).toEqual(['openings'])
    expect(failed(withOpenings({ ...openings, actorName: name, 'fields.name': actorName }))).toEqual(['openings'])
    expect(failed(withOpenings({ ...openings, outcome: actorName }))).toEqual(['manifest', 'openings'])
    expect(failed(withOpenings({ ...openings, name }))).toEqual(['manifest', 'openings'])
    expect(failed(withOpenings({ actorName }))).toEqual(['manifest'])
    expect(failed(withOpenings({ ...openings, actorName: { ...actorName, more: 1 } }))).toContain('events')
    expect(failed(withOpenings({ ...openings, actorName: 'Anna' }))).toContain('events')
  })

  test('AL15 files taken away, added, emptied or taken from another bundle', async () => {
    const { files } = await aBundle({ seqs: some, earlier: 6 })
    const { files: other } = await aBundle({ seqs: [2, 3], earlier: 3 })
    for (const name of files.keys()) {
      const without = new Map(files)
      without.delete(name)
      expect(failuresOf(check(without), 'files')).toContainEqual({ file: name, because: 'this file is missing' })
      expect(failed(check(changed(files, name, () => new Uint8Array(0))))).not.toEqual([])
      if (name === bundleFile.readme || name === bundleFile.keys || name === bundleFile.checkpoint) continue
      expect(failed(check(new Map(files).set(name, other.get(name) as Uint8Array))), name).not.toEqual([])
    }
    const more = check(new Map(files).set('notes.txt', utf8('hello')))
    expect(failed(more)).toEqual(['files'])
    expect(failuresOf(more, 'files')[0]?.file).toBe('notes.txt')
    expect(check(new Map()).ok).toBe(false)
    const plain = await aBundle({ seqs: some })
    const grafted = new Map(plain.files)
    for (const name of [bundleFile.earlier, bundleFile.consistency]) grafted.set(name, files.get(name) as Uint8Array)
    expect(failed(check(grafted))).toEqual(['files'])
  })

  test('AL15 a manifest that claims something else than was sealed', async () => {
    const { files } = await aBundle(ofOneDevice)
    for (const [from, to] of [
      ['Balance 1', 'Balance 2'],
      ['"to":3', '"to":2'],
      ['"count":4', '"count":5'],
      ['06:00', '07:00'],
    ] as const) {
      const other = changedText(files, bundleFile.manifest, (text) => text.replace(from, to))
      expect(failed(check(other))).toContain('manifest')
    }
  })

  test('AL15 many failures are counted, and the first are shown', async () => {
    const { files } = await aBundle({ size: 60 })
    const result = check(
      withLines(
        files,
        linesOf(files).map((line) => line.replace('"done"', '"gone"')),
      ),
    )
    expect(result.checks.find(({ name }) => name === 'events')).toMatchObject({ failed: 60 })
    expect(failuresOf(result, 'events')).toHaveLength(20)
  })
})

describe('AL16 completeness of a device', () => {
  const claims = (seqs: number[], from: number, to: number) =>
    aBundle({ seqs, devices: [{ id: deviceId(1), from, to }] }).then(({ files }) => check(files))

  test('AL16 an event that the server left out, though it sealed the bundle', async () => {
    const result = await claims([1, 4, 10], 0, 3)
    expect(failed(result)).toEqual(['devices'])
    expect(failuresOf(result, 'devices')[0]?.because).toMatch(/some of the 1\. to 4\. event of device .* are missing/)
  })

  test('AL16 a first or a last event that is not there, or more than claimed', async () => {
    for (const seqs of [[4, 7, 10], [1, 4, 7], []]) expect(failed(await claims(seqs, 0, 3))).toEqual(['devices'])
    expect(failed(await claims([1, 4, 7, 10], 0, 2))).toEqual(['devices'])
    expect(failed(await claims([4, 7], 1, 2))).toEqual([])
  })

  test('AL16 a log that is whole, but in which events of a device were never numbered through', async () => {
    const renumbered = (events: BundleEvent[]) =>
      events.map((one) => (one.seq === 10 && one.deviceSeq !== null ? { ...one, deviceSeq: one.deviceSeq + 1 } : one))
    const { files } = await aBundle({ events: renumbered })
    // The log itself has other leaves, so the root fails as well.
    expect(failed(check(files))).toEqual(['devices', 'root'])
  })

  test('AL16 an event of a device outside of its numbers', async () => {
    const hidden = (events: BundleEvent[]) => events.map((one) => (one.seq === 4 ? { ...one, deviceSeq: null } : one))
    const result = check((await aBundle({ seqs: some, events: hidden })).files)
    expect(failed(result)).toContain('devices')
    expect(failuresOf(result, 'devices')[0]).toMatchObject({ line: 2, seq: 4 })
  })
})

describe('AL17 whose log it is', () => {
  test('AL17 a bundle of another customer is refused by name, though the same server signed it', async () => {
    const { files } = await aBundle({ tree: 'customer-2' })
    const result = check(files)
    expect(failed(result)).toEqual(expect.arrayContaining(['key', 'origin', 'manifest', 'events']))
    expect(failuresOf(result, 'origin')[0]?.because).toContain('server-1/audit/customer-2')
    expect(failuresOf(result, 'key')[0]?.because).toContain('your key is that of server-1/audit/customer-1')
    const mixed = new Map((await aBundle()).files).set(
      bundleFile.manifest,
      files.get(bundleFile.manifest) as Uint8Array,
    )
    expect(failed(check(mixed))).toEqual(expect.arrayContaining(['origin', 'manifest']))
  })

  test('AL17 a bundle that somebody else signed under this name is refused', async () => {
    const result = check((await aBundle({ seed: 'somebody else' })).files)
    expect(failed(result)).toEqual(['key', 'checkpoint', 'manifest'])
  })

  test('AL17 without a key that can be read nothing is said to hold', async () => {
    const { files } = await aBundle()
    for (const other of ['', 'server-1', `${pinnedKey}x`, pinnedKey.replace('customer-1', 'customer-2')]) {
      const result = check(files, { pinnedKey: other })
      expect(result.ok).toBe(false)
      expect(failed(result)).toContain('key')
    }
  })
})

describe('AL15 against an earlier checkpoint', () => {
  test.each([0, 1, 6, 8, 12, 13])('AL15 the log of %i entries has only grown', async (size) => {
    const { files, checkpointAt } = await aBundle({ earlier: size })
    expect(check(files).ok).toBe(true)
    const kept = { earlierCheckpoint: await checkpointAt(size) }
    expect(check(files, kept).ok).toBe(true)
    // Without the proof in the bundle: all entries are the proof, or it is asked for.
    expect(check((await aBundle()).files, kept).ok).toBe(true)
    const part = check((await aBundle({ seqs: some })).files, kept)
    expect(failed(part)).toEqual(size === 0 || size === 13 ? [] : ['earlier'])
    expect(check((await aBundle({ seqs: some, earlier: size })).files, kept).ok).toBe(true)
  })

  test('AL15 a log that was rewritten is found by the checkpoint that was kept, whatever it proves of itself', async () => {
    const kept = { earlierCheckpoint: await (await aBundle()).checkpointAt(8) }
    for (const wanted of [
      {},
      { earlier: 8 },
      { seqs: some, earlier: 8 },
      { seqs: some, earlier: 5 },
      { size: 8 },
      { size: 7 },
    ]) {
      const { files } = await aBundle({ ...wanted, forkedAt: 6, ...(wanted.seqs && { seqs: some }) })
      if (!wanted.size) expect(check(files).ok).toBe(true)
      expect(failed(check(files, kept))).toEqual(['earlier'])
    }
  })

  test('AL15 a proof of growth that does not fit is refused', async () => {
    const { files } = await aBundle({ seqs: some, earlier: 6 })
    const { files: other } = await aBundle({ seqs: some, earlier: 5 })
    const mixed = new Map(files).set(bundleFile.consistency, other.get(bundleFile.consistency) as Uint8Array)
    expect(failed(check(mixed))).toEqual(['files', 'earlier'])
    expect(failed(check(changedText(files, bundleFile.consistency, (text) => text.slice(0, -1))))).toContain('earlier')
  })

  test('AL17 a checkpoint of another customer is no earlier one', async () => {
    const { checkpointAt } = await aBundle({ tree: 'customer-2' })
    const result = check((await aBundle()).files, { earlierCheckpoint: await checkpointAt(5) })
    expect(failed(result)).toEqual(['earlier'])
    expect(check((await aBundle()).files, { earlierCheckpoint: utf8('rubbish') }).ok).toBe(false)
  })
})

/** Checks a bundle whose events come in pieces that end at these places. */
const inPieces = (files: BundleFiles, cuts: readonly number[]): Verification => {
  const verifier = openVerifier(primitives, { pinnedKey })
  const events = files.get(bundleFile.events) ?? new Uint8Array(0)
  let from = 0
  for (const to of [...cuts.toSorted((a, b) => a - b), events.length]) {
    // What is handed in is not kept: it is written over.
    const piece = events.slice(from, to)
    verifier.events(piece)
    piece.fill(0)
    from = to
  }
  return verifier.conclude(new Map(files).set(bundleFile.events, new Uint8Array(0)))
}

describe('AL15 a log too large to be in memory is checked in pieces', () => {
  test('AL15 in whatever pieces the events come, the same is found', async () => {
    const { files } = await aBundle({ seqs: some })
    const lines = linesOf(files)
    const bundles = [
      files,
      withLines(files, lines.with(2, (lines[2] as string).replace('"outcome":"done"', '"outcome":"gone"'))),
      withLines(files, lines.toSpliced(1, 1)),
      withLines(files, lines.with(1, '{}')),
      changedText(files, bundleFile.events, (text) => text.slice(0, -7)),
      changedText(files, bundleFile.events, (text) => `\n${text}\n\n`),
    ]
    for (const [i, bundle] of bundles.entries()) {
      const whole = check(bundle)
      expect(whole.ok).toBe(i === 0)
      const { length } = bundle.get(bundleFile.events) as Uint8Array
      for (let cut = 0; cut <= length; cut += 41) expect(inPieces(bundle, [cut])).toEqual(whole)
      expect(inPieces(bundle, [...Array(length).keys()])).toEqual(whole)
      fc.assert(
        fc.property(fc.array(fc.nat(length)), (cuts) => {
          expect(inPieces(bundle, cuts)).toEqual(whole)
        }),
        { numRuns: 15 },
      )
    }
  })

  test('AL15 a line that does not end takes no more memory than any entry could', async () => {
    const { files } = await aBundle({ seqs: some })
    const lines = linesOf(files)
    const endless = withLines(files, lines.toSpliced(2, 0, 'x'.repeat(longestLine)))
    const whole = check(endless)
    expect(failuresOf(whole, 'events')).toEqual([
      { file: 'events.jsonl', line: 3, because: 'the line is longer than any entry of a log' },
    ])
    const { length } = endless.get(bundleFile.events) as Uint8Array
    expect(inPieces(endless, [9_000, longestLine / 2, longestLine + 8_000])).toEqual(whole)
    expect(inPieces(endless, [length - 9_000])).toEqual(whole)
  })

  test('AL15 what stands where something is wrong is there to be shown, and what devices were called', async () => {
    const { files } = await aBundle({ seqs: some })
    const lines = linesOf(files)
    const line = (lines[3] as string).replace('wss', 'tcp')
    const { read } = check(withLines(files, lines.with(3, line)))
    expect([...(read?.wrong ?? [])]).toEqual([[4, line]])
    expect([read?.first, read?.last]).toEqual([lines[0], lines.at(-1)])
    expect(check(files).read?.wrong.size).toBe(0)
  })
})
