import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cell, wallText } from './csv.ts'
import { csvRows } from './testing/reading.ts'

/** What a spreadsheet makes of one cell. */
const read = (text: string): string => csvRows(Buffer.from(`${cell(text)}\r\n`))[0]?.[0] ?? ''

describe('IO04 IO05 a cell', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@A1', "'@A1"],
    [' \u00a0=1', "' \u00a0=1"],
    ['"=1"', '\'"=1"'],
    ["'=1", "''=1"],
    ['\uff1d1', "'\uff1d1"],
    ['\t=1', '\\u0009=1'],
    ['\r=1', '\\u000d=1'],
    ['\0=1', '\\u0000=1'],
    ['a;=1', "a;'=1"],
    ['a; "=1', 'a; "\'=1'],
    ['a\r\nb', 'a\\u000d\\u000ab'],
    ['a\u2028b\u0085c', 'a\\u2028b\\u0085c'],
    ['Balance 7, "new"', 'Balance 7, "new"'],
    ['1 - 2 = -1', '1 - 2 = -1'],
  ])('%j is read as %j', (text, expected) => expect(read(text)).toBe(expected))

  test('is one line that no spreadsheet calculates, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = cell(text)
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        // Whole, and where somebody takes a semicolon for the end of a cell.
        for (const part of [read(text), ...line.split(';').slice(1)])
          expect(part).not.toMatch(/^[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u)
      }),
      { numRuns: 500 },
    )
  })
})

test('a time is that of the wall clock in the zone, with its distance from UTC', () => {
  const summer = Date.UTC(2026, 6, 1, 12, 0, 0, 5)
  expect(wallText(summer, 'Europe/Zurich')).toBe('2026-07-01 14:00:00.005 +02:00')
  expect(wallText(summer, 'America/St_Johns')).toBe('2026-07-01 09:30:00.005 -02:30')
  expect(wallText(summer, 'UTC')).toBe('2026-07-01 12:00:00.005 +00:00')
})
