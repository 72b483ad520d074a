import { expect, test } from 'vitest'
import { fresherThan, putInto } from './fresh.ts'

const rows = (...ids: string[]) => ids.map((id) => ({ id }))

test('only what is newer than a list stands above it', () => {
  expect(fresherThan(rows('c', 'b'), rows('e', 'd', 'c', 'b'))).toEqual(rows('e', 'd'))
  expect(fresherThan(rows('c', 'b'), rows('c', 'b', 'a'))).toEqual([])
  expect(fresherThan([], rows('b', 'a'))).toEqual(rows('b', 'a'))
})

test('AL10 what committed late is not missed: it comes where it belongs', () => {
  const late = fresherThan(rows('e', 'c'), rows('e', 'd', 'c'))
  expect(late).toEqual(rows('d'))
  expect(putInto([{ rows: rows('e', 'c') }, { rows: rows('b') }], late)).toEqual([
    { rows: rows('e', 'd', 'c') },
    { rows: rows('b') },
  ])
  expect(putInto([{ rows: rows('e', 'd') }, { rows: rows('b') }], rows('f', 'c'))).toEqual([
    { rows: rows('f', 'e', 'd') },
    { rows: rows('c', 'b') },
  ])
})

test('what is older than all that was loaded comes with the next page, where there is one', () => {
  expect(fresherThan(rows('c', 'b'), rows('c', 'b', 'a'), false)).toEqual([])
  expect(fresherThan(rows('c', 'b'), rows('c', 'b', 'a'), true)).toEqual(rows('a'))
  expect(putInto([{ rows: rows('c', 'b') }], rows('a'))).toEqual([{ rows: rows('c', 'b', 'a') }])
  expect(putInto([{ rows: rows() }], rows('a'))).toEqual([{ rows: rows('a') }])
})
