import { activities, activityNames } from '@gatehouse/shared/activities'
import { granted, type Scope } from '@gatehouse/shared/decide'
import type { GroupView } from '@gatehouse/shared/views/groups'
import { describe, expect, test } from 'vitest'
import { blankCards, type Card, cardsOf, differs, grantsOf, lackOf } from './draft.ts'
import { activityKinds, whyNothing } from './kinds.ts'

const group: Pick<GroupView, 'name' | 'grants'> = {
  name: 'Readers',
  grants: [
    {
      // As somebody ticked them, not in the order of the table.
      activities: ['audit.view', 'device.view'],
      scope: { kind: 'sites', ids: ['s1', 's2'] },
      scopeNames: ['Basel', 'Cork'],
      scopeSays: 'Site: Basel, Cork',
    },
    { activities: ['customer.view'], scope: { kind: 'all' }, scopeNames: [], scopeSays: 'All devices of the customer' },
    {
      activities: ['device.view'],
      scope: { kind: 'tags', tags: ['laboratory'] },
      scopeNames: ['laboratory'],
      scopeSays: 'Tag: laboratory',
    },
  ],
}
const [first, ...rest] = cardsOf(group) as [Card, ...Card[]]

describe('a draft of a group', () => {
  test('sends what it was read from, whatever order things were ticked in, and differs in nothing', () => {
    expect(grantsOf([first, ...rest])).toEqual([
      { activities: ['device.view', 'audit.view'], scope: { kind: 'sites', ids: ['s1', 's2'] } },
      { activities: ['customer.view'], scope: { kind: 'all' } },
      { activities: ['device.view'], scope: { kind: 'tags', tags: ['laboratory'] } },
    ])
    expect(differs(group, ' Readers ', [{ ...first, activities: ['device.view', 'audit.view'] }, ...rest])).toBe(false)
  })

  test('AZ02 keeps what stands on two cards on two cards', () => {
    const sent = grantsOf([first, ...rest])
    expect(sent).toHaveLength(3)
    expect(sent[1]?.activities).toEqual(['customer.view'])
  })

  test('keeps what was chosen of one kind while another is looked at, and sends only what is shown', () => {
    const looked: Card = { ...first, kind: 'devices' }
    expect(lackOf(looked)).toBe('Choose at least one device.')
    expect(grantsOf([looked])).toEqual([])
    expect(grantsOf([{ ...looked, kind: 'sites' }])).toEqual(grantsOf([first]))
  })

  test('a card that lacks something is not sent, and is no reason to lose it unasked', () => {
    const bare: Card = { ...first, activities: [] }
    expect(lackOf(bare)).toBe('Choose at least one activity.')
    expect(differs(group, 'Readers', [first, ...rest, bare])).toBe(true)
  })

  test('differs as soon as something means something else', () => {
    expect(differs(group, 'Watchers', [first, ...rest])).toBe(true)
    expect(differs(group, 'Readers', rest)).toBe(true)
    expect(differs(group, 'Readers', [{ ...first, chosen: { sites: [{ id: 's1', name: 'Basel' }] } }, ...rest])).toBe(
      true,
    )
  })

  test('of a new group is nothing until something is written', () => {
    const cards = blankCards() as [Card]
    expect(differs(null, '', cards)).toBe(false)
    expect(differs(null, 'Night shift', cards)).toBe(true)
    expect(differs(null, '', [{ ...cards[0], activities: ['device.view'] }])).toBe(true)
    expect(differs(null, '', [{ ...cards[0], kind: 'sites' }])).toBe(true)
  })
})

describe('the activities that are offered', () => {
  const offered = (ofCustomer: boolean) => activityKinds(ofCustomer).flatMap((kind) => kind.activities)

  test("are all there are, each once; for a customer's group without the maker's", () => {
    expect(offered(false).toSorted()).toEqual([...activityNames].toSorted())
    expect(offered(true)).toContain('person.edit')
    for (const name of ['staff.edit', 'customer.add', 'audit.view_maker'] as const)
      expect(offered(true)).not.toContain(name)
  })

  test('are said to come to nothing exactly where no target of theirs is in the scope', () => {
    const scopes: Scope[] = [
      { kind: 'all' },
      ...(['customers', 'sites', 'models', 'devices'] as const).map((kind) => ({ kind, ids: ['x'] })),
      { kind: 'tags', tags: ['x'] },
    ]
    const targets = [
      { kind: 'maker' as const },
      { kind: 'customer' as const, customerId: 'x' },
      { kind: 'device' as const, customerId: 'x', siteId: 'x', modelId: 'x', deviceId: 'x', tags: ['x'] },
    ]
    for (const scope of scopes)
      for (const name of activityNames) {
        const who = { customerId: null, grants: [{ activities: [name], scope }] }
        const holds = targets.some((one) => one.kind === activities[name].on && granted(who, name, one))
        expect(whyNothing(name, scope.kind, false) === undefined, `${name} on ${scope.kind}`).toBe(holds)
      }
  })
})
