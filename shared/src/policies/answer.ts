import type { Activity } from '../activities.ts'
import {
  deciding,
  isFreer,
  type PolicyAnswer,
  type PolicyLevel,
  type PolicyLevelKind,
  type Rule,
  stricter,
} from './policy.ts'
import { type ClockNote, clockNotes, type Stretch, stretchesFrom } from './stretches.ts'
import { isOpenAt } from './windows.ts'
import { wallAt } from './zone-clock.ts'

/** A stretch in which more is let through than at other times, and what the clocks do to it. */
export interface Opening extends Stretch {
  notes: ClockNote[]
}

/** Which answer holds, by whom, and how long. */
export interface Explanation {
  answer: PolicyAnswer
  /** `null` where no level speaks and the default holds. */
  level: PolicyLevelKind | null
  /** When the answer becomes another, ms; `null` where nothing known changes it. */
  until: number | null
  /** When next more is let through than now; `null` where nothing known brings that. */
  opening: Opening | null
}

/** Which side of a rule holds; `undefined` where nobody can tell. */
const sideAt = (rule: Rule, zone: string | null, now: number): 'inside' | 'outside' | undefined => {
  const wall = zone === null ? undefined : wallAt(zone, now)
  return wall === undefined ? undefined : isOpenAt(rule.windows, wall) ? 'inside' : 'outside'
}

/** What a rule answers at `now`; the stricter of its answers where the time there cannot be told. */
export const ruleAnswer = (rule: Rule, zone: string | null, now: number): PolicyAnswer => {
  if (rule.inside === rule.outside) return rule.inside
  const side = sideAt(rule, zone, now)
  return side ? rule[side] : stricter(rule.inside, rule.outside)
}

/**
 * What the policy says about `activity` at `now` (ms since the epoch). Where nothing speaks nothing is allowed that
 * touches a device.
 */
export const policyAnswer = (levels: readonly PolicyLevel[], activity: Activity, now: number): PolicyAnswer => {
  const found = deciding(levels, activity)
  return found ? ruleAnswer(found.rule, found.by.zone, now) : 'never'
}

/** The side of a rule that lets more through; `undefined` where both let the same through. */
const freeSide = (rule: Rule): 'inside' | 'outside' | undefined =>
  rule.inside === rule.outside ? undefined : isFreer(rule.inside, rule.outside) ? 'inside' : 'outside'

/**
 * True where the maker's people have to say at `now` what they look for, before they see anything of the customer's.
 * Where nothing speaks they need not; what cannot be read wants it.
 */
export const purposeDemanded = (levels: readonly PolicyLevel[], now: number): boolean =>
  deciding(levels, 'device.view') !== undefined && policyAnswer(levels, 'device.view', now) !== 'always'

/**
 * The next `n` stretches in which a rule lets more through than at other times, the one that runs at `now` first. Each
 * with a note where clocks are put forward or back: wall times that are left out do not exist, those that come twice
 * both count. None where the rule says the same at all times.
 */
export const nextOpenings = (rule: Rule, zone: string | null, now: number, n: number): Opening[] => {
  const side = freeSide(rule)
  const found = side && zone !== null ? stretchesFrom(rule, side, zone, now, n) : undefined
  if (!found) return []
  const notes = clockNotes(rule.windows, found.spans).filter(({ at }) => at > now)
  let told = now
  return found.stretches.map((stretch) => {
    const until = stretch.until ?? Number.POSITIVE_INFINITY
    // What has no end meets every change of the clocks there is, and none of them matters to it.
    const own = stretch.until === null ? [] : notes.filter(({ at }) => at >= told && at < until)
    told = until
    return { ...stretch, notes: own }
  })
}

/** The stretch of a rule's present side, as far as it is known. */
const present = (rule: Rule, zone: string | null, now: number): Stretch | undefined => {
  const side = rule.inside === rule.outside ? undefined : sideAt(rule, zone, now)
  if (!side || zone === null) return undefined
  return stretchesFrom(rule, side, zone, now, 1)?.stretches[0]
}

