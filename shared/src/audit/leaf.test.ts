import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64url, textOf, utf8 } from './bytes.ts'
import { canonical, type Json } from './canonical.ts'
import { commitmentOf, commitmentsOf, commitTo, eventHash, leafBytes, readLeaf, reveal } from './leaf.ts'
import { portable } from './portable.ts'

const { sha256 } = portable
const hash = sha256(utf8('an event'))

describe('leaves', () => {
  test('are canonical JSON, and are read as they were made', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.option(fc.maxSafeNat()),
        fc.constantFrom('maker', 'a.b_c-9'),
        (seq, deviceSeq, tree) => {
          const leaf = { tree, seq, deviceSeq, event: hash }
          const text = textOf(leafBytes(leaf))
          expect(canonical(JSON.parse(text) as Json)).toBe(text)
          expect(readLeaf(leafBytes(leaf))).toEqual(leaf)
        },
      ),
    )
  })

  test('AL15 every flipped byte makes another leaf, or none', () => {
    const bytes = leafBytes({ tree: 'customer-1', seq: 12, deviceSeq: 3, event: hash })
    for (let i = 0; i < bytes.length * 8; i++) {
      const flipped = bytes.with(i >> 3, (bytes[i >> 3] as number) ^ (1 << (i % 8)))
      try {
        expect(leafBytes(readLeaf(flipped))).toEqual(flipped)
      } catch (error) {
        expect(error).toMatchObject({ flaw: 'malformed' })
      }
    }
  })

  const good = textOf(leafBytes({ tree: 'maker', seq: 0, deviceSeq: null, event: hash }))
  test.each([
    good.replace('"seq":0', '"seq":00'),
    good.replace('"seq":0', '"seq":-1'),
    good.replace('"seq":0', '"seq":9007199254740992'),
    good.replace('null', '01'),
    good.replace('"v":1', '"v":2'),
    good.replace('maker', ''),
    good.replace('maker', 'ma ker'),
    `${good}\n`,
    '{}',
    '',
  ])('AL15 %s is no leaf', (text) => {
    expect(() => readLeaf(utf8(text))).toThrow(expect.objectContaining({ flaw: 'malformed' }))
  })

  test('what cannot stand in a leaf is not made into one', () => {
    for (const part of [{ seq: -1 }, { seq: 0.5 }, { deviceSeq: -1 }, { tree: 'a"b' }, { event: hash.slice(1) }])
      expect(() => leafBytes({ tree: 'maker', seq: 0, deviceSeq: null, event: hash, ...part })).toThrow(
        'cannot be a leaf',
      )
  })
})

describe('AL23 personal values', () => {
  let salts = 0
  const newSalt = () => new Uint8Array(16).fill(++salts)
  const event = {
    actorName: 'Anna Muster',
    at: 1,
    deviceId: null,
    fields: { name: 'Ben Beispiel', count: 3, note: null },
    fromAddress: null,
  }
  const personal = ['actorName', 'fromAddress', 'fields.name', 'fields.note', 'fields.absent']

  test('AL23 stand in the event as commitments, and are put back from what is kept beside', () => {
    const { event: committed, openings } = commitTo(sha256, event, personal, newSalt)
    expect(canonical(committed)).not.toMatch(/Anna|Ben/)
    expect(committed).toMatchObject({ at: 1, fromAddress: null, fields: { count: 3, note: null } })
    expect(Object.keys(openings)).toEqual(['actorName', 'fields.name'])
    expect(commitmentsOf(committed)).toEqual(['actorName', 'fields.name'])
    expect(reveal(sha256, committed, openings)).toEqual({ event, erased: [] })
  })

  test('AL23 erasing what is kept beside changes no hash, and says what is gone', () => {
    const { event: committed, openings } = commitTo(sha256, event, personal, newSalt)
    const before = eventHash(sha256, committed)
    const { actorName: _, ...left } = openings
    const { event: revealed, erased } = reveal(sha256, committed, left)
    expect(erased).toEqual(['actorName'])
    expect(revealed).toMatchObject({ actorName: committed.actorName, fields: { name: 'Ben Beispiel' } })
    expect(eventHash(sha256, committed)).toEqual(before)
  })

  test('AL23 another value, another salt, or an opening of nothing is refused', () => {
    const { event: committed, openings } = commitTo(sha256, event, personal, newSalt)
    const { actorName, 'fields.name': name } = openings
    if (!actorName || !name) throw new Error('both are committed to')
    const tries: [string, unknown][] = [
      ['actorName', { ...actorName, value: 'Anna Mustex' }],
      ['actorName', { ...actorName, salt: name.salt }],
      ['actorName', { ...actorName, salt: `${actorName.salt.slice(0, -1)}x` }],
      ['actorName', { ...actorName, salt: '' }],
      ['actorName', name],
      ['at', actorName],
      ['fields.count', actorName],
      ['other', actorName],
    ]
    for (const [path, opening] of tries)
      expect(() => reveal(sha256, committed, { [path]: opening } as never), path).toThrow(
        expect.objectContaining({ name: 'Flawed' }),
      )
  })

  test('AL23 the commitment is SHA-256 of salt, a zero byte and the value', () => {
    const salt = Uint8Array.from({ length: 16 }, (_, i) => i)
    const expected = sha256(Uint8Array.of(...salt, 0, ...utf8('Zoë')))
    expect(commitmentOf(sha256, { salt: base64url(salt), value: 'Zoë' })).toBe(base64url(expected))
  })

  test('only text is committed to, with salts of sixteen bytes', () => {
    expect(() => commitTo(sha256, event, ['fields.count'], newSalt)).toThrow('no text')
    expect(() => commitTo(sha256, event, ['actorName'], () => new Uint8Array(8))).toThrow('cannot be committed')
  })
})
