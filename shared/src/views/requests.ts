import type { Activity } from '../activities.ts'
import type { RequestState } from '../requests/request-states.ts'
import type { SessionCause, SessionState } from '../sessions/session-states.ts'
import type { May, Named } from './basics.ts'

/** What a request for a device would meet, before it is made. */
export interface AskingView {
  /** Who may answer. */
  people: Named[]
  /** Activities that two different people have to approve. */
  twoFor: Activity[]
  /** Activities that are done only while somebody of the customer watches. */
  watchedFor: Activity[]
}

export interface RequestView {
  id: string
  state: RequestState
  device: Named & { serial: string; site: string; zone: string; model: string }
  customer: Named
  technician: Named
  /** The company the technician comes from. */
  company: string
  activities: Activity[]
  reason: string
  caseNumber: string
  wantedStart: number
  minutes: number
  madeAt: number
  /** Unanswered after this it expires. */
  answerBefore: number
  /** Hash of exactly what is shown; an answer names it. */
  hash: string
  /** Where the policy has windows: the one that is open at the wanted start, or the next, while there is one to wait for. */
  openings: { activity: Activity; from: number | null; until: number | null; graceMinutes: number }[]
  /** Who may answer, while it waits; whoever has approved it already is not among them. */
  approvers: Named[]
  /** How many different people have to approve it, and who has, oldest first. */
  approvals: {
    needed: number
    given: {
      by: Named
      at: number
      comment: string
      activities: Activity[]
      minutes: number
      /** False where what was shown to this approver has changed since: then it counts no more. */
      counts: boolean
    }[]
  }
  /** What is left to be given: what was asked, or what those who approved it before have given. */
  offer: { activities: Activity[]; minutes: number; notBefore: number | null; useBefore: number | null }
  /** Who was told of it, step by step, and who is next unless somebody answers; `null` where all were told at once. */
  told: {
    steps: { at: number; people: Named[]; leftOut: string[] }[]
    /** Nobody named: everybody else who may answer. */
    next: { at: number; names: string[] } | null
  } | null
  /** The customer's policy lets the session go live only while somebody of the customer watches. */
  watched: boolean
  /** What was given may be less than what was asked; all of it `null` where it was denied. */
  decision: {
    by: string
    at: number
    comment: string
    activities: Activity[] | null
    minutes: number | null
    notBefore: number | null
    useBefore: number | null
  } | null
  revoked: { by: string; at: number; comment: string } | null
  session: {
    id: string
    state: SessionState
    cause: SessionCause | null
    startedAt: number
    endedAt: number | null
  } | null
  may: { decide: May; deny: May; withdraw: May; revoke: May; open: May }
}
