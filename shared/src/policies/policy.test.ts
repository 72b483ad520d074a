import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { activityNames, deviceActivities } from '../activities.ts'
import { Orders } from '../agent/messages.ts'
import { explain, mightWiden, policyAnswer } from './answer.ts'
import {
  closedRule,
  deciding,
  forEarlierAgents,
  isFreer,
  type PolicyAnswer,
  type PolicyLevel,
  PolicyRules,
  plainRule,
  policyAnswers,
  policyLevelKinds,
  type Rule,
  readLevels,
  readRules,
} from './policy.ts'
import { answersSay, ruleSays, windowSays } from './words.ts'

const zone = 'Europe/Zurich'
const now = Date.UTC(2026, 10, 23, 9)
const level = (kind: PolicyLevel['level'], answer: PolicyAnswer, locked = false): PolicyLevel => ({
  level: kind,
  zone,
  rules: { 'session.terminal': plainRule(answer, { locked }) },
})
const terminal = (...levels: PolicyLevel[]) => {
  const { answer, level: by } = explain(levels, 'session.terminal', now)
  return { answer, level: by }
}
const weekly = (from: string, to: string, ...weekdays: Rule['windows'][number]['weekdays']) => ({
  from,
  to,
  weekdays,
  dates: [],
  except: [],
})

describe('the policy', () => {
  test('AP12 allows nothing that touches a device where no level speaks', () => {
    for (const activity of deviceActivities) {
      expect(explain([], activity, now)).toEqual({ answer: 'never', level: null, until: null, opening: null })
      expect(policyAnswer([{ level: 'customer', zone, rules: {} }], activity, now)).toBe('never')
    }
  })

  test.each<[string, PolicyLevel[], ReturnType<typeof terminal>]>([
    ['the customer, where it speaks alone', [level('customer', 'ask')], { answer: 'ask', level: 'customer' }],
    [
      'the site over the customer',
      [level('customer', 'never'), level('site', 'ask')],
      { answer: 'ask', level: 'site' },
    ],
    [
      'the model over the site',
      [level('site', 'always'), level('model', 'never')],
      { answer: 'never', level: 'model' },
    ],
    [
      'the device over all',
      [level('customer', 'never'), level('site', 'never'), level('model', 'never'), level('device', 'always')],
      { answer: 'always', level: 'device' },
    ],
    [
      'a locked customer over all',
      [level('customer', 'never', true), level('site', 'always'), level('device', 'always', true)],
      { answer: 'never', level: 'customer' },
    ],
    [
      'a locked site over the device, not over the customer',
      [level('customer', 'always'), level('site', 'ask', true), level('device', 'always')],
      { answer: 'ask', level: 'site' },
    ],
    [
      'a locked level although a lower one speaks more strictly',
      [level('customer', 'ask', true), level('device', 'never')],
      { answer: 'ask', level: 'customer' },
    ],
  ])('AP11 is decided by %s', (_, levels, explanation) => {
    expect(terminal(...levels)).toEqual(explanation)
    expect(terminal(...levels.toReversed())).toEqual(explanation)
  })

  test('AP11 speaks about each activity by itself', () => {
    const levels: PolicyLevel[] = [level('customer', 'always', true)]
    expect(policyAnswer(levels, 'action.fetch_log', now)).toBe('never')
  })

  test('does not depend on the order of its levels, and gives no answer that no level gave', () => {
    const levels = fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom(...policyLevelKinds),
        answer: fc.constantFrom(...policyAnswers),
        locked: fc.boolean(),
      }),
      { selector: (one) => one.kind },
    )
    fc.assert(
      fc.property(levels, fc.integer(), (given, seed) => {
        const written = given.map(({ kind, answer, locked }) => level(kind, answer, locked))
        const shuffled = written.toSorted((a, b) => ((a.level.length * seed) % 7) - ((b.level.length * seed) % 7))
        expect(terminal(...shuffled)).toEqual(terminal(...written))
        const said = given.some(({ answer }) => answer === terminal(...written).answer)
        expect(said || terminal(...written).answer === 'never').toBe(true)
      }),
    )
  })
})

const timed = plainRule('never', { inside: 'always', windows: [weekly('08:00', '17:00', 'mon')] })

