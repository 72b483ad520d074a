import { describe, expect, test } from 'vitest'
import { policyActivities } from './activities.ts'
import { changesOf, partsOf } from './audit-changes.ts'
import { policyRowSays } from './policies/words.ts'

const ofText = (change: string, event = 'device.changed') => changesOf(event, { change })

test('a change is read field by field', () => {
  expect(ofText('name: “Balance” → “Balance 7”; time zone: “” → “Europe/Dublin; or so”')).toEqual([
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
  `${policyRowSays('session.terminal')}: as above → never`,
])('what is no change stays as it is: %s', (text) => {
  expect(ofText(text)).toBeNull()
})

describe('what events from before say is understood', () => {
  test.each(policyActivities)('a policy without quotes: %s', (activity) => {
    const [row, other] = [policyRowSays(activity), policyRowSays('session.terminal')]
    const windows = 'ask Mon–Fri 08:00–17:00; Sat 08:00–12:00, else never, step 1: 1 person or group, 10 minutes'
    expect(ofText(`${row}: as above → ${windows}; ${other}: never → ask`, 'policy.changed')).toEqual([
      { field: row, before: 'as above', after: windows },
      { field: other, before: 'never', after: 'ask' },
    ])
  })

  test('who came into a group or went, whatever he is called', () => {
    expect(ofText('added took Ada out', 'group.changed')).toEqual([
      { field: 'members', before: '', after: 'took Ada out' },
    ])
    expect(ofText('took Ines Frei out', 'group.changed')).toEqual([
      { field: 'members', before: 'Ines Frei', after: '' },
    ])
    expect(ofText('now called x; allows y', 'group.changed')).toBeNull()
  })
})

test('what was and is stands in fields of its own', () => {
  expect(changesOf('factor.renamed', { before: 'a', after: 'b' })).toMatchObject([{ before: 'a', after: 'b' }])
  expect(changesOf('networks.cleared', { before: 'a', whose: 'b' })).toMatchObject([{ after: 'everywhere' }])
  expect(changesOf('model.changed', { model: 'a', version: 3 })).toMatchObject([{ before: '2', after: '3' }])
  expect(changesOf('model.added', { model: 'a' })).toBeNull()
})

test('the grants of a group are a list, and nothing else is cut', () => {
  const side = 'Type (all devices); Ask, Watch (Basel; Cork)'
  expect(partsOf('group.changed', { field: 'what it allows' }, side)).toEqual([
    'Type (all devices)',
    'Ask, Watch (Basel; Cork)',
  ])
  expect(partsOf('group.changed', { field: 'name' }, side)).toEqual([side])
  expect(partsOf('site.changed', { field: 'what it allows' }, side)).toEqual([side])
})
