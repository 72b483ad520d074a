import { describe, expect, test } from 'vitest'
import { frontPages, insidePages, isInsidePage, isPage } from './pages.ts'

describe('HD09 a page', () => {
  test.each([...frontPages, ...insidePages])('is %s', (pattern) => {
    const path = pattern.replace(/:\w+/g, '0190a5d2-7c44-7e1b-9f3e-2b7d5a9c1e10')
    expect(isPage(path)).toBe(true)
    expect(isInsidePage(path)).toBe((insidePages as readonly string[]).includes(pattern))
  })

  test.each(['/fleet/', '/FLEET', '/Devices/7/Overview'])('is what the router takes for one: %s', (path) => {
    expect(isPage(path)).toBe(true)
  })

  test.each([
    '//',
    '/metrics',
    '/fleet/x',
    '/fleet//',
    '/devices',
    '/devices/7/overview/more',
    '/devices/.git',
    '/devices/a.map',
    '/devices/%2e%2e/ask',
    '/devices/a b',
    `/devices/${'a'.repeat(65)}`,
    '/sign-in.php',
    '/x/fleet',
    'fleet',
    '/fleet\n',
  ])('is not %j', (path) => {
    expect(isPage(path)).toBe(false)
  })
})
