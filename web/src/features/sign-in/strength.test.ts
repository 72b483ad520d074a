import { expect, test } from 'vitest'
import { strengthOf } from './strength.ts'

test.each([
  ['aaaaaaaaaaaa', 0],
  ['password1234', 0],
  ['seven slow herons wade', 4],
])('AU06 the meter calls %s %i of 4', (password, level) => {
  expect(strengthOf(password, ['gatehouse'])).toBe(level)
})

test('AU06 the meter thinks little of a season and a year', () => {
  expect(strengthOf('summer2026!!', [])).toBeLessThan(3)
})
