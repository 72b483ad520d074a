import { expect, test } from 'vitest'
import { headline } from './headline.ts'

test('the page of an event does not say twice what changed, and says everything where it is no change', () => {
  const of = (event: string, fields: Record<string, string>) => headline({ event, fields, says: 'all of it' })
  expect(of('group.changed', { group: 'Readers', change: 'name: “A” → “B”' })).toBe('Changed the group Readers')
  expect(of('site.changed', { site: 'Basel', change: 'moved: somewhere' })).toBe('all of it')
  expect(of('group.added', { group: 'Readers' })).toBe('all of it')
})
