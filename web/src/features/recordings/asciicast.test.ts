import { describe, expect, test } from 'vitest'
import { parseCast, readSize } from './asciicast.ts'
import { advanced, lastTyped, reached, readableInput, silences, typedAt } from './playback.ts'

const header = '{"version":2,"width":80,"height":24,"timestamp":1763809200}'
const lines = ['[0.1,"o","$ "]', '[1,"i","ls\\r"]', '[1.05,"o","ls\\r\\n"]', '[61.05,"r","100x30"]', '[62,"o","done"]']
const parsed = (...more: string[]) => {
  const cast = parseCast([header, ...more, ''].join('\n'))
  if (!cast) throw new Error('not read')
  return cast
}
const cast = parsed(...lines)

describe('a recording', () => {
  test('is read line by line', () => {
    expect(cast).toMatchObject({ columns: 80, rows: 24, startedAt: 1_763_809_200_000, length: 62_000, unread: 0 })
    expect(cast.events.map(({ at, kind }) => [at, kind])).toEqual([
      [100, 'o'],
      [1_000, 'i'],
      [1_050, 'o'],
      [61_050, 'r'],
      [62_000, 'o'],
    ])
  })
  test('counts what it cannot read, and never runs backwards', () => {
    const odd = parsed(
      '[2,"o","a"]',
      '[1,"o","b"]',
      '[3,"x","c"]',
      '{"a":1}',
      '[4,"o"',
      '["5","o","d"]',
      '[-1,"o","e"]',
    )
    expect(odd.events.map(({ at, data }) => [at, data])).toEqual([
      [2_000, 'a'],
      [2_000, 'b'],
    ])
    expect(odd.unread).toBe(5)
  })
  test.each(['', 'no', '{}', '{"version":1,"width":80,"height":24}', '{"version":2,"width":1e9,"height":24}', 'null'])(
    'is not made of %j',
    (text) => expect(parseCast(text)).toBeUndefined(),
  )
  test('of nothing is empty and has no length', () => {
    expect(parsed()).toMatchObject({ events: [], length: 0 })
  })
  test('has sizes within reason', () => {
    expect(readSize('100x30')).toEqual({ columns: 100, rows: 30 })
    expect(['0x3', '3x', '9999x9999', 'axb', '-1x2'].map(readSize)).toEqual(Array(5).fill(undefined))
  })
})

describe('playing', () => {
  const pace = { speed: 1, skipIdle: false } as const
  test('knows what has happened by a moment', () => {
    expect([0, 100, 999, 1_000, 61_049, 62_000, 99_999].map((at) => reached(cast.events, at))).toEqual([
      0, 1, 1, 2, 3, 5, 5,
    ])
  })
  test('goes on with the time, at its speed, and not beyond the end', () => {
    expect(advanced(cast, 0, 16, pace)).toBe(16)
    expect(advanced(cast, 0, 16, { ...pace, speed: 4 })).toBe(64)
    expect(advanced(cast, 61_990, 16, pace)).toBe(62_000)
    expect(advanced(cast, 62_000, 16, pace)).toBe(62_000)
  })
  test('passes over a pause where that is wished, and loses no event by it', () => {
    expect(advanced(cast, 1_050, 16, { ...pace, skipIdle: true })).toBe(60_750)
    expect(advanced(cast, 60_750, 16, { ...pace, skipIdle: true })).toBe(60_766)
    expect(advanced(cast, 200, 16, { ...pace, skipIdle: true })).toBe(216)
  })
  test('shows where nothing was said, and where something was typed', () => {
    expect(silences(cast, 5_000)).toEqual([{ from: 1_050, to: 61_050 }])
    expect(typedAt(cast)).toEqual([6 / 400])
    expect(silences(parsed(), 5_000)).toEqual([])
    expect(typedAt(parsed())).toEqual([])
  })
})

describe('what was typed', () => {
  test('is shown by signs for keys, without what the terminal answered by itself', () => {
    expect(readableInput('ls -la\r')).toBe('ls -la⏎')
    expect(readableInput('\x03\x1b[A\t\x7f')).toBe('^C↑⇥⌫')
    expect(readableInput('a\x1b[?1;2c\x1b[24;80R\x1b]11;rgb:00/00/00\x07b')).toBe('ab')
    expect(readableInput('grüezi 👋')).toBe('grüezi 👋')
  })
  test('is what was typed last', () => {
    expect(lastTyped(cast.events, 1)).toBe('')
    expect(lastTyped(cast.events, 5)).toBe('ls⏎')
    expect(lastTyped(parsed('[1,"i","abcdef"]').events, 1, 3)).toBe('def')
  })
})
