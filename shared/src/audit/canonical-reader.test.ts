import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64url, fromBase64url, textOf, utf8 } from './bytes.ts'
import { canonical, type Json } from './canonical.ts'
import { demandCanonical, readBase64url } from './canonical-reader.ts'

const accepts = (bytes: Uint8Array): boolean => {
  try {
    demandCanonical(bytes)
    return true
  } catch {
    return false
  }
}

/** The slow way to the same answer. */
const roundTrips = (bytes: Uint8Array): boolean => {
  try {
    const text = textOf(bytes)
    return canonical(JSON.parse(text) as Json) === text
  } catch {
    return false
  }
}

describe('AL15 canonical JSON is read, and nothing else', () => {
  test('AL15 what is written canonically is read, and after any change exactly what would be written again', () => {
    const value = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })
    fc.assert(
      fc.property(
        value,
        fc.nat(),
        fc.nat(255),
        fc.constantFrom('flip', 'drop', 'add', 'twice'),
        (json, at, byte, how) => {
          const bytes = utf8(canonical(json as Json))
          expect(accepts(bytes)).toBe(true)
          const list = [...bytes]
          const place = at % list.length
          if (how === 'flip') list[place] = byte
          else if (how === 'drop') list.splice(place, 1)
          else if (how === 'add') list.splice(place, 0, byte)
          else list.splice(place, 0, ...list.slice(place, place + (byte % 8)))
          const changed = Uint8Array.from(list)
          expect(accepts(changed)).toBe(roundTrips(changed))
        },
      ),
      { numRuns: 20_000 },
    )
  }, 60_000)

  test.each([
    ['{"a":1,"a":1}', 'a key twice'],
    ['{"b":1,"a":1}', 'keys out of order'],
    ['{"aa":1,"a":1}', 'a longer key before its beginning'],
    ['{"\\u000f":1,"\\n":1}', 'escaped keys out of order'],
    ['{"\uff00":1,"\ud83d\ude00":1}', 'keys in the order of their bytes, not of their UTF-16'],
    ['{ "a":1}', 'white space'],
    ['{"a":1}\n', 'something after the value'],
    ['{"a":1,}', 'a comma too many'],
    ['["\\/"]', 'an escape that need not be'],
    ['["\\u0041"]', 'an escaped letter'],
    ['["\\u000A"]', 'an escape with a longer form'],
    ['["\\u000a"]', 'a newline with its longer escape'],
    ['["\\u001F"]', 'an escape in capitals'],
    ['["\u0001"]', 'a bare control character'],
    ['["\\ud800"]', 'half a surrogate pair'],
    ['[01]', 'a leading zero'],
    ['[-0]', 'minus zero'],
    ['[1.0]', 'a fraction of nothing'],
    ['[1e3]', 'an exponent that need not be'],
    ['[1e400]', 'more than a number holds'],
    ['[12345678901234567890]', 'digits that a number cannot hold'],
    ['[.5]', 'a bare fraction'],
    ['[NaN]', 'a word that is none'],
    ['', 'nothing'],
    ['"', 'half a string'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'deeper than any event'],
  ])('AL15 %s is refused: %s', (text) => {
    expect(accepts(utf8(text))).toBe(false)
  })

  test.each([
    '{"\ud83d\ude00":1,"\uff00":1}',
    '{"":0,"a":{"b":[]},"b":{}}',
    '[1e+21,1e-7,-1.5,9007199254740991]',
    '"\\u001f\\b\\n\u007f"',
  ])('AL15 %s is read', (text) => expect(accepts(utf8(text))).toBe(true))

  test('AL15 bytes that are not UTF-8 are refused', () => {
    for (const bytes of [
      [0x80],
      [0xc0, 0x80],
      [0xc2],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xff],
    ])
      expect(accepts(Uint8Array.of(0x22, ...bytes, 0x22))).toBe(false)
  })
})

describe('AL15 base64url is read where it lies', () => {
  const readAt = (text: string, length: number): Uint8Array => {
    const into = new Uint8Array(length + 2)
    const cursor = { bytes: utf8(` ${text}"`), at: 1, end: text.length + 1 }
    readBase64url(cursor, length, into, 1)
    expect(cursor.at).toBe(cursor.end)
    expect([into[0], into[length + 1]]).toEqual([0, 0])
    return into.slice(1, -1)
  }

  test('AL15 as it was written, for every length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(readAt(base64url(bytes), bytes.length)).toEqual(bytes)
        expect(fromBase64url(base64url(bytes))).toEqual(bytes)
      }),
    )
  })

  test.each([
    ['AB', 1],
    ['AAB', 2],
    ['A=', 1],
    ['AA+A', 3],
    ['AA/A', 3],
    ['AA"A', 3],
    ['AA', 3],
    ['', 1],
  ])('AL15 not %j for %i bytes', (text, length) => {
    expect(() => readAt(text, length)).toThrow('not canonical')
  })

  test('AL15 nor as text of its own', () => {
    for (const text of ['A', 'AB', 'AAB', 'A=', 'AA+A', 'AA==']) expect(() => fromBase64url(text)).toThrow('base64')
  })
})
