import { readFileSync } from 'node:fs'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Passwords } from './passwords.tsx'

/** What a reader reads: without markup, and one space where there are several. */
const words = (text: string): string => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

const document = (name: string): string =>
  words(readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8'))

const places = {
  'the security page': words(renderToStaticMarkup(<Passwords />)),
  'the decision': document('decisions/0007-ninety-days.md'),
}

describe.each(Object.entries(places))('AU10 that passwords are changed by the calendar is said by %s', (_, text) => {
  test.each([
    ['the rule', /90 days/],
    ['that it deviates from what is advised', /deviat/],
    ['whose advice', /NIST SP 800-63B-4/],
    ['and whose as well', /ASVS 6\.2\.10/],
    ['who asks for it', /customers/],
    ['by which standard', /IEC 62443-3-3 SR 1\.7 RE ?1/],
    ['and by which law', /21 CFR Part 11/],
    ['no rules of composition', /no composition rules|no rules about digits/],
    ['the history', /\b[Tt]en\b/],
    ['the refused ones', /[Cc]ommon/],
    ['the reminders', /14, 7 and 1 day/],
    ['the second factor', /second factor/],
  ])('%s', (_, pattern) => {
    expect(text).toMatch(pattern)
  })
})
