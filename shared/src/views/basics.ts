/**
 * What the API answers, room by room: plain JSON, times as ms since the epoch (server clock) unless said otherwise.
 * bff's `present` functions return these, web reads them.
 */
import type { PolicyLevelKind } from '../policies/policy.ts'
import type { Refusal } from '../refusals.ts'

/** Why a door is shut, sent with the thing. */
export type May =
  | { ok: true }
  /** `nextAt`: when a window of the policy opens next that lets it through, ms. `level`: whose rule shuts it. */
  | { ok: false; because: Refusal; says: string; nextAt?: number; level?: PolicyLevelKind }

/** A page of a list; `next` is the cursor of the following page. */
export interface Page<T> {
  rows: T[]
  next: string | null
}

export interface Named {
  id: string
  name: string
}
