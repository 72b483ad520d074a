import { activities, activityNames } from '@gatehouse/shared/activities'
import type { PolicyRules } from '@gatehouse/shared/policies/policy'
import { ruleSays } from '@gatehouse/shared/policies/words'

type Rule = PolicyRules[keyof PolicyRules]

const words = (rule: Rule): string => (rule ? ruleSays(rule) : 'as above')

/** The words of a change of one level for the log: `Type in a terminal on a device: never → ask`. */
export const policyChange = (before: PolicyRules, after: PolicyRules): string =>
  activityNames
    .filter((name) => words(before[name]) !== words(after[name]))
    .map((name) => `${activities[name].says}: ${words(before[name])} → ${words(after[name])}`)
    .join('; ') || 'nothing'

/** Sentences for rules about activities that no policy is asked about. */
export const idleRules = (rules: PolicyRules): Record<string, string> =>
  Object.fromEntries(
    activityNames
      .filter((name) => rules[name] && !activities[name].touchesDevice)
      .map((name) => [`rules.${name}`, 'No policy is asked about this: it does not reach the device']),
  )
