import { type Activity, activities, sessionActivities } from '@gatehouse/shared/activities'
import { type ApprovalFacts, approvalCovers, type DeviceTarget, granted, type Who } from '@gatehouse/shared/decide'
import { runsUntil } from '@gatehouse/shared/policies/answer'
import { deciding, type LadderStep, type PolicyAnswer, type PolicyLevel } from '@gatehouse/shared/policies/policy'
import type { Refusal } from '@gatehouse/shared/refusals'
import { awaitsAnswer, type RequestState } from '@gatehouse/shared/requests/request-states'
import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import { days, hours, minutes } from '../../kernel/clock.ts'

/** What the rules need to know of a request. */
export interface RequestFacts {
  state: RequestState
  technicianId: string
  customerId: string
  answerBefore: number
}

/** A start that is nearer than this is meant to be now: browsers' clocks differ. */
const nowadays = minutes(1)

/** How far ahead a request may be made, and how long an approval may wait to be used. */
export const furthest = { start: days(30), use: days(7) } as const

/** The start as it is kept, ms. */
export const startOf = (wanted: number, now: number): number => (wanted < now + nowadays ? now : wanted)

/** Unanswered after this a request expires: a day, or when it would be too late anyway, but never within minutes. */
export const answerBefore = (now: number, wantedStart: number, forMinutes: number): number =>
  Math.max(now + minutes(15), Math.min(now + hours(24), wantedStart + minutes(forMinutes)))

/** An approval is to be used before this, unless its approver says otherwise. */
export const usualUseBefore = (notBefore: number): number => notBefore + hours(24)

const moved = (state: RequestState): Refusal =>
  state === 'withdrawn' || state === 'expired_unanswered' ? 'wrong_state' : 'already_decided'

/** Why `who` may not deny; `undefined` where he may. Silence and staff never answer, and nobody answers himself. */
export const whyNotDeny = (who: Who, r: RequestFacts, target: DeviceTarget, now: number): Refusal | undefined => {
  if (who.id === r.technicianId) return 'own_request'
  if (who.customerId !== r.customerId) return 'not_the_customer'
  if (!granted(who, 'session.approve', target)) return 'not_granted'
  if (!awaitsAnswer(r.state)) return moved(r.state)
  return now < r.answerBefore ? undefined : 'wrong_state'
}

/** Why `who` may not approve: `given` are those whose yes counts already, and no yes counts twice. */
export const whyNotApprove = (
  who: Who,
  r: RequestFacts,
  given: readonly { personId: string }[],
  target: DeviceTarget,
  now: number,
): Refusal | undefined =>
  whyNotDeny(who, r, target, now) ?? (given.some(({ personId }) => personId === who.id) ? 'another_needed' : undefined)

/** How many different people have to approve these activities: as many as the strictest of their rules wants. */
export const approversNeeded = (policy: readonly PolicyLevel[], names: readonly Activity[]): number =>
  Math.max(1, ...names.map((name) => deciding(policy, name)?.rule.approvers ?? 1))

/**
 * In which order people are told of a request for these activities: the ladders of their rules, step beside step, each
 * step as long as the shortest of them. None where no rule has one: then all are told at once.
 */
export const ladderFor = (policy: readonly PolicyLevel[], names: readonly Activity[]): LadderStep[] => {
  const ladders = names.map((name) => deciding(policy, name)?.rule.ladder ?? [])
  return Array.from({ length: Math.max(0, ...ladders.map(({ length }) => length)) }, (_, i) => {
    const steps = ladders.flatMap((ladder) => ladder[i] ?? [])
    return {
      who: [...new Set(steps.flatMap(({ who }) => who))],
      minutes: Math.min(...steps.map((step) => step.minutes)),
    }
  })
}

/** True where one of these activities is done only while somebody of the customer watches. */
export const watchDemanded = (policy: readonly PolicyLevel[], names: readonly Activity[]): boolean =>
  names.some((name) => deciding(policy, name)?.rule.watched === true)

/** What can be given at the most, or what somebody has given; times in ms, `null` where nothing is said of them. */
export interface Offer {
  activities: readonly Activity[]
  minutes: number
  notBefore: number | null
  useBefore: number | null
}

