import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, type CastKind, castHeader, castKinds, encodeCast, noRest, type Rest, unfinished } from './cast.ts'
import { Gathering } from './gathering.ts'

const batchOf = (events: [CastKind, number, Uint8Array][]): Batch => {
  const gathering = new Gathering()
  for (const [kind, at, bytes] of events) gathering.add(kind, at, bytes, 0)
  return gathering.take()
}
const read = (text: string): [number, string, string][] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as [number, string, string])

describe('asciicast', () => {
  test('begins with a header and has a line per event, in seconds', () => {
    expect(JSON.parse(castHeader(1_700_000_000_123, 80, 24))).toEqual({
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1_700_000_000,
    })
    const { text } = encodeCast(
      batchOf([
        ['o', 0, Buffer.from('$ ')],
        ['i', 1_250, Buffer.from('ls\r')],
        ['r', 1_300, Buffer.from('132x43')],
        ['o', 2_001, Buffer.from('"a"\u001b[31mb\r\n')],
      ]),
      noRest,
    )
    expect(read(String(text))).toEqual([
      [0, 'o', '$ '],
      [1.25, 'i', 'ls\r'],
      [1.3, 'r', '132x43'],
      [2.001, 'o', '"a"\u001b[31mb\r\n'],
    ])
  })

  test('what comes within one millisecond is one event, sizes excepted', () => {
    const { text } = encodeCast(
      batchOf([
        ['o', 5, Buffer.from('a')],
        ['o', 5, Buffer.from('b')],
        ['i', 5, Buffer.from('c')],
        ['r', 5, Buffer.from('1x2')],
        ['r', 5, Buffer.from('3x4')],
      ]),
      noRest,
    )
    expect(read(String(text))).toEqual([
      [0.005, 'o', 'ab'],
      [0.005, 'i', 'c'],
      [0.005, 'r', '1x2'],
      [0.005, 'r', '3x4'],
    ])
  })

  test('any text comes out whole, however its bytes were cut into frames and frames into parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<CastKind>('o', 'i'), fc.string({ unit: 'grapheme' })), { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 6 }),
        (said, cuts, perPart) => {
          const pieces: [CastKind, number, Uint8Array][] = []
          let cut = 0
          for (const [kind, text] of said)
            for (let bytes = Buffer.from(text); bytes.length > 0; cut++) {
              const size = cuts[cut % cuts.length] ?? 1
              pieces.push([kind, pieces.length, bytes.subarray(0, size)])
              bytes = bytes.subarray(size)
            }
          let rest: Rest = noRest
          let out = ''
          for (let i = 0; i < pieces.length; i += perPart) {
            const part = encodeCast(batchOf(pieces.slice(i, i + perPart)), rest)
            rest = part.rest
            out += String(part.text)
          }
          for (const kind of castKinds) {
            const heard = read(out).filter((line) => line[1] === kind)
            expect(heard.map((line) => line[2]).join('')).toBe(
              said
                .filter(([of]) => of === kind)
                .map(([, text]) => text)
                .join(''),
            )
          }
        },
      ),
    )
  })

  test('bytes that are no text never stop it, and every line stays one line', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (frames) => {
        let rest: Rest = noRest
        for (const bytes of frames) {
          const part = encodeCast(batchOf([['o', 1, bytes]]), rest)
          rest = part.rest
          expect(read(String(part.text)).length).toBeLessThanOrEqual(1)
          expect(rest[0].length).toBeLessThanOrEqual(3)
        }
      }),
    )
  })

  test('every byte is spelled as JSON spells it, and what is no UTF-8 as U+FFFD', () => {
    const spelled = (bytes: Uint8Array) =>
      read(String(encodeCast(batchOf([['o', 1, bytes]]), noRest).text))[0]?.[2] ?? ''
    for (let byte = 0; byte < 256; byte++)
      for (let before = 0; before < 5; before++) {
        const bytes = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from([byte]), Buffer.from('yz')])
        expect(spelled(bytes)).toBe(bytes.toString('utf8'))
      }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const whole = Buffer.from(bytes.subarray(0, bytes.length - unfinished(bytes)))
        expect(spelled(bytes)).toBe(whole.toString('utf8'))
      }),
    )
  })

  test('a buffer that is too small, or full of something else, changes nothing', () => {
    const batch = batchOf([['o', 1, Buffer.from('\u001b[0m"'.repeat(5_000))]])
    const { text } = encodeCast(batch, noRest)
    for (const into of [Buffer.alloc(0), Buffer.alloc(100, 0xff), Buffer.alloc(1_000_000, 0xff)])
      expect(encodeCast(batch, noRest, '', into).text.equals(text)).toBe(true)
  })

  test.each([
    ['', 0],
    ['a', 0],
    ['é', 0],
    ['e2 82', 2],
    ['f0 9f 98', 3],
    ['c3', 1],
    ['80 80 80', 0],
    ['ff', 1],
  ])('of “%s” %i bytes may still become a character', (text, n) => {
    const bytes = /^[0-9a-f]{2}( [0-9a-f]{2})*$/.test(text)
      ? Buffer.from(text.replaceAll(' ', ''), 'hex')
      : Buffer.from(text)
    expect(unfinished(bytes)).toBe(n)
  })
})
