import { describe, expect, test } from 'vitest'
import { proxiesOf, sourceOf, whereFrom } from './from.ts'

const proxies = proxiesOf(['10.0.0.0/8', '2001:db8:1::/48'])

describe('AU16 where a request comes from', () => {
  test.each([
    ['without a trusted proxy nothing is believed', [], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['nor from one who is not trusted', ['10.0.0.0/8'], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['a trusted one is', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['of a list its right-most stranger', ['10.0.0.0/8'], '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['beyond a chain of ours', ['10.0.0.0/8'], '10.1.2.3', '1.1.1.1, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['mapped addresses are IPv4', ['10.0.0.0/8'], '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
    ['what is no address is not believed', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1, <script>', '10.1.2.3'],
    ['an empty header is none', ['10.0.0.0/8'], '10.1.2.3', '', '10.1.2.3'],
  ])('%s', (_, trusted, socket, header, from) => {
    expect(whereFrom(proxiesOf(trusted), socket, header)).toBe(from)
  })

  test('IPv6 as well', () => {
    expect(whereFrom(proxies, '2001:db8:1::5', '2001:db8:2::7')).toBe('2001:db8:2::7')
  })

  test.each(['10.0.0.0/33', 'proxy.internal', '10.0.0.0/x', ''])('“%s” is no list', (text) => {
    expect(() => proxiesOf([text])).toThrow('CIDR')
  })
})

test('AU13 the addresses of one IPv6 network count as one source', () => {
  expect(sourceOf('2001:db8:0:1::5')).toBe(sourceOf('2001:DB8::1:ffff:0:0:9'))
  expect(sourceOf('2001:db8::5')).not.toBe(sourceOf('2001:db8:0:1::5'))
  expect(sourceOf('::1')).toBe('0:0:0:0::/64')
  expect(sourceOf('192.0.2.1')).toBe('192.0.2.1')
})
