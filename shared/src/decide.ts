import { type Activity, activities, asksForProof, proofLasts } from './activities.ts'
import { type Limit, underLimits } from './limits.ts'
import { explain, policyAnswer } from './policies/answer.ts'
import { deciding, type PolicyLevel, type PolicyLevelKind } from './policies/policy.ts'
import type { Refusal } from './refusals.ts'

/** The devices a grant is about. An empty list covers nothing. */
export type Scope =
  | { kind: 'all' }
  | { kind: 'customers' | 'sites' | 'models' | 'devices'; ids: readonly string[] }
  | { kind: 'tags'; tags: readonly string[] }

/** Activities together with the devices they may be done to; one grant is never completed by another. */
export interface Grant {
  activities: readonly Activity[]
  scope: Scope
}

/** Whoever is signed in, as far as a decision needs to know. */
export interface Who {
  id: string
  /** `null` for the maker's people; else the customer they belong to, beyond which they never reach. */
  customerId: string | null
  /** True where the list of networks that holds for him does not let him in from where he is. */
  networkRefused: boolean
  passwordDue: boolean
  /** Whether the second factor was shown: `owed` after the password alone, `to_set_up` where there must be one and is none. */
  secondFactor: 'shown' | 'not_needed' | 'owed' | 'to_set_up'
  /** When he last proved who he is, beyond a cookie; ms since the epoch. */
  provenAt: number
  grants: readonly Grant[]
}

/** What an activity is about to be done to, with everything that contains it. */
export type Target =
  | { kind: 'maker' }
  | { kind: 'customer'; customerId: string }
  | { kind: 'device'; customerId: string; siteId: string; modelId: string; deviceId: string; tags: readonly string[] }

export type DeviceTarget = Extract<Target, { kind: 'device' }>

/** An approval as far as a decision needs it; times in ms since the epoch. */
export interface ApprovalFacts {
  id: string
  deviceId: string
  technicianId: string
  activities: readonly Activity[]
  /** The first use must come after this… */
  notBefore: number
  /** …and before this. */
  useBefore: number
  /** When its clock runs out; `null` before its first use. */
  endsAt: number | null
  revoked: boolean
}

/** What the database knows that bears on the decision. */
export interface Facts {
  /** Policy levels from the customer down to the device. */
  policy: readonly PolicyLevel[]
  approvals: readonly ApprovalFacts[]
  /** Set while nothing new may be begun; left out for what runs already, is only read, or ends something. */
  limit?: Limit
}

export type Verdict =
  | { ok: true; approvalId?: string }
  /**
   * `nextAt`: when a window of the policy opens next that lets it through, ms. `level`: whose rule shuts it. `since`:
   * from when on nothing new is begun, ms.
   */
  | { ok: false; because: Refusal; nextAt?: number; level?: PolicyLevelKind; since?: number }

/** Whoever passed the door before and is judged again, while his session runs: no new proof is asked of him. */
export const provenBefore = <W extends Who>(who: W): W => ({ ...who, provenAt: Number.POSITIVE_INFINITY })

/** True where a proof is young enough at `now`; one from the future says that the clock has gone back, and proves nothing. */
const isFresh = (provenAt: number, now: number): boolean =>
  provenAt === Number.POSITIVE_INFINITY || (now - provenAt < proofLasts && now - provenAt >= -60_000)

const no = (because: Refusal): Verdict => ({ ok: false, because })

/** Why a policy that says never at `now` is shut: for good, or until its next window. */
export const shutBy = (policy: Facts['policy'], activity: Activity, now: number): Verdict => {
  const { opening, level } = explain(policy, activity, now)
  const whose = level === null ? {} : { level }
  const nextAt = opening?.from
  return nextAt == null
    ? { ok: false, because: 'policy_never', ...whose }
    : { ok: false, because: 'policy_closed', nextAt, ...whose }
}

