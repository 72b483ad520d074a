import type { Who } from '@gatehouse/shared/decide'

/** Whoever asks, as a decision and the audit log need to know him. */
export interface Actor extends Who {
  name: string
  email: string
  customerName: string | null
  /** The customer's name, or the maker's: what the log calls his company. */
  company: string
  /** When he last gave his password under this sign-in; ms since the epoch. */
  passwordAt: number
  /** True where his rights were changed and the token has to be replaced first. */
  renewalDue: boolean
  /** Names the sign-in as long as it lives; opens nothing. */
  signInId: string
  /** The address the request came from, as the socket says. */
  from: string
}

/** Who did it, in the words of the audit log. */
export interface By {
  kind: 'person' | 'device' | 'system'
  id: string | null
  name: string
  company: string
  from: string | null
}

export const byPerson = (actor: Actor): By => ({
  kind: 'person',
  id: actor.id,
  name: actor.name,
  company: actor.company,
  from: actor.from,
})

export const bySystem: By = { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null }
