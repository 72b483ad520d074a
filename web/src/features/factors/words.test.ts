import { expect, test } from 'vitest'
import { codesAsText, inFours } from './words.ts'

test.each([
  ['ABCDEFGHIJ', 'ABCD EFGH IJ'],
  ['ABCDEFGH', 'ABCD EFGH'],
  ['ABC', 'ABC'],
])('%s is read out as %s', (secret, words) => {
  expect(inFours(secret)).toBe(words)
})

test('AU05 the file of recovery codes says whose they are, and each stands on a line', () => {
  const lines = codesAsText(['A-1', 'B-2'], 'ines@helvetia.example', '22 Nov 2026').split('\r\n')
  expect(lines[0]).toContain('ines@helvetia.example')
  expect(lines.filter((line) => /^[AB]-\d$/.test(line))).toEqual(['A-1', 'B-2'])
})
