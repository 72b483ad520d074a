import { type Grant, granted, type Scope, type Who } from '@gatehouse/shared/decide'
import type { Refusal } from '@gatehouse/shared/refusals'
import type { PersonState } from '@gatehouse/shared/views/people'

interface Account {
  id: string
  invitedAt: number | null
  disabledAt: number | null
  removedAt: number | null
}

/** How an account stands, in the words of the pages. */
export const stateOf = (them: Pick<Account, 'invitedAt' | 'disabledAt'>): PersonState =>
  them.disabledAt !== null ? 'disabled' : them.invitedAt !== null ? 'invited' : 'active'

/** Why `actor` may not do anything to the account of `them`; `undefined` where he may. Rights are judged by the door. */
export const whyNotTouch = (
  actor: { id: string },
  them: { id: string; removedAt: number | null },
): Refusal | undefined => {
  if (them.removedAt !== null) return 'wrong_state'
  // Nobody locks himself out or raises himself, and nobody leaves without somebody else knowing.
  return actor.id === them.id ? 'own_account' : undefined
}

/** Why no other password can be asked of them: who has none yet is invited again instead. */
export const whyNotReset = (actor: { id: string }, them: Account): Refusal | undefined =>
  whyNotTouch(actor, them) ?? (stateOf(them) === 'active' ? undefined : 'wrong_state')

/** Why an invitation can be neither sent again nor withdrawn: it was accepted, or shut. */
export const whyNotInvite = (actor: { id: string }, them: Account): Refusal | undefined =>
  whyNotTouch(actor, them) ?? (stateOf(them) === 'invited' ? undefined : 'wrong_state')

/** A group as far as handing it out needs to know it. */
export interface Hand {
  /** `null` for the maker's. */
  customerId: string | null
  grants: readonly Grant[]
}

const listed = (scope: Scope): readonly string[] =>
  scope.kind === 'all' ? [] : scope.kind === 'tags' ? scope.tags : scope.ids

/** True when `outer` reaches everything that `inner` reaches; what only the database could tell counts as no. */
const contains = (outer: Scope, inner: Scope, group: Hand, giver: Who): boolean => {
  if (inner.kind !== 'all' && listed(inner).length === 0) return true
  if (outer.kind === 'all') return giver.customerId === null || giver.customerId === group.customerId
  // Whatever a customer's group says, it reaches nothing beyond its customer.
  if (outer.kind === 'customers' && group.customerId !== null && outer.ids.includes(group.customerId)) return true
  return outer.kind === inner.kind && listed(inner).every((one) => listed(outer).includes(one))
}

/**
 * Why `giver` may not put somebody into this group or take him out; `undefined` where he may. Every grant of the group
 * must be contained in one single grant of his own. Who is in charge of the maker's people hands out the maker's groups
 * as well, and a customer's as long as the customer has nobody of its own who could (`ownAdministrators`); from then on
 * nobody of the maker's hands those out at all.
 */
export const whyNotHandOut = (giver: Who, group: Hand, ownAdministrators: boolean): Refusal | undefined => {
  if (giver.customerId !== null && giver.customerId !== group.customerId) return 'not_found'
  // Whatever the maker's people hold: who can make groups could hold everything a customer's approvers do.
  if (giver.customerId === null && group.customerId !== null && ownAdministrators) return 'beyond_own'
  if (granted(giver, 'staff.edit', { kind: 'maker' }) && (group.customerId === null || !ownAdministrators))
    return undefined
  const held = group.grants.every((wanted) =>
    giver.grants.some(
      (own) =>
        wanted.activities.every((activity) => own.activities.includes(activity)) &&
        contains(own.scope, wanted.scope, group, giver),
    ),
  )
  return held ? undefined : 'beyond_own'
}
