import type { BundleFiles } from '@gatehouse/shared/audit/bundle'
import { utf8 } from '@gatehouse/shared/audit/bytes'
import { aBundle, logKey, remembering } from '@gatehouse/shared/audit/testing/bundles'
import type { Verification } from '@gatehouse/shared/audit/verify'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkBundle } from './check.ts'
import { type Source, Unreadable } from './source.ts'
import { inMemory, withFile, zipped, zippedBundle, zipSource } from './testing/zips.ts'
import { openZip } from './zip.ts'

const primitives = remembering()
const { printed: pinnedKey } = logKey('customer-1')

const check = async (zip: Uint8Array): Promise<Verification> =>
  checkBundle(primitives, await zipSource(zip), { pinnedKey })

/** The sentence with which a zip is refused. */
const refusal = async (zip: Uint8Array): Promise<string> => {
  const error = await check(zip).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Unreadable)
  return (error as Unreadable).message
}

const beside = new Map([
  ['verifier/gatehouse-verify.mjs', utf8('console.log("as it was put in")\n')],
  ['verifier/verify.html', utf8('<p>As it was put in</p>\n')],
])

let files: Map<string, Uint8Array>
let good: Uint8Array
beforeAll(async () => {
  ;({ files } = await aBundle({ size: 3, seqs: [1], earlier: 2, beside }))
  good = await zippedBundle(files)
})

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const signatures = { local: 0x04034b50, descriptor: 0x08074b50, central: 0x02014b50, end: 0x06054b50 } as const
const placesOf = (zip: Uint8Array, kind: keyof typeof signatures): number[] =>
  [...Array(zip.length - 3).keys()].filter((at) => view(zip).getUint32(at, true) === signatures[kind])

/** A copy with two bytes set at a place in every header of a kind. */
const withShort = (zip: Uint8Array, kind: keyof typeof signatures, offset: number, change: (was: number) => number) => {
  const copy = zip.slice()
  for (const at of placesOf(zip, kind))
    view(copy).setUint16(at + offset, change(view(copy).getUint16(at + offset, true)), true)
  return copy
}

