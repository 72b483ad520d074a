import { describe, expect, test } from 'vitest'
import * as mails from './moment.ts'

/** Some versions of ICU put a comma behind the day of the week. */
const plain = (text: string) => text.replace(/(\w+day),/g, '$1')
const moment = (...of: Parameters<typeof mails.moment>) => plain(mails.moment(...of))
const momentThere = (...of: Parameters<typeof mails.momentThere>) => plain(mails.momentThere(...of))

const noon = Date.UTC(2026, 0, 15, 12)

describe('a moment in a mail', () => {
  test('is in UTC alone where the reader has chosen no zone, or this one', () => {
    expect(moment(noon, null)).toBe('Thursday 15 January 2026 at 12:00 UTC')
    expect(moment(noon, 'UTC')).toBe('Thursday 15 January 2026 at 12:00 UTC')
  })

  test.each([
    ['Europe/Zurich', 'Thursday 15 January 2026 at 13:00 (Europe/Zurich; 12:00 UTC)'],
    ['Asia/Kolkata', 'Thursday 15 January 2026 at 17:30 (Asia/Kolkata; 12:00 UTC)'],
    ['Asia/Kathmandu', 'Thursday 15 January 2026 at 17:45 (Asia/Kathmandu; 12:00 UTC)'],
    [
      'Pacific/Kiritimati',
      'Friday 16 January 2026 at 02:00 (Pacific/Kiritimati; Thursday 15 January 2026 at 12:00 UTC)',
    ],
  ])('is on the clock of %s with UTC beside it, and its day where that is another one', (zone, says) => {
    expect(moment(noon, zone)).toBe(says)
  })

  test('knows summer time, and the hour that there is twice', () => {
    expect(moment(Date.UTC(2026, 2, 29, 0, 59), 'Europe/Zurich')).toContain('at 01:59 (Europe/Zurich; 00:59 UTC)')
    expect(moment(Date.UTC(2026, 2, 29, 1), 'Europe/Zurich')).toContain('at 03:00 (Europe/Zurich; 01:00 UTC)')
    expect(moment(Date.UTC(2026, 9, 25, 0, 30), 'Europe/Zurich')).toContain('at 02:30 (Europe/Zurich; 00:30 UTC)')
    expect(moment(Date.UTC(2026, 9, 25, 1, 30), 'Europe/Zurich')).toContain('at 02:30 (Europe/Zurich; 01:30 UTC)')
  })

  test('at a site stays on the clock there, with the reader’s beside it where that says something else', () => {
    const there = 'Thursday 15 January 2026 at 13:00'
    expect(momentThere(noon, 'Europe/Zurich', null)).toBe(`${there} (Europe/Zurich)`)
    expect(momentThere(noon, 'Europe/Zurich', 'Europe/Berlin')).toBe(`${there} (Europe/Zurich)`)
    expect(momentThere(noon, 'Europe/Zurich', 'Asia/Kolkata')).toBe(
      `${there} (Europe/Zurich; for you 17:30, Asia/Kolkata)`,
    )
    expect(momentThere(noon, 'Europe/Zurich', 'Pacific/Kiritimati')).toBe(
      `${there} (Europe/Zurich; for you Friday 16 January 2026 at 02:00, Pacific/Kiritimati)`,
    )
  })
})