describe('AP12 what is missing or cannot be read never widens', () => {
  const open: PolicyLevel = { level: 'device', zone, rules: { 'session.terminal': plainRule('always') } }
  const kept = (rules: unknown, over = zone as unknown): PolicyLevel[] => [
    ...readLevels([{ level: 'customer', zone: over, rules }]),
    open,
  ]

  test.each<[string, unknown]>([
    ['rules that are no rules', 'x'],
    ['rules that are a list', []],
    ['rules that are missing', undefined],
    ['a rule that is a word', { 'session.terminal': 'never' }],
    ['a rule that is nothing', { 'session.terminal': null }],
    ['an answer that is unknown', { 'session.terminal': { answer: 'sometimes' } }],
    ['half an answer', { 'session.terminal': { inside: 'always' } }],
    ['a field of a later version', { 'session.terminal': { ...plainRule('always'), onlyByNight: true } }],
    ['a window of a later version', { 'session.terminal': { ...timed, windows: [{ ...timed.windows[0], moon: 1 }] } }],
    ['a window without days', { 'session.terminal': { ...timed, windows: [weekly('08:00', '17:00')] } }],
    ['a window without a length', { 'session.terminal': { ...timed, windows: [weekly('08:00', '08:00', 'mon')] } }],
    ['two answers and no window', { 'session.terminal': { ...timed, windows: [] } }],
    ['an answer that contradicts', { 'session.terminal': { ...timed, answer: 'always' } }],
  ])('%s', (_, rules) => {
    expect(policyAnswer(kept(rules), 'session.terminal', now)).toBe('never')
    expect(readRules(rules)['session.terminal']).toEqual(closedRule)
  })

  test('levels that are none, or of a later version', () => {
    for (const wrong of [undefined, null, 'x', {}, [null], [{ level: 'planet', zone, rules: {} }], [open, 7]]) {
      const levels = [...readLevels(wrong), open]
      for (const activity of deviceActivities) expect(policyAnswer(levels, activity, now)).toBe('never')
    }
  })

  test('a zone that is missing or unknown, and a time that is none: the stricter answer', () => {
    for (const [at, when] of [
      [null, now],
      ['Mars/Olympus', now],
      ['', now],
      [zone, Number.NaN],
      [zone, Number.POSITIVE_INFINITY],
    ] as const) {
      const levels: PolicyLevel[] = [{ level: 'site', zone: at, rules: { 'session.terminal': timed } }]
      expect(policyAnswer(levels, 'session.terminal', when)).toBe('never')
      expect(explain(levels, 'session.terminal', when)).toMatchObject({ answer: 'never', until: null, opening: null })
    }
    const plain: PolicyLevel[] = [{ level: 'site', zone: null, rules: { 'session.terminal': plainRule('ask') } }]
    expect(policyAnswer(plain, 'session.terminal', now)).toBe('ask')
  })

  test('whatever is sent as orders, an agent allows nothing that it does not understand', () => {
    const declaration = { driver: 'scale', items: [], alarms: [], settings: [], logs: [] }
    const orders = { aud: '00000000-0000-4000-8000-000000000000', iat: 1, version: 1, declaration }
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (policy, rules) => {
        for (const sent of [
          policy,
          [{ level: 'customer', zone, rules }],
          [{ level: 'device', rules: { 'session.terminal': rules } }],
        ]) {
          const read = Orders.safeParse({ ...orders, policy: sent }).data
          for (const activity of deviceActivities) expect(policyAnswer(read?.policy ?? [], activity, now)).toBe('never')
        }
      }),
    )
    expect(Orders.parse(orders).policy).toEqual(readLevels(undefined))
  })
})

describe('rules of the first version', () => {
  test('hold inside and outside', () => {
    for (const answer of policyAnswers)
      for (const locked of [false, true])
        expect(readRules({ 'session.terminal': { answer, locked } })).toEqual({
          'session.terminal': plainRule(answer, { locked }),
        })
  })

  test('an agent of that version reads orders of today, and takes the stricter of both answers', () => {
    // The schema of the first version, as it was released.
    const Earlier = z.array(
      z.object({
        level: z.enum(policyLevelKinds),
        rules: z.partialRecord(
          z.enum(activityNames),
          z.object({ answer: z.enum(policyAnswers), locked: z.boolean().default(false) }),
        ),
      }),
    )
    for (const inside of policyAnswers)
      for (const outside of policyAnswers) {
        const rule: Rule = { ...timed, inside, outside, locked: true }
        const levels: PolicyLevel[] = [{ level: 'site', zone, rules: { 'session.terminal': rule } }]
        const sent = JSON.parse(JSON.stringify(forEarlierAgents(levels)))
        const answer = isFreer(inside, outside) ? outside : inside
        expect(Earlier.parse(sent)).toEqual([
          { level: 'site', rules: { 'session.terminal': { answer, locked: true } } },
        ])
        expect(readLevels(sent)).toEqual(levels)
      }
  })
})

