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
  /** Set while somebody of the maker looks at Gatehouse as this person sees it: then nothing is done, only read. */
  viewing?: Viewing
}

/** Who looks as somebody else, why, and how long at the most (ms since the epoch). */
export interface Viewing {
  /** Whoever is signed in. */
  by: Actor
  reason: string
  caseNumber: string
  startedAt: number
  until: number
}

/** Whoever is signed in, as whomever he looks. */
export const selfOf = (actor: Actor): Actor => actor.viewing?.by ?? actor

/** Who did it, in the words of the audit log. */
export interface By {
  kind: 'person' | 'device' | 'system'
  id: string | null
  name: string
  company: string
  from: string | null
}

/** What somebody does while he looks as another stands in the log as his own. */
export const byPerson = (actor: Actor): By => {
  const { id, name, company, from } = selfOf(actor)
  return { kind: 'person', id, name: actor.viewing ? `${name} as ${actor.name}` : name, company, from }
}

export const bySystem: By = { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null }
