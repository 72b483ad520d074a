import { auditEvents } from '@gatehouse/shared/audit-events'
import { refusals } from '@gatehouse/shared/refusals'
import { technical, toReader } from '@gatehouse/shared/testing/plain'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cell, csvHead, csvLine, wallText } from './csv.ts'
import type { ExportedEvent } from './reading.ts'
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

describe('AL26 a line for people', () => {
  const at = Date.UTC(2026, 6, 1, 12)
  const row = {
    id: '01a20300-0000-7000-8000-000000000000',
    at,
    outcome: 'refused',
    actorKind: 'person',
    actorName: 'Clara Meier',
    actorCompany: 'Helvetia Pharma',
  }
  const rowsOf = (event: string, fields: Record<string, string | number>, zone: string): string[][] => {
    const one = { row: { ...row, event, fields }, log: null, seq: null, deviceSeq: null, openings: {} }
    return csvRows(Buffer.from(csvHead(zone) + csvLine(one as unknown as ExportedEvent, zone)))
  }
  const cellsOf = (event: string, fields: Record<string, string | number>): Record<string, string | undefined> => {
    const [heads = [], cells = []] = rowsOf(event, fields, 'Europe/Zurich')
    return Object.fromEntries(heads.map((head, i) => [head, cells[i]]))
  }
  /** Fields that hold a code where it was written as one. */
  const coded = { activity: 'POST /api/me/gesture', transport: 'websocket', code: 'limit.cpu.load', bytes: 12_345_678 }

  test.each(Object.entries(auditEvents))('has no code in its sentence, whatever was refused: %s', (event, { says }) => {
    for (const because of Object.keys(refusals)) {
      const given: Record<string, string | number> = { ...coded, because }
      const names = [...says.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
      const cells = cellsOf(event, Object.fromEntries(names.map((name) => [name, given[name] ?? 'something'])))
      for (const head of ['What happened', 'Reason']) {
        expect(cells[head]).not.toMatch(technical)
        expect(cells[head]).not.toMatch(toReader)
      }
      // What the event holds stands beside it.
      if (names.includes('because')) expect(cells['All fields']).toContain(because)
    }
  })

  test('gives moments by the clocks of the zone', () => {
    const said = cellsOf('session.opened', { activities: '“Type”', until: '2026-07-01T13:00:00.000Z' })
    expect(said['What happened']).toBe('Opened a session for “Type”, to end at 01 Jul 2026, 15:00 CEST at the latest')
  })
  test.each([
    ['UTC', ['Time (UTC)']],
    ['utc', ['Time (UTC)']],
    ['Etc/UTC', ['Time (UTC)', 'Time (Etc/UTC)']],
    ['Europe/Zurich', ['Time (UTC)', 'Time (Europe/Zurich)']],
  ])('has no two columns of one heading: %s', (zone, times) => {
    const [heads = [], cells = []] = rowsOf('device.connected', { device: 'Balance 7', transport: 'wss' }, zone)
    expect(heads.filter((head) => head.startsWith('Time'))).toEqual(times)
    expect(new Set(heads.map((head) => head.toLowerCase())).size).toBe(heads.length)
    expect(cells[heads.indexOf('Time (UTC)')]).toBe('2026-07-01T12:00:00.000Z')
    expect(cells[heads.indexOf('Event')]).toBe('device.connected')
  })
})
