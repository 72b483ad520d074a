import { type Activity, activityNames } from '@gatehouse/shared/activities'
import type { Grant } from '@gatehouse/shared/decide'
import { days } from '../../kernel/clock.ts'

export { hasAdministrators, keepingAdministrators } from './administrators.ts'
export { maySignIn, type PersonWithGrants, peopleGranted, peopleWithGrants } from './granted.ts'
export { erasedName, noteLater, type Remembered, remembered } from './later.ts'
export { type Hand, whyNotHandOut } from './rules.ts'

/** A password lives this long. */
export const passwordLife = days(90)

/** When a person's password has to be changed, ms since the epoch; now, where a change was ordered. */
export const passwordDueAt = (row: { passwordChangedAt: number; passwordDue: boolean }): number =>
  row.passwordDue ? row.passwordChangedAt : row.passwordChangedAt + passwordLife

/** The activities that at least one grant holds, in the table's order. */
export const activitiesOf = (grants: readonly Grant[]): Activity[] =>
  activityNames.filter((name) => grants.some((grant) => grant.activities.includes(name)))
