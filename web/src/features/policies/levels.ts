import { type Activity, policyActivities } from '@gatehouse/shared/activities'
import { mightWiden } from '@gatehouse/shared/policies/answer'
import {
  deciding,
  type PolicyLevelKind,
  type PolicyRules,
  plainRule,
  type Rule,
  sameRule,
} from '@gatehouse/shared/policies/policy'
import { answersSay } from '@gatehouse/shared/policies/words'
import type { PolicyView } from '@gatehouse/shared/views/policies'

export type Level = PolicyView['levels'][number]
/** What a level of the policy is about, whether it speaks or not. */
export type Place = Omit<Level, 'rules'>

/** True for the same place. */
export const samePlace = (a: Place, b: Place): boolean => a.level === b.level && a.levelId === b.levelId

const kinds: Record<PolicyLevelKind, string> = {
  customer: 'All devices',
  site: 'Site',
  model: 'Model',
  device: 'Device',
}

/** How a place is called: `All devices`, `Site Basel`. */
export const placeSays = ({ level, name }: Pick<Place, 'level' | 'name'>): string =>
  level === 'customer' ? kinds.customer : `${kinds[level]} ${name}`

/** The rules of a place; none where it does not speak. */
export const rulesAt = (levels: readonly Level[], place: Place): PolicyRules =>
  levels.find((one) => samePlace(one, place))?.rules ?? {}

/** The levels with these rules at that place. */
export const levelsWith = (levels: readonly Level[], place: Place, rules: PolicyRules): Level[] =>
  levels.some((one) => samePlace(one, place))
    ? levels.map((one) => (samePlace(one, place) ? { ...one, rules } : one))
    : [...levels, { ...place, rules }]

/** The levels that speak where `place` is: those it lies under for certain, and itself. */
const applying = (levels: readonly Level[], place: Place): Level[] =>
  levels.filter(
    (one) =>
      one.level === 'customer' ||
      samePlace(one, place) ||
      (one.level === 'site' && one.levelId === place.device?.siteId) ||
      (one.level === 'model' && one.levelId === place.device?.modelId),
  )

/** What one place says about an activity, and what comes of it. */
export interface Cell {
  /** What the place says itself. */
  own: Rule | undefined
  /** What holds there while nothing nearer to the device speaks. */
  holds: Rule
  /** The place that decides; `undefined` where nobody has said anything. */
  by: Level | undefined
  /** A locked rule above makes what the place says itself worth nothing. */
  overruled: boolean
  /** Sites that make it different for this model: a model stands at many. */
  except: { by: Level; holds: Rule }[]
}

/** What holds where nobody has said anything: nothing reaches a device, and nobody has to say why he looks. */
const nothing = (activity: Activity) => plainRule(activity === 'device.view' ? 'always' : 'never')

const holdsBy = (levels: readonly Level[], activity: Activity): Rule =>
  deciding(levels, activity)?.rule ?? nothing(activity)

/** True where two rules give the same answers at the same times. */
const sameAnswers = (a: Rule, b: Rule) => answersSay(a) === answersSay(b)

/** What holds at a place of the policy. */
export const cellAt = (levels: readonly Level[], place: Place, activity: Activity): Cell => {
  const here = applying(levels, place)
  const own = rulesAt(levels, place)[activity]
  const found = deciding(here, activity)
  const holds = found?.rule ?? nothing(activity)
  const except =
    place.level !== 'model'
      ? []
      : levels
          .filter((one) => one.level === 'site')
          .map((by) => ({ by, holds: holdsBy([...here, by], activity) }))
          .filter((one) => !sameAnswers(one.holds, holds))
  return {
    own,
    holds,
    by: found?.by,
    overruled: own !== undefined && found?.by.level !== place.level,
    except,
  }
}

/** A change of one rule; `undefined` is "as above". */
export interface RuleChange {
  activity: Activity
  before: Rule | undefined
  after: Rule | undefined
}

/** What differs between two sets of rules, in the order of the table of activities. */
export const changesOf = (before: PolicyRules, after: PolicyRules): RuleChange[] =>
  policyActivities
    .filter((activity) => !sameRule(before[activity], after[activity]))
    .map((activity) => ({ activity, before: before[activity], after: after[activity] }))

/** Edits on top of rules: `null` takes a rule away. */
export type Edits = Partial<Record<Activity, Rule | null>>

/** The rules with the edits in place. */
export const edited = (rules: PolicyRules, edits: Edits): PolicyRules => {
  const after: PolicyRules = { ...rules }
  for (const activity of policyActivities) {
    const edit = edits[activity]
    if (edit === null) delete after[activity]
    else if (edit) after[activity] = edit
  }
  return after
}

/** The edits without those that change nothing. */
export const pruned = (rules: PolicyRules, edits: Edits): Edits =>
  Object.fromEntries(
    Object.entries(edits).filter(([activity, edit]) => !sameRule(rules[activity as Activity], edit ?? undefined)),
  )

/** Whether `place` lies under `above`, so that rules there may reach it. */
const liesUnder = (place: Place, above: Place): boolean => {
  if (samePlace(place, above) || place.level === 'customer') return false
  if (above.level === 'customer') return true
  if (place.level === 'device')
    return place.device !== null && [place.device.siteId, place.device.modelId].includes(above.levelId)
  // A model stands at many sites: a rule of one of them may reach its devices there.
  return place.level === 'model' && above.level === 'site'
}

/** What a change of one rule does to a place below that speaks about the same. */
export interface Below {
  place: Place
  before: Rule
  after: Rule
}

/** What a change of rules comes to. */
export interface Outcome extends RuleChange {
  /** What holds at the place itself, before and after. */
  holds: { before: Rule; after: Rule }
  /** Nearer places with a rule of their own: some keep it, some are overruled or freed by a lock. */
  below: Below[]
}

/** What happens when the rules of `place` become `rules`. */
export const outcomesOf = (levels: readonly Level[], place: Place, rules: PolicyRules): Outcome[] => {
  const next = levelsWith(levels, place, rules)
  return changesOf(rulesAt(levels, place), rules).map((change) => {
    const holdsAt = (all: readonly Level[], at: Place) => {
      const here = applying(all, at)
      // Of a model's devices, those at the site that is changed are meant.
      const atSite = at.level === 'model' && place.level === 'site' ? all.filter((one) => samePlace(one, place)) : []
      return holdsBy([...here, ...atSite], change.activity)
    }
    const both = (at: Place) => ({ before: holdsAt(levels, at), after: holdsAt(next, at) })
    return {
      ...change,
      holds: both(place),
      below: levels
        .filter((one) => liesUnder(one, place) && one.rules[change.activity] !== undefined)
        .map((one) => ({ place: one, ...both(one) })),
    }
  })
}

/** True where `a` might at some time let more through than `b`, by its answers or by anything else that it says. */
const letsMore = (activity: Activity, a: Rule, b: Rule) => {
  const only = (rule: Rule) => [{ level: 'customer' as const, zone: null, rules: { [activity]: rule } }]
  return mightWiden(only(b), only(a), activity)
}

/** Whether outcomes let more through than before, less, or both. */
export const directionOf = (outcomes: readonly Outcome[]): { more: boolean; less: boolean } => {
  const steps = outcomes.flatMap((one) =>
    [one.holds, ...one.below].map(({ before, after }) => ({ before, after, of: one.activity })),
  )
  return {
    more: steps.some(({ before, after, of }) => letsMore(of, after, before)),
    less: steps.some(({ before, after, of }) => letsMore(of, before, after)),
  }
}
