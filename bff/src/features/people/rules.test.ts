import type { Grant, Scope, Who } from '@gatehouse/shared/decide'
import { describe, expect, test } from 'vitest'
import { whyNotHandOut } from './rules.ts'

const grant = (scope: Scope, ...activities: Grant['activities']): Grant => ({ activities, scope })
const all: Scope = { kind: 'all' }
const of = (...ids: string[]): Scope => ({ kind: 'customers', ids })
const giver = (customerId: string | null, ...grants: Grant[]): Who => ({
  id: 'g',
  customerId,
  networkRefused: false,
  passwordDue: false,
  secondFactor: 'shown',
  provenAt: 0,
  grants,
})
const hand = (customerId: string | null, ...grants: Grant[]) => ({ customerId, grants })

describe('AZ08 nobody hands out more than he is granted', () => {
  const clara = giver('helvetia', grant(all, 'person.edit', 'session.approve', 'device.view'))
  const ruth = giver(null, grant(all, 'staff.edit', 'person.edit', 'device.view', 'customer.view'))
  const split = giver(null, grant(of('helvetia'), 'device.view'), grant(of('helvetia'), 'audit.view'))
  const anna = giver(null, grant(of('helvetia'), 'device.view', 'session.terminal'), grant(of('lakes'), 'audit.view'))

  test.each([
    ['a customer hands out what it holds', clara, hand('helvetia', grant(all, 'session.approve')), true, undefined],
    ['and a group that allows nothing', clara, hand('helvetia'), true, undefined],
    [
      'and a grant that covers nothing',
      clara,
      hand('helvetia', grant(of(), 'policy.edit', 'device.view')),
      true,
      'beyond_own',
    ],
    ['not an activity it lacks', clara, hand('helvetia', grant(all, 'device.view', 'policy.edit')), true, 'beyond_own'],
    [
      'not where one grant of several goes beyond',
      clara,
      hand('helvetia', grant(all, 'device.view'), grant(all, 'policy.edit')),
      true,
      'beyond_own',
    ],
    ["nothing of another customer's", clara, hand('lakes', grant(all, 'device.view')), true, 'not_found'],
    ["nothing of the maker's", clara, hand(null, grant(all, 'device.view')), true, 'not_found'],
    [
      "the maker's administrator hands out the maker's groups",
      ruth,
      hand(null, grant(all, 'session.terminal')),
      true,
      undefined,
    ],
    ["and a customer's first ones", ruth, hand('helvetia', grant(all, 'session.approve')), false, undefined],
    [
      'not once the customer has its own administrator',
      ruth,
      hand('helvetia', grant(all, 'session.approve')),
      true,
      'beyond_own',
    ],
    [
      "nothing of a customer's that has its own, even what he holds himself",
      ruth,
      hand('helvetia', grant(all, 'customer.view')),
      true,
      'beyond_own',
    ],
    [
      'a technician hands out what one grant of his covers',
      anna,
      hand(null, grant(of('helvetia'), 'session.terminal')),
      true,
      undefined,
    ],
    [
      'not what two of his grants add up to',
      split,
      hand(null, grant(of('helvetia'), 'device.view', 'audit.view')),
      true,
      'beyond_own',
    ],
    [
      'not what two grants cover together',
      anna,
      hand(null, grant(of('helvetia'), 'device.view', 'audit.view')),
      true,
      'beyond_own',
    ],
    [
      'not more customers than his',
      anna,
      hand(null, grant(of('helvetia', 'lakes'), 'device.view')),
      true,
      'beyond_own',
    ],
    ['not everything for one', anna, hand(null, grant(all, 'device.view')), true, 'beyond_own'],
    [
      "everything of a customer's that is wholly his, as long as the customer has nobody",
      anna,
      hand('helvetia', grant({ kind: 'sites', ids: ['basel'] }, 'device.view')),
      false,
      undefined,
    ],
    [
      'not what could only be looked up',
      anna,
      hand(null, grant({ kind: 'sites', ids: ['basel'] }, 'device.view')),
      true,
      'beyond_own',
    ],
  ] as const)('%s', (_, who, group, own, why) => {
    expect(whyNotHandOut(who, group, own)).toBe(why)
  })
})
