import { expect, test } from 'vitest'
import { fresherThan } from './fresh.ts'

const rows = (...ids: string[]) => ids.map((id) => ({ id }))

test('only what is newer than a list stands above it', () => {
  expect(fresherThan(rows('c', 'b'), rows('e', 'd', 'c', 'b'))).toEqual(rows('e', 'd'))
  expect(fresherThan(rows('c', 'b'), rows('c', 'b', 'a'))).toEqual([])
  expect(fresherThan([], rows('b', 'a'))).toEqual(rows('b', 'a'))
})