describe('AL15 a bundle in a zip', () => {
  test('AL15 as Gatehouse packs it, and in no other way', async () => {
    expect(await check(good)).toMatchObject({ ok: true, count: 1 })
    for (const options of [{}, { level: 0 }, { zip64: true, dataDescriptor: true }, { extendedTimestamp: true }])
      expect(await refusal(await zipped(files, options)), JSON.stringify(options)).toMatch(
        /not as Gatehouse packs it: .* another program packed it again.*choose the folder/,
      )
  })

  test('AL15 what lies in verifier/ is what was put in; everything else is too much', async () => {
    const [name = '', bytes = new Uint8Array(0)] = [...beside][1] ?? []
    const failures = async (other: Map<string, Uint8Array>) => {
      const { ok, checks } = await check(await zippedBundle(other))
      return [ok, ...checks.filter(({ result }) => result === 'failed').map((one) => [one.name, ...one.failures])]
    }
    const because = (words: string, file = name) => [false, ['verifier', { file, because: words }]]
    expect(await failures(new Map(files).set(name, bytes.with(3, 0)))).toEqual(
      because('it is not the one that was put into this bundle: do not use it'),
    )
    expect(await failures(new Map(files).set('verifier/more.js', bytes))).toEqual(
      because('it was not put into this bundle: do not use it', 'verifier/more.js'),
    )
    const without = new Map(files)
    without.delete(name)
    expect(await failures(without)).toEqual(because('it was put into this bundle, and is gone'))
    // A bundle from before they were listed verifies as it did, and says that they were not checked.
    const before = new Map([...(await aBundle({ size: 3, seqs: [1], earlier: 2 })).files, ...beside])
    const { ok, checks } = await check(await zippedBundle(before))
    expect([ok, checks.find((one) => one.name === 'verifier')]).toMatchObject([
      true,
      { result: 'not_applicable', because: 'when this bundle was made, it was not yet listed: do not use it' },
    ])
    const none = await aBundle({ beside: new Map() })
    expect((await check(await zippedBundle(none.files))).ok).toBe(true)
    expect(await failures(new Map([...none.files, ...beside]))).toMatchObject([false, ['verifier', {}, {}]])
    await expect(check(await zippedBundle(files, [['verifier/large', new Uint8Array(17_000_000)]]))).rejects.toThrow(
      /verifier\/.*may hold 16777216|packed \d+ times smaller/,
    )
    for (const name of [
      'notes.txt',
      '__proto__',
      'constructor',
      'Verifier/verify.html',
      'events.jsonl ',
      'EVENTS.jsonl',
      'verifier',
    ]) {
      const { ok, checks } = await check(await zippedBundle(files, [[name, utf8('hello')]]))
      expect([ok, checks.find((one) => one.result === 'failed')?.failures[0]?.file]).toEqual([false, name])
    }
  })

  test('AL15 what is no zip, or only a part of one', async () => {
    expect(await refusal(utf8('hello'))).toMatch(/not a zip file/)
    expect(await refusal(new Uint8Array(0))).toMatch(/not a zip file/)
    expect(await refusal(utf8('x'.repeat(100_000)))).toMatch(/not a zip file/)
    for (let length = 0; length < good.length; length += 97)
      expect(await refusal(good.slice(0, length)), String(length)).not.toBe('')
    expect(await refusal(await zippedBundle(new Map([['a.txt', utf8('hello')]])))).toMatch(/no proof bundle/)
    expect(await refusal(await zippedBundle(new Map()))).toMatch(/no proof bundle|damaged|not a zip/)
  })

  test('AL15 something before, behind or beside the zip', async () => {
    const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
    expect(await refusal(joined(good, utf8('more')))).toMatch(/behind its end|more than one way/)
    expect(await refusal(joined(utf8('more'), good))).toMatch(/before its beginning|more than one way/)
    expect(await refusal(joined(good, good))).not.toBe('')
    const commented = joined(good, utf8('hello'))
    view(commented).setUint16(good.length - 2, 5, true)
    expect(await refusal(commented)).toMatch(/carries a comment/)
  })

  test('AL15 names that are there twice, lead elsewhere, or are no file', async () => {
    // The library refuses to write a name twice: it is written under another of the same length.
    const twice = await zipped([...files, ['events.jsonX', utf8('x')]])
    for (let at = 0; at < twice.length - 12; at++)
      if (new TextDecoder().decode(twice.subarray(at, at + 12)) === 'events.jsonX') twice[at + 11] = 'l'.charCodeAt(0)
    expect(await refusal(twice)).toMatch(/two files of one name/)
    for (const name of ['../events.jsonl', '/etc/passwd', 'a/../../b', 'C:\\x', '..\\x'])
      expect(await refusal(await zipped([...files, [name, utf8('x')]])), name).toMatch(/leads out of its own folder/)
    expect(await refusal(await zipped([...files, ['folder/', utf8('')]]))).toMatch(/folder/)
    const link = await zipped(files, { unixMode: 0o120777 })
    expect(await refusal(link)).toMatch(/link to another file/)
  })

  test('AL15 encrypted, or packed in another way', async () => {
    expect(await refusal(await zipped(files, { password: 'hello', zipCrypto: true }))).toMatch(/is encrypted/)
    expect(await refusal(await zipped(files, { password: 'hello', encryptionStrength: 3 }))).toMatch(/is encrypted/)
    const method = withShort(
      withShort(good, 'local', 8, () => 12),
      'central',
      10,
      () => 12,
    )
    expect(await refusal(method)).toMatch(/not as Gatehouse packs it/)
  })

  test('AL15 too many, too large, or packed too small: refused before anything is unpacked', async () => {
    const many = Array.from({ length: 60 }, (_, i) => [`${i}`, utf8('x')] as const)
    expect(await refusal(await zippedBundle(files, many))).toMatch(/more than 64 files/)
    const bomb = withFile(files, 'events.jsonl', () => new Uint8Array(300_000_000))
    let given = 0
    const packed = await zippedBundle(bomb)
    expect(packed.length).toBeLessThan(400_000)
    const counting = {
      size: packed.length,
      read: async (from: number, length: number) => {
        given += length
        return packed.slice(from, from + length)
      },
    }
    await expect(openZip(counting)).rejects.toThrow(/packed \d+ times smaller/)
    expect(given).toBeLessThan(100_000)
    const keys = withFile(files, 'keys.txt', () => new Uint8Array(70_000))
    expect(await refusal(await zipped(keys, { level: 0 }))).toMatch(/keys.txt claims to hold 70000 bytes/)
  })

  test('AL15 a size that is a lie, a checksum that does not fit', async () => {
    const [, second = 0] = placesOf(good, 'central')
    const [, descriptor = 0] = placesOf(good, 'descriptor')
    for (const [inContents, behind, words] of [
      [16, 4, /keys.txt is damaged: its checksum/],
      [24, 16, /keys.txt is damaged: (its checksum|it is longer or shorter)/],
      [20, 8, /not as Gatehouse packs it|more than one way/],
    ] as const) {
      const copy = good.slice()
      const lie = (at: number) => view(copy).setUint32(at, view(copy).getUint32(at, true) + 1, true)
      lie(second + inContents)
      expect(await refusal(copy), String(inContents)).toMatch(/not as Gatehouse packs it|more than one way/)
      // Both lie alike: only what is unpacked tells.
      lie(descriptor + behind)
      expect(await refusal(copy), String(inContents)).toMatch(words)
    }
  })

  test('AL15 a time of its own, which both headers of a file agree on', async () => {
    const copy = good.slice()
    const [, local = 0] = placesOf(good, 'local')
    const [, central = 0] = placesOf(good, 'central')
    for (const at of [local + 10, central + 12]) copy[at] = (copy[at] ?? 0) ^ 1
    expect(await refusal(copy)).toMatch(/not as Gatehouse packs it/)
  })

  test('AL15 a table of contents that is not of a bundle is not read into memory', async () => {
    // A file of two gigabytes of which all but the end is said to be its table of contents, and looks like one.
    const size = 2 ** 31
    const end = new Uint8Array(22)
    view(end).setUint32(0, signatures.end, true)
    view(end).setUint16(8, 9, true)
    view(end).setUint16(10, 9, true)
    view(end).setUint32(12, size - 22, true)
    let longest = 0
    const huge = {
      size,
      read: async (from: number, length: number) => {
        longest = Math.max(longest, length)
        const bytes = new Uint8Array(Math.min(length, size - from, 2_000_000))
        if (bytes.length >= 4) view(bytes).setUint32(0, signatures.central, true)
        if (from + bytes.length === size) bytes.set(end, bytes.length - 22)
        return bytes
      },
    }
    await expect(openZip(huge)).rejects.toThrow(/table of contents is far larger/)
    expect(longest).toBeLessThan(100_000)
  })
})