const pick = (choose: (...ms: number[]) => number, a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : choose(a, b)

/** What two give together: only what both give, for the shorter time and within both of their times. */
export const narrowed = (a: Offer, b: Offer): Offer => ({
  activities: a.activities.filter((name) => b.activities.includes(name)),
  minutes: Math.min(a.minutes, b.minutes),
  notBefore: pick(Math.max, a.notBefore, b.notBefore),
  useBefore: pick(Math.min, a.useBefore, b.useBefore),
})

/** What is left to be given: what was asked, narrowed by everybody who has approved it so far. */
export const offerOf = (asked: Pick<Offer, 'activities' | 'minutes'>, given: readonly Offer[]): Offer =>
  given.reduce(narrowed, { activities: asked.activities, minutes: asked.minutes, notBefore: null, useBefore: null })

/** When an approval for this can be used, ms. */
export const timesOf = (
  wantedStart: number,
  { notBefore, useBefore }: Pick<Offer, 'notBefore' | 'useBefore'>,
  now: number,
): { notBefore: number; useBefore: number } => {
  const from = Math.max(now, notBefore ?? wantedStart)
  return { notBefore: from, useBefore: useBefore ?? usualUseBefore(from) }
}

/**
 * A yes as it is kept: with the very times in which what is given by it can be used, so that whoever comes next can
 * only narrow them, and no time begins anew with his answer.
 */
export const asKept = (given: Offer, offer: Offer, wantedStart: number, now: number): Offer => ({
  ...given,
  ...timesOf(wantedStart, narrowed(offer, given), now),
})

/** Sentences, by their fields, for what is more than is offered, or makes no sense; none where all of it can be given. */
export const whyNotGive = (
  given: Offer,
  offer: Offer,
  wantedStart: number,
  now: number,
): Partial<Record<'minutes' | 'activities' | 'notBefore' | 'useBefore', string>> => {
  const { notBefore, useBefore } = timesOf(wantedStart, narrowed(offer, given), now)
  const earlier = offer.notBefore !== null && given.notBefore !== null && given.notBefore < offer.notBefore
  const later = offer.useBefore !== null && given.useBefore !== null && given.useBefore > offer.useBefore
  return {
    ...(given.minutes > offer.minutes && { minutes: `No more than ${offer.minutes} minutes can be given.` }),
    ...(!given.activities.every((one) => offer.activities.includes(one)) && {
      activities: 'Nothing that was not asked for, or not approved before.',
    }),
    ...(notBefore > wantedStart + furthest.start && { notBefore: 'Within 30 days of what was asked for.' }),
    ...(earlier && { notBefore: 'Not earlier than was approved before.' }),
    ...(useBefore > notBefore + furthest.use && { useBefore: 'Seven days after the start at the latest.' }),
    ...(useBefore <= notBefore && { useBefore: 'This must be later than the start.' }),
    ...(later && { useBefore: 'Not later than was approved before.' }),
  }
}

/** Why `who` may not withdraw it. */
export const whyNotWithdraw = (who: Pick<Who, 'id'>, r: RequestFacts): Refusal | undefined => {
  if (who.id !== r.technicianId) return 'not_its_technician'
  return awaitsAnswer(r.state) || r.state === 'approved' ? undefined : 'wrong_state'
}

/** Why `who` may not take the approval back; a session that is over leaves nothing to be taken. */
export const whyNotRevoke = (
  who: Who,
  r: RequestFacts,
  approval: { endsAt: number | null } | null,
  target: DeviceTarget,
  now: number,
): Refusal | undefined => {
  if (who.customerId !== r.customerId) return 'not_the_customer'
  if (!granted(who, 'session.approve', target)) return 'not_granted'
  if (!approval || (r.state !== 'approved' && r.state !== 'used')) return 'wrong_state'
  return approval.endsAt === null || now < approval.endsAt ? undefined : 'wrong_state'
}

/** What the approval of a request gives, as far as opening a session needs it. */
export interface ApprovalToOpen extends ApprovalFacts {
  sessionId: string | null
}

/** Why `who` may not open the session of this request, apart from the policy and the device. */
export const whyNotOpen = (
  who: Pick<Who, 'id'>,
  r: RequestFacts,
  approval: ApprovalToOpen | null,
  target: DeviceTarget,
  now: number,
): Refusal | undefined => {
  if (who.id !== r.technicianId) return 'not_its_technician'
  if (awaitsAnswer(r.state)) return 'approval_needed'
  if (approval?.sessionId) return 'approval_used'
  if (!approval || approval.revoked || (r.state !== 'approved' && r.state !== 'used')) return 'wrong_state'
  const channels = sessionActivities.filter((one) => approval.activities.includes(one))
  if (channels.length === 0) return 'approval_needed'
  if (approval.endsAt === null && now < approval.notBefore) return 'too_early'
  return channels.every((one) => approvalCovers(approval, who, one, target, now)) ? undefined : 'wrong_state'
}

/** When something is over, and why. */
export interface End {
  at: number
  cause: SessionCause
}

/** The longest, in minutes, that the policy lets these activities last. */
export const longestMinutes = (policy: readonly PolicyLevel[], names: readonly Activity[]): number =>
  Math.min(...names.map((name) => deciding(policy, name)?.rule.longestMinutes ?? 0))

/**
 * When what begins at `now` under an approval of `forMinutes` is over at the latest: the approved time, the policy's
 * longest, or the end of the window and its grace. What only the policy approved lives while that says `always`.
 */
export const endOf = (
  policy: readonly PolicyLevel[],
  names: readonly Activity[],
  now: number,
  approved: { endsAt: number; byPolicy: boolean },
): End => {
  const least: PolicyAnswer = approved.byPolicy ? 'always' : 'ask'
  const windows = names.flatMap((name): End[] => {
    const at = runsUntil(policy, name, now, least)
    // What is shut at this moment does not begin now: it bounds nothing.
    return at === null || at <= now ? [] : [{ at, cause: 'window_closed' }]
  })
  const ends: End[] = [
    { at: approved.endsAt, cause: 'approval_ended' },
    { at: now + minutes(longestMinutes(policy, names)), cause: 'policy' },
    ...windows,
  ]
  return ends.reduce((first, one) => (one.at < first.at ? one : first))
}

/** Activities in quotes, as the log and mails name them. */
export const activityWords = (names: readonly Activity[]): string =>
  names.map((name) => `“${activities[name].says}”`).join(', ')
