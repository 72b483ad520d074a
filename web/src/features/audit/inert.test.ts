import { expect, test } from 'vitest'
import { inert } from './inert.ts'

test('IO02 what nobody would see is seen, and what anybody reads stays', () => {
  expect(inert('Grüße aus Zürich 日本 👍🏽 <b>bold</b>')).toBe('Grüße aus Zürich 日本 👍🏽 <b>bold</b>')
  expect(inert('exe\u202efdp.\u001b[31m\u200bred')).toBe('exe⟨U+202E⟩fdp.⟨U+001B⟩[31m⟨U+200B⟩red')
})
