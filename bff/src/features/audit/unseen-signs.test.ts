import { AuditFilter } from '@gatehouse/shared/audit-filter'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { eventsVisibleTo } from './store.ts'

let h: TestHouse
const by = { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null } as const
const everything = {
  customerId: null,
  grants: [{ activities: ['audit.view', 'audit.view_maker'] as const, scope: { kind: 'all' as const } }],
}
const signs = [
  ...['\u00ad', '\u061c', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d'],
  ...['\u202e', '\u2060', '\u2066', '\u2067', '\u2068', '\u2069', '\ufeff'],
]
const named = signs.map((sign, at) => [sign.codePointAt(0)?.toString(16), sign, `w${at}x`] as const)

const noted = (device: string) =>
  note(h.house, [entry({ by, event: 'device.connected', fields: { device, transport: 'wss' } })])
const found = async (search: string) =>
  (await eventsVisibleTo(h.house.db, everything, AuditFilter.parse({ search }), 50, undefined)).map(
    ({ fields }) => fields.device,
  )

beforeAll(async () => {
  h = await openTestHouse()
  await noted('Haystack seven')
  for (const [, sign, word] of named) await noted(`${sign}pre${word} sp${sign}lit${word} ${sign}post${word}${sign} end`)
  await noted('first\nsecond\u2028third')
})
afterAll(() => h.close())

describe('a search does not see what nobody sees', () => {
  test.each(named)('%s typed before, in and behind a word', async (_, sign) => {
    for (const typed of [`${sign}haystack seven`, `hay${sign}stack${sign} seven`, `haystack seven${sign}`])
      expect(await found(typed)).toEqual(['Haystack seven'])
  })

  test.each(named)('%s before, in and behind a word of an event', async (_, sign, word) => {
    for (const typed of [`pre${word}`, `split${word} end`, `post${word} end`, `sp${sign}lit${word} end`])
      expect(await found(typed)).toHaveLength(1)
  })

  test('what ended a line, and is written out, stands between words', async () => {
    for (const typed of ['first', 'second', 'third']) expect(await found(typed)).toHaveLength(1)
  })

  test.each(named)('%s finds an id as well', async (_, sign) => {
    const [event] = await eventsVisibleTo(h.house.db, everything, AuditFilter.parse({ search: 'first' }), 1, undefined)
    expect(await found(`${sign}${event?.id.slice(0, 9)}${sign}${event?.id.slice(9)}${sign}`)).toHaveLength(1)
  })

  test.each(named)('%s in an event of before finds it as it is typed', async (_, sign) => {
    const said = `${sign}hay${sign}stack`
    expect(
      await h.house.db.execute(
        sql`select to_tsvector('simple', audit_plain(${said})) @@ audit_query(${said}) as found`,
      ),
    ).toEqual([{ found: true }])
  })

  test('signs alone are no word', async () => expect(await found(signs.join(''))).toEqual([]))
})
