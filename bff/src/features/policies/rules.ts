import { type Activity, activityNames, policyActivities } from '@gatehouse/shared/activities'
import { type PolicyRules, plainRule, sameRule } from '@gatehouse/shared/policies/policy'
import { lookAnswers, policyRowSays, ruleSays } from '@gatehouse/shared/policies/words'
import { changeText } from '../../kernel/audit/change-text.ts'

type Rule = PolicyRules[keyof PolicyRules]

const words = (name: Activity, rule: Rule): string =>
  rule ? ruleSays(rule, name === 'device.view' ? lookAnswers : undefined) : 'as above'

/** The words of a change of one level for the log: `Type in a terminal on a device: “never” → “ask”`. */
export const policyChange = (before: PolicyRules, after: PolicyRules): string =>
  changeText(
    activityNames.map((name) => [policyRowSays(name), words(name, before[name]), words(name, after[name])] as const),
  )

/** Sentences for rules about activities that no policy is asked about. */
const idleRules = (rules: PolicyRules): [string, string][] =>
  activityNames
    .filter((name) => rules[name] && !policyActivities.includes(name))
    .map((name) => [`rules.${name}`, 'No policy is asked about this: it does not reach the device'])

/** About looking a policy says only when the purpose is wanted: nobody is asked for a yes, and nothing runs. */
const lookRules = ({ 'device.view': rule }: PolicyRules): [string, string][] => {
  if (!rule) return []
  const { inside, outside, windows, locked } = rule
  const fits =
    inside !== 'never' && outside !== 'never' && sameRule(rule, plainRule(inside, { outside, windows, locked }))
  return fits ? [] : [['rules.device.view', 'About looking a policy says only whether a purpose has to be stated']]
}

/** Sentences for rules that cannot be put in place, by their fields; none where all of them can. */
export const whyNotRules = (rules: PolicyRules): Record<string, string> =>
  Object.fromEntries([...idleRules(rules), ...lookRules(rules)])

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
