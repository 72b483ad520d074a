import { expect, test } from 'vitest'
import { changesOf } from './audit-changes.ts'

test('a change is read field by field', () => {
  expect(changesOf('name: “Balance” → “Balance 7”; time zone: “” → “Europe/Dublin; or so”')).toEqual([
    { field: 'name', before: 'Balance', after: 'Balance 7' },
    { field: 'time zone', before: '', after: 'Europe/Dublin; or so' },
  ])
})

test.each([
  'nothing',
  'added Ada',
  '',
  'name: “a” → “b”; and more',
  'name: “a “b”” → “c”',
  'a: “b” → “c” ; d: “e” → “f”',
])('what is no change stays as it is: %s', (text) => {
  expect(changesOf(text)).toBeNull()
})
