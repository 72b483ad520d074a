import { type Activity, activities, activityNames } from '@gatehouse/shared/activities'
import type { Grant, Scope, Who } from '@gatehouse/shared/decide'
import type { Refusal } from '@gatehouse/shared/refusals'
import { type Hand, whyNotHandOut } from '../people/door.ts'

/** A group as far as changing it goes. */
export interface Editable extends Hand {
  /** True where whoever asks is in it. */
  mine: boolean
}

/**
 * Why `actor` may not make `before` into `after` (`null`: there is none): what is given as well as what is taken away
 * must be his to give, and nobody changes what he has himself.
 */
export const whyNotEdit = (
  actor: Who,
  before: Editable | null,
  after: Hand | null,
  ownAdministrators: boolean,
): Refusal | undefined => {
  if (before?.mine) return 'own_group'
  return (
    (before ? whyNotHandOut(actor, before, ownAdministrators) : undefined) ??
    (after ? whyNotHandOut(actor, after, ownAdministrators) : undefined)
  )
}

/** What a customer's group can never grant: it is about the maker. */
export const beyondCustomer = (grants: readonly Grant[]): Activity[] =>
  activityNames.filter(
    (name) => activities[name].on === 'maker' && grants.some((grant) => grant.activities.includes(name)),
  )

const listed = (scope: Scope): readonly string[] =>
  scope.kind === 'all' ? [] : scope.kind === 'tags' ? scope.tags : scope.ids

const same = (one: Grant, other: Grant): boolean =>
  one.scope.kind === other.scope.kind &&
  one.activities.length === other.activities.length &&
  one.activities.every((name) => other.activities.includes(name)) &&
  listed(one.scope).length === listed(other.scope).length &&
  listed(one.scope).every((id) => listed(other.scope).includes(id))

/** The grants of `after` that `before` has not, as they are: for the log. */
export const newIn = (after: readonly Grant[], before: readonly Grant[]): Grant[] =>
  after.filter((one) => !before.some((other) => same(one, other)))
