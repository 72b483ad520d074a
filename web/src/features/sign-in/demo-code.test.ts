import { expect, test } from 'vitest'
import { bytesOf, codeAt, secondsLeft } from './demo-code.ts'

const rfcSecret = new TextEncoder().encode('12345678901234567890')

// RFC 6238, appendix B, the column of SHA-1.
test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i s the code is %s', async (seconds, code) => {
  expect(await codeAt(rfcSecret, seconds * 1_000, 8)).toBe(code)
  expect(await codeAt(rfcSecret, seconds * 1_000)).toBe(code.slice(2))
})

// RFC 4648, section 10.
test.each([
  ['', ''],
  ['MY', 'f'],
  ['MZXW6', 'foo'],
  ['MZXW6YTBOI', 'foobar'],
])('base32 %s says “%s”', (base32, text) => {
  expect(new TextDecoder().decode(bytesOf(base32))).toBe(text)
})

test('a code is shown for the rest of its half minute', () => {
  expect([0, 999, 1_000, 29_999, 30_000].map(secondsLeft)).toEqual([30, 30, 29, 1, 30])
})
