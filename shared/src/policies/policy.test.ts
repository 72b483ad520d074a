import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activityNames, deviceActivities } from '../activities.ts'
import {
  explain,
  type PolicyAnswer,
  type PolicyLevel,
  PolicyRules,
  policyAnswer,
  policyAnswers,
  policyLevelKinds,
} from './policy.ts'

const level = (kind: PolicyLevel['level'], answer: PolicyAnswer, locked = false): PolicyLevel => ({
  level: kind,
  rules: { 'session.terminal': { answer, locked } },
})
const terminal = (...levels: PolicyLevel[]) => explain(levels, 'session.terminal')

describe('the policy', () => {
  test('AP12 allows nothing that touches a device where no level speaks', () => {
    for (const activity of deviceActivities) {
      expect(explain([], activity)).toEqual({ answer: 'never', level: null })
      expect(policyAnswer([{ level: 'customer', rules: {} }], activity)).toBe('never')
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
  ])('is decided by %s', (_, levels, explanation) => {
    expect(terminal(...levels)).toEqual(explanation)
    expect(terminal(...levels.toReversed())).toEqual(explanation)
  })

  test('speaks about each activity by itself', () => {
    const levels: PolicyLevel[] = [level('customer', 'always', true)]
    expect(policyAnswer(levels, 'action.fetch_log')).toBe('never')
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

describe('rules that come from outside', () => {
  test('name known activities and answers only', () => {
    expect(PolicyRules.safeParse({ 'session.terminal': { answer: 'ask' } }).data).toEqual({
      'session.terminal': { answer: 'ask', locked: false },
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
})
