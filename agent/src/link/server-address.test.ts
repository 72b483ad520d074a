import { expect, test } from 'vitest'
import { backOff } from './back-off.ts'
import { proxyFor, serverAddress } from './server-address.ts'

test.each([
  'http://gatehouse.example',
  'http://127.0.0.1.example.com',
  'ftp://gatehouse.example',
  'https://user:password@gatehouse.example',
  'https://gatehouse.example/path',
  'https://gatehouse.example/?next=https://elsewhere.example',
  'gatehouse.example',
  '',
])('AG07 %s is no server for an agent', (text) => {
  expect(() => serverAddress(text)).toThrow()
})

test.each([
  'https://gatehouse.example',
  'https://10.1.2.3:8443',
  'http://localhost:8080',
  'http://127.0.0.1',
  'http://[::1]:80',
])('%s is a server', (text) => {
  expect(serverAddress(text).pathname).toBe('/')
})

const through = (server: string, https: string | undefined, none = '') =>
  proxyFor(new URL(server), { https, none })?.origin

test('the proxy is taken but for this machine and the listed hosts', () => {
  const proxy = 'http://proxy.example:3128'
  expect(through('https://gatehouse.example', proxy)).toBe(proxy)
  expect(through('https://gatehouse.example', 'proxy.example:3128')).toBe(proxy)
  expect(through('https://gatehouse.example', undefined)).toBeUndefined()
  expect(through('http://localhost:8080', proxy)).toBeUndefined()
  expect(through('https://gatehouse.example', proxy, '*')).toBeUndefined()
  expect(through('https://a.gatehouse.example', proxy, 'x.example, .gatehouse.example')).toBeUndefined()
  expect(through('https://gatehouse.example', proxy, 'gatehouse.example:443')).toBeUndefined()
  expect(through('https://gatehouse.example', proxy, 'gatehouse.example:8443')).toBe(proxy)
  expect(through('https://notgatehouse.example', proxy, 'gatehouse.example')).toBe(proxy)
})

test('pauses double up to the longest, and chance takes up to half of each', () => {
  const longest = backOff({ first: 1_000, longest: 60_000 }, () => 1)
  expect(Array.from({ length: 8 }, longest.next)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  longest.reset()
  expect(longest.next()).toBe(1_000)
  expect(backOff({ first: 1_000, longest: 60_000 }, () => 0).next()).toBe(500)
})