/** What of a zip lies from one place to another. */
interface Part {
  what: string
  from: number
  to: number
}

/** All of a zip, part by part, as its own headers tell. */
const partsOf = (zip: Uint8Array): Part[] => {
  const fields = {
    local: 'signature:4 version:2 flags:2 method:2 time:4 checksum:4 sizes:8 lengths:4',
    descriptor: 'signature:4 checksum:4 packed:8 size:8',
    central:
      'signature:4 made-by:2 version:2 flags:2 method:2 time:4 checksum:4 sizes:8 lengths:6 disk:2 inside:2 outside:4 offset:4',
    end: 'signature:4 disks:4 counts:4 directory:8 comment:2',
  } as const
  const short = (at: number) => view(zip).getUint16(at, true)
  const parts: Part[] = []
  const add = (what: string, length: number): number => {
    const from = parts.at(-1)?.to ?? 0
    parts.push({ what, from, to: from + length })
    return from
  }
  const central = placesOf(zip, 'central')
  const kinds = [
    ...central.flatMap((at) => [['local', view(zip).getUint32(at + 20, true)] as const, ['descriptor', 0] as const]),
    ...central.map(() => ['central', 0] as const),
    ['end', 0] as const,
  ]
  for (const [kind, packed] of kinds) {
    const start = parts.at(-1)?.to ?? 0
    for (const field of fields[kind].split(' ')) add(`${kind} ${field.split(':')[0]}`, Number(field.split(':')[1]))
    if (kind === 'end' || kind === 'descriptor') continue
    const lengths = start + (kind === 'local' ? 26 : 28)
    add(`${kind} name`, short(lengths))
    add(`${kind} extra`, short(lengths + 2))
    if (kind === 'local') add('data', packed)
  }
  expect(parts.at(-1)?.to).toBe(zip.length)
  return parts
}

