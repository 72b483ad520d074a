import { describe, expect, test } from 'vitest'
import { wayBack } from './paths.ts'

const origin = 'https://gatehouse.example'

describe('HD10 the way back after signing in', () => {
  test.each(['/fleet', '/devices/7/overview?tab=1#x', '/approvals/1'])('leads to a page of ours: %s', (to) => {
    expect(wayBack(to, origin)).toBe(to)
  })

  test.each([
    null,
    '',
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'https:evil.example',
    'https://gatehouse.example@evil.example',
    'https://gatehouse.example.evil.example',
    '%2f%2fevil.example',
    ' /fleet',
    '/sign-in?to=/fleet',
    '/change-password',
    '/api/sign-out',
    '/./api/me',
    '/reset#token',
    '/metrics',
    '/browser-reports',
    '/fleet/../api/me',
    '/.well-known/x',
  ])('leads home for %s', (to) => {
    expect(wayBack(to, origin)).toBe('/')
  })

  test.each(['/.//evil.example', '/x/..//evil.example'])('stays on our origin for %s', (to) => {
    expect(new URL(wayBack(to, origin), origin).origin).toBe(origin)
  })
})
