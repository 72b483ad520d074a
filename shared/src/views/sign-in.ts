import type { Activity } from '../activities.ts'
import type { NewsChoice } from '../profile/news.ts'
import type { SignInMethod } from '../sign-in/methods.ts'
import type { Named } from './basics.ts'

/** What a sign-in with the right password still wants: `in` where nothing. */
export type SignInStep = 'in' | 'factor' | 'set_up'

/** How far a sign-in has come, and with what it can go on. */
export interface StandingView {
  step: SignInStep
  /** Of the person, so that a shared computer shows whose turn it is. */
  name: string
  email: string
  ways: { passkey: boolean; code: boolean; recovery: boolean }
  /** Until when a last proof counts; in the past where the next deed that wants one asks. */
  provenUntil: number
  demo: boolean
}

export interface LastSignIn {
  at: number
  from: string
  method: SignInMethod | null
}

/** A browser in which somebody is signed in. */
export interface SignInView {
  /** A name for it that opens nothing. */
  id: string
  startedAt: number
  lastGestureAt: number
  from: string
  userAgent: string
  method: SignInMethod
  /** False as long as only the password was given there. */
  complete: boolean
  /** The one that asks. */
  thisOne: boolean
}

export interface MeView {
  id: string
  name: string
  email: string
  /** `null` for the maker's people. */
  customer: Named | null
  /** The customer's name, or the maker's: from where the person comes in the eyes of others. */
  company: string
  passwordDue: boolean
  passwordDueAt: number
  lastSignIn: LastSignIn | null
  lastFailure: LastSignIn | null
  /** When this session ends for want of a gesture, and at the latest. */
  idleEndsAt: number
  absoluteEndsAt: number
  /** Server time when this was said, so that browsers with a wrong clock count right. */
  now: number
  /** IANA name of the zone in which the person reads times; `null` until he has chosen one. */
  zone: string | null
  /** What the person wants to be told of, and how. */
  news: NewsChoice
  /** True where this Gatehouse is a demonstration. */
  demo: boolean
  /** Activities that at least one grant of the person holds: which menus make sense. */
  activities: Activity[]
  /** Set while somebody of the maker looks at Gatehouse as this person: who, why, and until when at the most. */
  viewing: { by: Named; reason: string; caseNumber: string; until: number } | null
}
