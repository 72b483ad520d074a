import { z } from 'zod'
import { type Activity, activityNames } from '../activities.ts'

/** What a customer says about an activity. */
export const policyAnswers = ['always', 'ask', 'never'] as const
export type PolicyAnswer = (typeof policyAnswers)[number]

export const policyLevelKinds = ['customer', 'site', 'model', 'device'] as const
export type PolicyLevelKind = (typeof policyLevelKinds)[number]

const Rule = z.object({ answer: z.enum(policyAnswers), locked: z.boolean().default(false) })

/** The rules of one level; an activity that is absent is left to the level above. */
export const PolicyRules = z.partialRecord(z.enum(activityNames), Rule)
export type PolicyRules = z.infer<typeof PolicyRules>

/** One level of a customer's policy. */
export const PolicyLevel = z.object({ level: z.enum(policyLevelKinds), rules: PolicyRules })
export type PolicyLevel = z.infer<typeof PolicyLevel>

/** Which answer holds, and the level that gave it; `null` where no level speaks and the default holds. */
export interface Explanation {
  answer: PolicyAnswer
  level: PolicyLevelKind | null
}

/**
 * The rule that decides about `activity`: the nearest level that speaks, unless a higher one is locked.
 * `levels` may come in any order. Where nothing speaks nothing is allowed that touches a device.
 */
export const explain = (levels: readonly PolicyLevel[], activity: Activity): Explanation => {
  let found: Explanation = { answer: 'never', level: null }
  for (const kind of policyLevelKinds) {
    for (const { level, rules } of levels) {
      const rule = level === kind ? rules[activity] : undefined
      if (!rule) continue
      found = { answer: rule.answer, level: kind }
      if (rule.locked) return found
    }
  }
  return found
}

/** What the policy says about `activity`. */
export const policyAnswer = (levels: readonly PolicyLevel[], activity: Activity): PolicyAnswer =>
  explain(levels, activity).answer