const contentsOf = async (zip: Uint8Array): Promise<[string, string][]> => {
  const source = await openZip(inMemory(zip))
  const contents: [string, string][] = []
  for (const name of source.files.keys()) {
    const pieces: Uint8Array[] = []
    await source.read(name, (bytes) => void pieces.push(bytes))
    contents.push([name, Buffer.concat(pieces).toString('latin1')])
  }
  return contents.sort()
}

const flipped = (bytes: Uint8Array, at: number, bit: number): Uint8Array =>
  bytes.with(at, (bytes[at] as number) ^ (1 << bit))

/** Whether a zip verifies; one that cannot be read does not. */
const holds = (zip: Uint8Array): Promise<boolean> =>
  check(zip).then(
    ({ ok }) => ok,
    (error: unknown) => {
      if (!(error instanceof Unreadable)) throw error
      return false
    },
  )

/** A bundle that is not packed. */
const unpacked = (from: BundleFiles): Source => ({
  files: new Map([...from].map(([name, bytes]) => [name, bytes.length])),
  read: async (name, take) => take(from.get(name) ?? expect.fail(name)),
  close: async () => undefined,
})

describe('AL15 no byte of a bundle is free', () => {
  test('AL15 every byte of the zip, flipped: it is refused, but for bits that fill up a byte of the packing', async () => {
    const whole = await contentsOf(good)
    const ends = new Set(
      partsOf(good)
        .filter(({ what }) => what === 'data')
        .map(({ to }) => to - 1),
    )
    const unnoticed: string[] = []
    for (const { what, from, to } of partsOf(good))
      for (let at = from; at < to; at++)
        for (const bit of ends.has(at) ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
          const other = flipped(good, at, bit)
          if (!(await holds(other))) continue
          unnoticed.push(ends.has(at) ? 'end of what is packed' : `${what}, byte ${at - from}, bit ${bit}`)
          // Rightly not noticed: they stand for nothing, and what was checked is what was packed, under the same names.
          expect(await contentsOf(other)).toEqual(whole)
        }
    expect([...new Set(unnoticed)]).toEqual(['end of what is packed'])
    // Seven bits of a file at the most; each of its bytes has others that count.
    expect(unnoticed.length).toBeLessThanOrEqual(7 * ends.size)
  }, 240_000)

  test('AL15 every byte of the files, flipped before they were packed: a check fails and says which file', async () => {
    const named = new Set<string>()
    for (const [name, bytes] of files)
      for (let at = 0; at < bytes.length; at++) {
        const source = unpacked(new Map(files).set(name, flipped(bytes, at, at % 8)))
        const { ok, checks } = await checkBundle(primitives, source, { pinnedKey })
        const failures = checks.filter(({ result }) => result === 'failed').flatMap((one) => one.failures)
        if (ok || failures.length === 0) expect.fail(`${name}, byte ${at} went unnoticed`)
        if (failures.some(({ file }) => file === name)) named.add(name)
      }
    expect([...named].sort()).toEqual([...files.keys()].sort())
  }, 240_000)
})