describe('rules that come from outside', () => {
  test('name known activities and answers only', () => {
    expect(PolicyRules.safeParse({ 'session.terminal': { answer: 'ask' } }).data).toEqual({
      'session.terminal': plainRule('ask'),
    })
    for (const wrong of [
      { 'session.everything': { answer: 'ask' } },
      { 'session.terminal': { answer: 'sometimes' } },
      { 'session.terminal': 'always' },
      { 'session.terminal': { answer: 'ask', locked: 'yes' } },
      [],
      null,
    ])
      expect(PolicyRules.safeParse(wrong).success).toBe(false)
    expect(activityNames).not.toContain('__proto__')
  })

  test.each<[string, object, string, string]>([
    ['no time', { from: '8' }, 'from', 'Give a time such as 08:30'],
    ['no end', { to: '24:30' }, 'to', 'Give a time such as 17:00, or 24:00'],
    ['no length', { to: '08:00' }, 'to', 'The end must differ from the beginning'],
    ['no day', { weekdays: [] }, 'weekdays', 'Choose a day'],
    ['no date', { dates: ['2026-02-30'] }, 'dates.0', 'Give a date such as 2026-03-29'],
  ])('a window with %s is refused in words', (_, change, path, says) => {
    const windows = [{ ...weekly('08:00', '17:00', 'mon'), ...change }]
    const issues = PolicyRules.safeParse({ 'session.terminal': { ...timed, windows } }).error?.issues
    expect(issues?.map((one) => [one.path.join('.'), one.message])).toEqual([
      [`session.terminal.windows.0.${path}`, says],
    ])
  })

  test('C2 what a rule wants of people reaches agents as it is, and changes no answer there', () => {
    const ladder = [{ who: ['00000000-0000-4000-8000-000000000001'], minutes: 15 }]
    for (const answer of policyAnswers) {
      const rule = plainRule(answer, { approvers: 2, ladder, watched: true })
      const levels: PolicyLevel[] = [{ level: 'customer', zone: null, rules: { 'session.terminal': rule } }]
      const sent: unknown = JSON.parse(JSON.stringify(forEarlierAgents(levels)))
      expect(readLevels(sent)).toEqual(levels)
      expect(policyAnswer(readLevels(sent), 'session.terminal', 0)).toBe(answer)
    }
  })

  test('are told in words', () => {
    expect(windowSays(weekly('22:00', '04:00', 'mon', 'tue', 'wed', 'sat'))).toBe(
      'Mon–Wed, Sat 22:00–04:00 the next day',
    )
    expect(windowSays({ ...weekly('00:00', '24:00'), dates: ['2026-12-24'], except: ['2026-12-25'] })).toBe(
      '2026-12-24 00:00–24:00, not on 2026-12-25',
    )
    expect(answersSay(timed)).toBe('always Mon 08:00–17:00, else never')
    expect(
      ruleSays(plainRule('ask', { locked: true, approvers: 2, watched: true, files: 'both', recorded: false })),
    ).toBe('ask, locked, 2 approvers, without a recording, watched, files both ways')
  })
})

describe('what might widen', () => {
  const one = (rule: Rule | undefined, at: string | null = zone): PolicyLevel[] =>
    rule ? [{ level: 'site', zone: at, rules: { 'session.terminal': rule } }] : []
  const answers = [undefined, ...policyAnswers.map((answer) => plainRule(answer))]

  test('between rules without windows it is the answer alone', () => {
    for (const was of answers)
      for (const is of answers)
        expect(mightWiden(one(was), one(is), 'session.terminal')).toBe(
          isFreer(is?.inside ?? 'never', was?.inside ?? 'never'),
        )
  })

  test('windows, zones and the other fields count, too', () => {
    const widens = (was: Rule, is: Rule, at = zone) => mightWiden(one(was), one(is, at), 'session.terminal')
    expect(widens(timed, timed)).toBe(false)
    expect(widens(timed, timed, 'Asia/Tokyo')).toBe(true)
    expect(widens(timed, { ...timed, outside: 'ask' })).toBe(true)
    expect(widens(timed, { ...timed, inside: 'ask' })).toBe(false)
    expect(widens(timed, { ...timed, windows: [weekly('08:00', '18:00', 'mon')] })).toBe(true)
    expect(widens(timed, plainRule('never'), 'Asia/Tokyo')).toBe(false)
    const asked = plainRule('ask', { approvers: 2, watched: true, longestMinutes: 60, files: 'to_device' })
    expect(widens(asked, { ...asked, longestMinutes: 30, files: 'none' })).toBe(false)
    for (const change of [
      { approvers: 1 },
      { watched: false },
      { recorded: false },
      { longestMinutes: 61 },
      { graceMinutes: 1 },
      { files: 'from_device' },
      { clipboard: 'both' },
    ] as Partial<Rule>[])
      expect([change, widens({ ...asked, recorded: true }, { ...asked, ...change })]).toEqual([change, true])
  })
})

test('which rule decides is told with its level', () => {
  const levels = [level('customer', 'ask'), level('site', 'never')]
  expect(deciding(levels, 'session.terminal')).toEqual({ rule: plainRule('never'), by: levels[1] })
  expect(deciding(levels, 'action.fetch_log')).toBeUndefined()
})
