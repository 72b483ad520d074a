import type { May, Named } from './basics.ts'

export type PersonState = 'invited' | 'active' | 'disabled'

export interface PersonView extends Named {
  email: string
  customer: Named | null
  groups: Named[]
  state: PersonState
  lastSignInAt: number | null
  passwordDueAt: number
  may: { disable: May; remove: May; reset: May; invite: May; changeGroups: May; viewAs: May }
}
