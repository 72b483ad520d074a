import { z } from 'zod'
import { type Activity, activityNames, policyActivities } from '../activities.ts'
import { canonical, type Json } from '../audit/canonical.ts'
import { Window } from './windows.ts'

/** What a customer says about an activity, from the freest to the strictest. */
export const policyAnswers = ['always', 'ask', 'never'] as const
export type PolicyAnswer = (typeof policyAnswers)[number]

export const policyLevelKinds = ['customer', 'site', 'model', 'device'] as const
export type PolicyLevelKind = (typeof policyLevelKinds)[number]

/** Which way files or the clipboard may go. */
export const directions = ['none', 'to_device', 'from_device', 'both'] as const
export type Direction = (typeof directions)[number]

/** True where `a` lets more through than `b`. */
export const isFreer = (a: PolicyAnswer, b: PolicyAnswer): boolean =>
  policyAnswers.indexOf(a) < policyAnswers.indexOf(b)

/** The one of two answers that lets less through. */
export const stricter = (a: PolicyAnswer, b: PolicyAnswer): PolicyAnswer => (isFreer(a, b) ? b : a)

/** Minutes that a session may last at the longest, whatever a policy says. */
export const longestSession = 480

const Answer = z.enum(policyAnswers)
const Step = z.strictObject({
  /** Ids of people, and of groups of people, who are told at this step. */
  who: z.array(z.uuid()).min(1).max(20),
  /** How long they have before the next step is told, too. */
  minutes: z.number().int().min(1).max(1_440),
})

export type LadderStep = z.infer<typeof Step>

const Fields = z
  .strictObject({
    /** What holds while a window is open… */
    inside: Answer,
    /** …and at every other time. */
    outside: Answer,
    windows: z.array(Window).max(20, 'No more than 20 windows').default([]),
    /** Nothing nearer to the device can say otherwise. */
    locked: z.boolean().default(false),
    longestMinutes: z.number().int().min(5).max(longestSession).default(longestSession),
    /** What runs when its window closes may go on for so long. */
    graceMinutes: z.number().int().min(0).max(60).default(0),
    approvers: z.union([z.literal(1), z.literal(2)]).default(1),
    ladder: z.array(Step).max(5).default([]),
    recorded: z.boolean().default(true),
    watched: z.boolean().default(false),
    files: z.enum(directions).default('none'),
    clipboard: z.enum(directions).default('none'),
  })
  .refine((rule) => rule.inside === rule.outside || rule.windows.length > 0, {
    path: ['windows'],
    message: 'Say when: without a window the same holds at all times',
  })

/**
 * Rules of the first version had one `answer` and no windows: it holds inside and outside. Orders carry it still, for
 * agents of that version; there it is the stricter of the two and says nothing by itself.
 */
const fromEarlier = (given: unknown): unknown => {
  if (typeof given !== 'object' || given === null || !('answer' in given)) return given
  const { answer, ...rule } = given as Record<string, unknown>
  if (!('inside' in rule) && !('outside' in rule)) return { ...rule, inside: answer, outside: answer }
  const [inside, outside] = [Answer.safeParse(rule.inside).data, Answer.safeParse(rule.outside).data]
  return inside && outside && answer === stricter(inside, outside) ? rule : given
}

/** What one level says about one activity. */
export const Rule = z.preprocess(fromEarlier, Fields)
export type Rule = z.infer<typeof Rule>

/** The rules of one level; an activity that is absent is left to the level above. */
export const PolicyRules = z.partialRecord(z.enum(activityNames), Rule)
export type PolicyRules = z.infer<typeof PolicyRules>

/** One level of the policy that speaks about a device. */
export interface PolicyLevel {
  level: PolicyLevelKind
  /** IANA name of the zone of the device's site, by whose clock windows open; `null` where it is not known. */
  zone: string | null
  rules: PolicyRules
}

/** A rule that says the same at all times. */
export const plainRule = (answer: PolicyAnswer, more: Partial<Rule> = {}): Rule => ({
  ...Fields.parse({ inside: answer, outside: answer }),
  ...more,
})

/** What stands where a rule cannot be read: it allows nothing, and lets no other level allow it. */
export const closedRule: Rule = plainRule('never', { locked: true })

/** A rule as earlier agents read it too: its `answer` is the stricter of both. */
export const forEarlierAgents = (levels: readonly PolicyLevel[]): PolicyLevel[] =>
  levels.map((level) => ({
    ...level,
    rules: Object.fromEntries(
      Object.entries(level.rules).map(([activity, rule]) => [
        activity,
        { ...rule, answer: stricter(rule.inside, rule.outside) },
      ]),
    ),
  }))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Rules as they were kept or sent, of this version or an earlier one. Never throws and never widens: what cannot be
 * read becomes `closedRule`; activities that this program does not know, nobody can do here.
 */
export const readRules = (kept: unknown): PolicyRules => {
  const closed = !isObject(kept)
  return Object.fromEntries(
    policyActivities.flatMap((activity): [Activity, Rule][] => {
      if (closed) return [[activity, closedRule]]
      if (!Object.hasOwn(kept, activity) || kept[activity] === undefined) return []
      return [[activity, Rule.safeParse(kept[activity]).data ?? closedRule]]
    }),
  )
}

/** Levels as they were kept or sent; what cannot be read closes everything. Never throws. */
export const readLevels = (kept: unknown): PolicyLevel[] => {
  const everythingClosed: PolicyLevel = { level: 'customer', zone: null, rules: readRules(undefined) }
  if (!Array.isArray(kept)) return [everythingClosed]
  const levels: PolicyLevel[] = []
  for (const one of kept as unknown[]) {
    const level = isObject(one) ? policyLevelKinds.find((kind) => kind === one.level) : undefined
    if (!isObject(one) || !level) return [everythingClosed]
    levels.push({ level, zone: typeof one.zone === 'string' ? one.zone : null, rules: readRules(one.rules) })
  }
  return levels
}

/** The rule that decides, and where it stands. */
export interface Deciding<L extends Pick<PolicyLevel, 'level' | 'rules'>> {
  rule: Rule
  by: L
}

/**
 * The rule that decides about `activity`: that of the nearest level that speaks, unless a higher one is locked;
 * `undefined` where none speaks. `levels` may come in any order.
 */
export const deciding = <L extends Pick<PolicyLevel, 'level' | 'rules'>>(
  levels: readonly L[],
  activity: Activity,
): Deciding<L> | undefined => {
  let found: Deciding<L> | undefined
  for (const kind of policyLevelKinds)
    for (const by of levels) {
      const rule = by.level === kind && Object.hasOwn(by.rules, activity) ? by.rules[activity] : undefined
      if (!rule) continue
      found = { rule, by }
      if (rule.locked) return found
    }
  return found
}

/** True where two rules say the same. */
export const sameRule = (a: Rule | undefined, b: Rule | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && canonical(a as Json) === canonical(b as Json))
