import type { Refusal } from '@gatehouse/shared/refusals'

/**
 * Why a customer may not be renamed by `who`; `undefined` where it may. Names are unique over all customers, so that
 * "taken" would tell a customer of another: only the maker's people rename.
 */
export const whyNotRename = (who: { customerId: string | null }): Refusal | undefined =>
  who.customerId === null ? undefined : 'not_granted'
