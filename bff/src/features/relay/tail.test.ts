import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAnswer } from './answers.ts'
import { Tail } from './tail.ts'

const frameOf = (text: string) => Buffer.from(`\0${text}`, 'latin1')

describe('the last screenful', () => {
  test('is everything while it fits', () => {
    const tail = new Tail(32)
    tail.add(frameOf('one\n'), 1)
    tail.add(frameOf('two'), 1)
    expect(String(tail.read())).toBe('one\ntwo')
  })

  test('is the end of what was said, from a line on, however it came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 40 }), { maxLength: 40 }),
        (said) => {
          const tail = new Tail(16)
          for (const one of said) tail.add(frameOf(one), 1)
          const all = said.join('')
          const last = all.slice(-16)
          const kept = all.length < 16 ? all : last.includes('\n') ? last.slice(last.indexOf('\n') + 1) : last
          expect(String(tail.read())).toBe(kept)
        },
      ),
    )
  })

  test('begins with a command where there is no line, and never with half of one', () => {
    const tail = new Tail(8)
    tail.add(frameOf('31m red\x1b[0m'), 1)
    expect(String(tail.read())).toBe('\x1b[0m')
  })
})

describe('what a terminal answers by itself', () => {
  test.each([
    '\x1b[?1;2c',
    '\x1b[>0;276;0c',
    '\x1b[24;80R',
    '\x1b[0n',
    '\x1b[?2026;2$y',
    '\x1b[8;24;80t',
    '\x1b]11;rgb:00/00/00\x1b\\',
    '\x1bP>|xterm\x1b\\',
    '\x1b[0n\x1b[1;1R',
  ])('is no gesture: %j', (text) => expect(isAnswer(frameOf(text))).toBe(true))

  test.each([
    'a',
    '\r',
    '\x1b',
    '\x1b[A',
    '\x1b[3~',
    '\x1bOP',
    '\x1b[1;5C',
    '\x1b[200~paste\x1b[201~',
    '\x1b[<0;10;10M',
    '\x1b[0nx',
    'x\x1b[0n',
    '',
  ])('differs from what a person does: %j', (text) => expect(isAnswer(frameOf(text))).toBe(false))

  test('is told from a long text without delay', () => {
    const begun = performance.now()
    for (const text of ['\x1b['.repeat(500), `\x1b[${'1;'.repeat(500)}`, `\x1b]${'x'.repeat(1_000)}`])
      isAnswer(frameOf(text))
    expect(performance.now() - begun).toBeLessThan(50)
  })
})
