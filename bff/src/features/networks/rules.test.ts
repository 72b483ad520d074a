import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inOrder, letsIn, listWords, networkOf, plainAddress } from './rules.ts'

describe('what a person types becomes a network, or a sentence that helps', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7/32'],
    [' 192.0.2.0/24 ', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0::/32', '2001:db8::/32'],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1/128'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
    ['::FFFF:c000:200/120', '192.0.2.0/24'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201/128'],
    ['::192.0.2.1', '::192.0.2.1/128'],
  ])('%s is %s', (typed, cidr) => {
    expect(networkOf(typed)).toEqual({ cidr })
  })

  test.each([
    ['192.0.2.7/24', '192.0.2.0/24', '192.0.2.7'],
    ['10.1.2.3/9', '10.0.0.0/9', '10.1.2.3'],
    ['2001:db8::7/64', '2001:db8::/64', '2001:db8::7'],
    ['2001:db8:0:ff00::/52', '2001:db8:0:f000::/52', '2001:db8:0:ff00::'],
  ])('%s has bits too many: it says %s and %s', (typed, network, address) => {
    expect(networkOf(typed)).toEqual({
      says: expect.stringContaining(`Write ${network} for the whole network, or ${address} for`),
    })
  })

  test.each([
    '',
    'office',
    '192.0.2',
    '192.0.2.256',
    '010.0.0.1',
    '192.0.2.0/',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '::/129',
    '1.2.3.4/24/8',
    '192.0.2.0/2 4',
    '::ffff:192.0.2.0/95',
    '192.0.2.0/0x8',
    '٤.3.2.1',
  ])('%j is refused', (typed) => {
    expect(networkOf(typed)).toEqual({ says: expect.stringMatching(/Write an address|number behind the slash/) })
  })

  test('a zone has no place in a list', () => {
    expect(networkOf('fe80::1%eth0')).toEqual({ says: expect.stringContaining('without its zone') })
  })
})

const bytes = (n: number) => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: n, maxLength: n })
const textOf = (parts: number[]): string =>
  parts.length === 4
    ? parts.join('.')
    : Array.from({ length: 8 }, (_, i) => (((parts[2 * i] ?? 0) << 8) | (parts[2 * i + 1] ?? 0)).toString(16)).join(':')
const bitsOf = (parts: number[]): string => parts.map((byte) => byte.toString(2).padStart(8, '0')).join('')
const masked = (parts: number[], bits: number): number[] => {
  const kept = bitsOf(parts)
    .slice(0, bits)
    .padEnd(parts.length * 8, '0')
  return parts.map((_, i) => Number.parseInt(kept.slice(8 * i, 8 * i + 8), 2))
}

describe('who is let in', () => {
  test('by no list everybody, also whose address nobody knows', () => {
    for (const from of ['192.0.2.7', '2001:db8::1', '']) expect(letsIn([], from)).toBe(true)
  })

  test.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['192.0.2.0/24', '::ffff:c000:209', true],
    ['192.0.2.0/24', '::FFFF:192.0.3.9', false],
    ['2001:db8::/32', '2001:DB8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.9', false],
    ['::/0', '::ffff:203.0.113.9', false],
    ['192.0.2.0/24', '', false],
    ['0.0.0.0/0', 'unknown', false],
    ['0.0.0.0/0', '192.0.2.1, 192.0.2.2', false],
  ])('%s and %s: %s', (cidr, from, is) => {
    expect(letsIn([cidr], from)).toBe(is)
  })

  test('as counting bits by hand says, for any network and any address', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4, 16).chain((n) => fc.tuple(bytes(n), bytes(n), fc.nat(n * 8), fc.nat(n * 8))),
        ([at, other, bits, same]) => {
          // Half of what is tried shares its beginning with the network, so that the border is met.
          const from = masked(at, same).map((byte, i) => byte | ((masked(other, same)[i] ?? 0) ^ (other[i] ?? 0)))
          const isV4Mapped = from.length === 16 && /^0{80}1{16}/.test(bitsOf(from))
          fc.pre(!isV4Mapped)
          const cidr = `${textOf(masked(at, bits))}/${bits}`
          const kept = networkOf(cidr)
          if (!('cidr' in kept)) throw new Error(kept.says)
          expect(letsIn([kept.cidr], textOf(from))).toBe(bitsOf(from).slice(0, bits) === bitsOf(at).slice(0, bits))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('what is kept is a network already, and stays as it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4, 16).chain((n) => fc.tuple(bytes(n), fc.nat(n * 8))),
        ([at, bits]) => {
          const first = networkOf(`${textOf(masked(at, bits))}/${bits}`)
          if (!('cidr' in first)) return
          expect(networkOf(first.cidr)).toEqual(first)
        },
      ),
    )
  })
})

test('an address is written in one way', () => {
  expect(['::FFFF:192.0.2.1', '2001:DB8::0:1', '192.0.2.1', 'nothing'].map(plainAddress)).toEqual([
    '192.0.2.1',
    '2001:db8::1',
    '192.0.2.1',
    undefined,
  ])
})

test('a list is shown in order, and told in words', () => {
  const list = ['2001:db8::/32', '192.0.2.0/24', '9.0.0.0/8', '192.0.2.0/25', '::1/128'].map((cidr) => ({
    cidr,
    note: '',
  }))
  expect(inOrder(list).map(({ cidr }) => cidr)).toEqual([
    '9.0.0.0/8',
    '192.0.2.0/24',
    '192.0.2.0/25',
    '::1/128',
    '2001:db8::/32',
  ])
  expect(listWords([])).toBe('everywhere')
  expect(
    listWords([
      { cidr: '192.0.2.0/24', note: 'Basel' },
      { cidr: '::1/128', note: '' },
    ]),
  ).toBe('192.0.2.0/24 “Basel”, ::1/128')
})
