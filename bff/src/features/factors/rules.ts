import type { Grant } from '@gatehouse/shared/decide'
import type { FactorsView } from '@gatehouse/shared/views/factors'
import { days, hours, minutes } from '../../kernel/clock.ts'

/** Why somebody must have a second factor; `null` where it is his own choice. */
export const whyMustHave = (
  who: { customerId: string | null; grants: readonly Grant[] },
  customerDemands: boolean,
): FactorsView['must'] => {
  if (who.customerId === null) return 'staff'
  if (who.grants.some((grant) => grant.activities.includes('session.approve'))) return 'approver'
  return customerDemands ? 'customer' : null
}

/** RFC 6238 with what every authenticator app can do: SHA-1, six digits, 30 seconds. */
export const codes = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** How many time steps a phone's clock may be off, to either side. */
export const stepsOff = 1

/**
 * How many wrong answers of one account within which time are the most, from wherever they come: whoever gives them
 * knows the password. A passkey cannot be guessed and is not held back.
 */
export const proofLimits = [
  { failures: 5, within: minutes(5) },
  { failures: 20, within: hours(1) },
  { failures: 50, within: days(1) },
] as const

/** A passkey has this long to answer. */
export const challengeLife = minutes(5)

/** An authenticator app that is not confirmed in this time starts anew. */
export const offerLife = minutes(15)

/** How many recovery codes there are, and of how many characters: 50 bits each, of which nobody guesses one. */
export const recovery = { count: 10, characters: 10 } as const

/** How many passkeys a person may have. */
export const mostPasskeys = 20
