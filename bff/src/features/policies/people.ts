import { granted } from '@gatehouse/shared/decide'
import type { PolicyRules } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import type { Tx } from '../../kernel/database/connect.ts'
import { groupsOf, namesOnLadder } from '../groups/door.ts'
import { peopleWithGrants } from '../people/door.ts'
import { idsOnLadders } from './rules.ts'

/**
 * Whom the rules of a customer can speak of: who answers requests, who watches sessions, its groups, and the names of
 * those who stand on a ladder, whatever became of them.
 */
export const peopleOf = async (
  db: Tx,
  customerId: string,
  levels: readonly { rules: PolicyRules }[],
): Promise<NonNullable<PolicyView['people']>> => {
  const ids = [...new Set(levels.flatMap(({ rules }) => idsOnLadders(rules)))]
  const [people, groups, names] = await Promise.all([
    peopleWithGrants(db, customerId),
    groupsOf(db, customerId),
    namesOnLadder(db, customerId, ids),
  ])
  const everywhere = { kind: 'customer', customerId } as const
  const who = (activity: 'session.approve' | 'session.watch') =>
    people
      .filter(({ grants }) => grants.some((grant) => grant.activities.includes(activity)))
      .map(({ id, name, grants }) => ({ id, name, everywhere: granted({ customerId, grants }, activity, everywhere) }))
  return {
    approvers: who('session.approve'),
    watchers: who('session.watch').length,
    groups,
    names: Object.fromEntries(names),
  }
}