const covers = (scope: Scope, target: Target): boolean => {
  if (scope.kind === 'all') return true
  if (target.kind === 'maker') return false
  if (scope.kind === 'customers') return scope.ids.includes(target.customerId)
  if (target.kind === 'customer') return false
  switch (scope.kind) {
    case 'sites':
      return scope.ids.includes(target.siteId)
    case 'models':
      return scope.ids.includes(target.modelId)
    case 'devices':
      return scope.ids.includes(target.deviceId)
    case 'tags':
      return scope.tags.some((tag) => target.tags.includes(tag))
  }
}

/** True when one single grant of `who` holds the activity and contains the target. */
export const granted = (who: Pick<Who, 'customerId' | 'grants'>, activity: Activity, target: Target): boolean => {
  if (who.customerId !== null && (target.kind === 'maker' || target.customerId !== who.customerId)) return false
  return who.grants.some((grant) => grant.activities.includes(activity) && covers(grant.scope, target))
}

/** What an activity is done to where a device is looked at: the device, its customer or the maker. */
export const targetOf = (activity: Activity, device: DeviceTarget): Target => {
  const { on } = activities[activity]
  return on === 'device'
    ? device
    : on === 'customer'
      ? { kind: 'customer', customerId: device.customerId }
      : { kind: 'maker' }
}

/** True while `approval` covers the activity of this person on this device at `now` (ms since the epoch). */
export const approvalCovers = (
  approval: ApprovalFacts,
  who: Pick<Who, 'id'>,
  activity: Activity,
  target: DeviceTarget,
  now: number,
): boolean =>
  !approval.revoked &&
  approval.technicianId === who.id &&
  approval.deviceId === target.deviceId &&
  approval.activities.includes(activity) &&
  (approval.endsAt === null ? now >= approval.notBefore && now < approval.useBefore : now < approval.endsAt)

/** Why whoever is signed in may do nothing at all yet, whatever his groups say. */
export const barred = (
  who: Pick<Who, 'networkRefused' | 'passwordDue' | 'secondFactor'>,
): 'network_refused' | 'factor_owed' | 'factor_to_set_up' | 'password_due' | undefined => {
  // First of all: what else he owes he does not settle from there either.
  if (who.networkRefused) return 'network_refused'
  if (who.secondFactor === 'owed') return 'factor_owed'
  if (who.secondFactor === 'to_set_up') return 'factor_to_set_up'
  return who.passwordDue ? 'password_due' : undefined
}

/**
 * May he? The only place that answers: signed in from where he may be, with the second factor and password in date; one
 * grant that covers both the activity and the target; the customer's policy where the device is touched; a live approval
 * where the policy asks; and a fresh proof of who he is where the activity asks for one. Nothing new is begun while the
 * log cannot follow.
 */
export const decide = (who: Who | null, activity: Activity, target: Target, facts: Facts, now: number): Verdict => {
  if (!who) return no('not_signed_in')
  const owed = barred(who)
  if (owed) return no(owed)
  if (activities[activity].on !== target.kind) return no('not_granted')
  if (!granted(who, activity, target)) {
    // Whoever may not even see the thing is told what he would be told if it did not exist.
    const mayKnow =
      target.kind === 'maker'
        ? who.customerId === null
        : granted(who, target.kind === 'device' ? 'device.view' : 'customer.view', target)
    return no(mayKnow ? 'not_granted' : 'not_found')
  }
  /** Nothing else is in the way: so a limit hides neither a rule of the customer's, nor that one has to ask first. */
  const open = (found: { approvalId?: string } = {}): Verdict => {
    if (facts.limit && underLimits[activity] !== 'goes on') return { ok: false, ...facts.limit }
    return !asksForProof(activity) || isFresh(who.provenAt, now) ? { ok: true, ...found } : no('step_up_required')
  }
  if (!activities[activity].touchesDevice || target.kind !== 'device') return open()
  const answer = policyAnswer(facts.policy, activity, now)
  if (answer === 'never') return shutBy(facts.policy, activity, now)
  if (answer === 'always') return open()
  const approval = facts.approvals.find((one) => approvalCovers(one, who, activity, target, now))
  if (!approval) return { ok: false, because: 'approval_needed', level: deciding(facts.policy, activity)?.by.level }
  return open({ approvalId: approval.id })
}
