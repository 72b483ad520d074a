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
const idleRules = (rules: PolicyRules): [string, string][] =>
  activityNames
    .filter((name) => rules[name] && !activities[name].touchesDevice)
    .map((name) => [`rules.${name}`, 'No policy is asked about this: it does not reach the device'])

/** Sentences for rules that cannot be put in place, by their fields; none where all of them can. */
export const whyNotRules = (rules: PolicyRules): Record<string, string> => Object.fromEntries(idleRules(rules))

/** Ids on the ladders of these rules, by activity. */
const onLadders = (rules: PolicyRules): [keyof PolicyRules, string[]][] =>
  activityNames.map((name) => [name, rules[name]?.ladder.flatMap(({ who }) => who) ?? []])

/** Every id on a ladder of these rules, once. */
export const idsOnLadders = (rules: PolicyRules): string[] => [...new Set(onLadders(rules).flatMap(([, ids]) => ids))]

/**
 * Sentences, by their fields, for ladders with somebody who is none of the customer's (`known`). Whoever stood there
 * before may stay: he is left out when people are told.
 */
export const whyNotLadders = (
  before: PolicyRules,
  rules: PolicyRules,
  known: { has(id: string): boolean },
): Record<string, string> => {
  const stood = new Set(idsOnLadders(before))
  return Object.fromEntries(
    onLadders(rules)
      .filter(([, ids]) => !ids.every((id) => stood.has(id) || known.has(id)))
      .map(([name]) => [`rules.${name}.ladder`, 'Somebody on the ladder is nobody of this customer']),
  )
}
