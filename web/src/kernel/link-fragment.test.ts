import { describe, expect, test } from 'vitest'
import { keepFragment, withFragment } from './link-fragment.ts'

describe('SE11 the token of a link that waits for a sign-in', () => {
  test('goes back to the page it was for, and to no other', () => {
    keepFragment('/address', '#token')
    expect(withFragment('/address')).toBe('/address#token')
    expect(withFragment('/fleet')).toBe('/fleet')
    expect(withFragment('/')).toBe('/')
  })

  test('is forgotten when another page is opened', () => {
    keepFragment('/address', '#token')
    keepFragment('/fleet', '')
    expect(withFragment('/address')).toBe('/address')
  })
})