/** Which level decides about `activity`, what it answers at `now`, until when, and when it next lets more through. */
export const explain = (levels: readonly PolicyLevel[], activity: Activity, now: number): Explanation => {
  const found = deciding(levels, activity)
  if (!found) return { answer: 'never', level: null, until: null, opening: null }
  const { rule, by } = found
  const answer = ruleAnswer(rule, by.zone, now)
  const until = present(rule, by.zone, now)?.until ?? null
  const free = freeSide(rule)
  const shut = free !== undefined && isFreer(rule[free], answer)
  const opening = shut ? (nextOpenings(rule, by.zone, now, 1)[0] ?? null) : null
  return { answer, level: by.level, until, opening }
}

/**
 * Until when the policy goes on to let an activity through at least as freely as `least`, ms: `null` where nothing
 * known ends it, `now` where it does not even now.
 */
export const holdsUntil = (
  levels: readonly PolicyLevel[],
  activity: Activity,
  now: number,
  least: PolicyAnswer,
): number | null => {
  const found = deciding(levels, activity)
  const { answer, until } = explain(levels, activity, now)
  if (isFreer(least, answer)) return now
  if (!found || until === null) return null
  const { inside, outside } = found.rule
  return isFreer(least, stricter(inside, outside)) ? until : null
}

/** When a window closed that let `activity` through, where it never is let through now; ms. */
const closedAt = (rule: Rule, zone: string | null, now: number): number | null =>
  ruleAnswer(rule, zone, now) === 'never' ? (present(rule, zone, now)?.from ?? null) : null

/** True for what ran when its window closed, as long as the rule's grace lasts. Nothing begins in that time. */
export const inGrace = (levels: readonly PolicyLevel[], activity: Activity, now: number): boolean => {
  const found = deciding(levels, activity)
  if (!found || found.rule.graceMinutes === 0) return false
  const at = closedAt(found.rule, found.by.zone, now)
  return at !== null && now < at + found.rule.graceMinutes * 60_000
}

/** True where what runs may go on at `now`: the policy lets it through, or its grace lasts. */
export const mayGoOn = (levels: readonly PolicyLevel[], activity: Activity, now: number): boolean =>
  policyAnswer(levels, activity, now) !== 'never' || inGrace(levels, activity, now)

/**
 * The latest moment until which what begins at `now` may run by windows and their grace, ms; `null` where no window
 * ends it. `least` is what the policy must let through meanwhile: `always` where nobody but the policy approved it.
 */
export const runsUntil = (
  levels: readonly PolicyLevel[],
  activity: Activity,
  now: number,
  least: PolicyAnswer = 'ask',
): number | null => {
  const until = holdsUntil(levels, activity, now, least)
  const grace = deciding(levels, activity)?.rule.graceMinutes ?? 0
  return until === null ? null : until + (until > now ? grace * 60_000 : 0)
}

const isWider = (a: Rule, b: Rule): boolean => {
  const ways = (one: Rule['files']) => ({ none: 0, to_device: 1, from_device: 2, both: 3 })[one]
  const more = (x: Rule['files'], y: Rule['files']) => (ways(x) & ~ways(y)) !== 0
  return (
    a.longestMinutes > b.longestMinutes ||
    a.graceMinutes > b.graceMinutes ||
    a.approvers < b.approvers ||
    (!a.recorded && b.recorded) ||
    (!a.watched && b.watched) ||
    more(a.files, b.files) ||
    more(a.clipboard, b.clipboard)
  )
}

/**
 * True where the policy `after` might at some time let more of an activity through than `before`: what allows nothing
 * cannot. Two rules of different windows or zones are taken at their widest and narrowest.
 */
export const mightWiden = (
  before: readonly PolicyLevel[],
  after: readonly PolicyLevel[],
  activity: Activity,
): boolean => {
  const [was, is] = [deciding(before, activity), deciding(after, activity)]
  const widest = (rule: Rule) => (stricter(rule.inside, rule.outside) === rule.inside ? rule.outside : rule.inside)
  if (!is || widest(is.rule) === 'never') return false
  if (!was) return true
  if (isWider(is.rule, was.rule)) return true
  const sameTimes = was.by.zone === is.by.zone && JSON.stringify(was.rule.windows) === JSON.stringify(is.rule.windows)
  if (sameTimes) return isFreer(is.rule.inside, was.rule.inside) || isFreer(is.rule.outside, was.rule.outside)
  return isFreer(widest(is.rule), stricter(was.rule.inside, was.rule.outside))
}
