import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Activity, activities, activityNames } from './activities.ts'
import {
  type ApprovalFacts,
  type DeviceTarget,
  decide,
  type Facts,
  type Grant,
  granted,
  type Scope,
  type Target,
  type Verdict,
  type Who,
} from './decide.ts'
import { type PolicyLevel, plainRule, policyAnswers, policyLevelKinds, type Rule } from './policies/policy.ts'
import { saysOpen, wallOf } from './policies/wall-reference.ts'
import { type Window, weekdays } from './policies/windows.ts'

const device = (deviceId: string, more: Partial<DeviceTarget> = {}): DeviceTarget => ({
  kind: 'device',
  customerId: 'c1',
  siteId: 's1',
  modelId: 'm1',
  tags: [],
  deviceId,
  ...more,
})
/** Whatever else is asked of a person is shown. */
const proven = { networkRefused: false, secondFactor: 'shown', provenAt: Number.POSITIVE_INFINITY }
const who = (grants: Grant[], more: Partial<Who> = {}): Who =>
  ({ id: 'p1', customerId: null, passwordDue: false, grants, ...proven, ...more }) as Who
const zone = 'Australia/Lord_Howe'
const on = (...ids: string[]): Scope => ({ kind: 'devices', ids })
const always: Facts = {
  policy: [{ level: 'customer', zone, rules: { 'session.terminal': plainRule('always') } }],
  approvals: [],
}

describe('AZ02 rights of two grants never add up', () => {
  const technician = who([
    { activities: ['session.terminal'], scope: on('A') },
    { activities: ['device.view'], scope: on('B') },
  ])

  test('{terminal on A} and {view on B} never give terminal on B, nor view on A', () => {
    expect(decide(technician, 'session.terminal', device('A'), always, 0)).toEqual({ ok: true })
    expect(decide(technician, 'session.terminal', device('B'), always, 0)).toEqual({
      ok: false,
      because: 'not_granted',
    })
    expect(decide(technician, 'device.view', device('B'), always, 0)).toEqual({ ok: true })
    expect(decide(technician, 'device.view', device('A'), always, 0)).toEqual({ ok: false, because: 'not_found' })
  })

  test('an empty scope covers nothing', () => {
    for (const kind of ['customers', 'sites', 'models', 'devices'] as const)
      expect(
        granted(who([{ activities: ['device.view'], scope: { kind, ids: [] } }]), 'device.view', device('A')),
      ).toBe(false)
    expect(
      granted(who([{ activities: ['device.view'], scope: { kind: 'tags', tags: [] } }]), 'device.view', device('A')),
    ).toBe(false)
  })

  test("a customer's person reaches nothing beyond the customer, whatever the group says", () => {
    const everything = who([{ activities: [...activityNames], scope: { kind: 'all' } }], { customerId: 'c2' })
    expect(decide(everything, 'device.view', device('A'), always, 0)).toEqual({ ok: false, because: 'not_found' })
    expect(decide(everything, 'staff.view', { kind: 'maker' }, always, 0)).toEqual({ ok: false, because: 'not_found' })
  })
})

describe('approvals', () => {
  const asked: PolicyLevel[] = [{ level: 'customer', zone, rules: { 'session.terminal': plainRule('ask') } }]
  const approval: ApprovalFacts = {
    id: 'a1',
    deviceId: 'A',
    technicianId: 'p1',
    activities: ['session.terminal'],
    notBefore: 100,
    useBefore: 200,
    endsAt: null,
    revoked: false,
  }
  const technician = who([{ activities: ['session.terminal', 'device.view'], scope: { kind: 'all' } }])
  const at = (now: number, change: Partial<ApprovalFacts> = {}) =>
    decide(technician, 'session.terminal', device('A'), { policy: asked, approvals: [{ ...approval, ...change }] }, now)

  test('AP01 open the door in their window only', () => {
    expect(at(99).ok).toBe(false)
    expect(at(100)).toEqual({ ok: true, approvalId: 'a1' })
    expect(at(199)).toEqual({ ok: true, approvalId: 'a1' })
    expect(at(200)).toEqual({ ok: false, because: 'approval_needed', level: 'customer' })
  })

  test('AP01 last, once begun, until their end and not a moment longer', () => {
    expect(at(250, { endsAt: 300 }).ok).toBe(true)
    expect(at(300, { endsAt: 300 }).ok).toBe(false)
  })

  test.each<[string, Partial<ApprovalFacts>]>([
    ['revoked', { revoked: true }],
    ['of another technician', { technicianId: 'p2' }],
    ['for another device', { deviceId: 'B' }],
    ['for another activity', { activities: ['action.fetch_log'] }],
  ])('AP01 one that is %s opens nothing', (_, change) => {
    expect(at(150, change)).toEqual({ ok: false, because: 'approval_needed', level: 'customer' })
  })

  test('never outweigh a policy that says never', () => {
    const never: PolicyLevel[] = [{ level: 'device', zone, rules: { 'session.terminal': plainRule('never') } }]
    const facts = { policy: [...asked, ...never], approvals: [approval] }
    expect(decide(technician, 'session.terminal', device('A'), facts, 150)).toEqual({
      ok: false,
      because: 'policy_never',
      level: 'device',
    })
  })
})

describe('AL20 while nothing new may be begun', () => {
  const limit = { because: 'log_behind' as const, since: 5 }
  const level = (answer: 'always' | 'ask' | 'never'): PolicyLevel[] => [
    { level: 'customer', zone, rules: { 'session.terminal': plainRule(answer) } },
  ]
  const technician = who([
    { activities: ['session.terminal', 'device.view', 'device.edit', 'session.request'], scope: { kind: 'all' } },
  ])
  const approval: ApprovalFacts = {
    id: 'a1',
    deviceId: 'A',
    technicianId: 'p1',
    activities: ['session.terminal'],
    notBefore: 0,
    useBefore: 200,
    endsAt: null,
    revoked: false,
  }
  const at = (policy: PolicyLevel[], activity: Activity = 'session.terminal', approvals: ApprovalFacts[] = []) =>
    decide(technician, activity, device('A'), { policy, approvals, limit }, 100)

  test('whatever would have been let through waits, approved or not', () => {
    for (const held of [[], [approval]])
      expect(at(level('always'), 'session.terminal', held)).toEqual({ ok: false, ...limit })
    expect(at(level('ask'), 'session.terminal', [approval])).toEqual({ ok: false, ...limit })
    expect(at([], 'device.edit')).toEqual({ ok: false, ...limit })
  })
  test('reading and asking go on, and it hides neither what the customer never allows nor that one asks first', () => {
    expect([at([], 'device.view').ok, at([], 'session.request').ok]).toEqual([true, true])
    expect(at(level('never'))).toMatchObject({ because: 'policy_never' })
    expect(at(level('ask'))).toMatchObject({ because: 'approval_needed' })
  })
})

/** The hours of the next two days: windows and approvals of these tests begin and end on the hour. */
const soon = Array.from({ length: 96 }, (_, i) => i * 1_800_000)

/** Slow and obvious: everything that bears on it is written out as a list first, and then looked up. */
const reference = (person: Who | null, activity: Activity, target: Target, facts: Facts, now: number): Verdict => {
  const labels =
    target.kind === 'maker'
      ? []
      : target.kind === 'customer'
        ? [`customers ${target.customerId}`]
        : [
            `customers ${target.customerId}`,
            `sites ${target.siteId}`,
            `models ${target.modelId}`,
            `devices ${target.deviceId}`,
            ...target.tags.map((tag) => `tags ${tag}`),
          ]
  const scopeLabels = (scope: Scope): string[] =>
    scope.kind === 'all' ? [] : (scope.kind === 'tags' ? scope.tags : scope.ids).map((one) => `${scope.kind} ${one}`)
  const rightsHere = (person?.grants ?? [])
    .filter(({ scope }) => scope.kind === 'all' || scopeLabels(scope).some((label) => labels.includes(label)))
    .flatMap((grant) => grant.activities)
  const home = person?.customerId
  const abroad = typeof home === 'string' && (target.kind === 'maker' || target.customerId !== home)
  const rights = abroad ? [] : rightsHere

  const speaking = policyLevelKinds.flatMap((kind) =>
    facts.policy
      .filter((one) => one.level === kind)
      .flatMap(({ level, rules }) => {
        const rule = rules[activity]
        return rule ? [{ level, rule }] : []
      }),
  )
  const decides = speaking.find((one) => one.rule.locked) ?? speaking.at(-1)
  const rule = decides?.rule
  const whose = decides ? { level: decides.level } : {}
  const side = rule && rule.windows.length > 0 && saysOpen(rule.windows, wallOf(zone, now)) ? 'inside' : 'outside'
  const answer = rule?.[side] ?? 'never'
  const approvals = facts.approvals
    .filter((one) => !one.revoked)
    .filter((one) => one.technicianId === person?.id)
    .filter((one) => target.kind === 'device' && one.deviceId === target.deviceId)
    .filter((one) => one.activities.includes(activity))
    .filter((one) => (one.endsAt === null ? one.notBefore <= now && now < one.useBefore : now < one.endsAt))

  if (person === null) return { ok: false, because: 'not_signed_in' }
  if (person.networkRefused) return { ok: false, because: 'network_refused' }
  if (person.passwordDue) return { ok: false, because: 'password_due' }
  if (activities[activity].on !== target.kind) return { ok: false, because: 'not_granted' }
  if (!rights.includes(activity)) {
    const knows = {
      maker: home === null,
      customer: rights.includes('customer.view'),
      device: rights.includes('device.view'),
    }
    return { ok: false, because: knows[target.kind] ? 'not_granted' : 'not_found' }
  }
  if (!activities[activity].touchesDevice || answer === 'always') return { ok: true }
  // The windows of these tests are open every day: some time today or tomorrow is a better one.
  if (rule && answer === 'never' && rule.windows.length > 0) {
    const nextAt = soon
      .map((ms) => now + ms)
      .find((t) => saysOpen(rule.windows, wallOf(zone, t)) === (rule.outside === 'never'))
    if (nextAt !== undefined && rule.inside !== rule.outside)
      return { ok: false, because: 'policy_closed', nextAt, ...whose }
  }
  if (answer === 'never') return { ok: false, because: 'policy_never', ...whose }
  const [first] = approvals
  return first ? { ok: true, approvalId: first.id } : { ok: false, because: 'approval_needed', ...whose }
}

const some = (prefix: string, n = 2) => fc.constantFrom(...Array.from({ length: n }, (_, i) => `${prefix}${i + 1}`))
const few = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { maxLength: 2 })
// A small vocabulary, so that grants and targets meet often enough to be worth a try.
const anActivity = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Activity>('session.terminal') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Activity>(
      'device.view',
      'action.fetch_log',
      'customer.view',
      'policy.edit',
      'staff.view',
    ),
  },
)
const scope: fc.Arbitrary<Scope> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Scope>({ kind: 'all' }) },
  { weight: 1, arbitrary: few(some('t')).map((tags): Scope => ({ kind: 'tags', tags })) },
  ...(
    [
      ['customers', 'c'],
      ['sites', 's'],
      ['models', 'm'],
      ['devices', 'd'],
    ] as const
  ).map(([kind, prefix]) => ({ weight: 1, arbitrary: few(some(prefix)).map((ids): Scope => ({ kind, ids })) })),
)
const grants = fc.array(fc.record({ activities: few(anActivity), scope }), { maxLength: 5 })
const person = fc
  .record({
    id: some('p'),
    customerId: fc.option(some('c')),
    networkRefused: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
    passwordDue: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
    grants,
  })
  .map(({ grants, ...one }) => who(grants, one))
const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Target>({ kind: 'maker' }) },
  { weight: 1, arbitrary: some('c').map((customerId): Target => ({ kind: 'customer', customerId })) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('device' as const),
      customerId: some('c'),
      siteId: some('s'),
      modelId: some('m'),
      deviceId: some('d'),
      tags: few(some('t')),
    }),
  },
)
const speaking = fc.constantFrom<Activity>('session.terminal', 'action.fetch_log')
const hours = fc.integer({ min: 0, max: 23 }).map((n) => `${String(n).padStart(2, '0')}:00`)
const windows = fc
  .record({ from: hours, to: hours })
  .filter(({ from, to }) => from !== to)
  .map((one): Window => ({ ...one, weekdays: [...weekdays], dates: [], except: [] }))
const aRule: fc.Arbitrary<Rule> = fc
  .record({
    inside: fc.constantFrom(...policyAnswers),
    outside: fc.constantFrom(...policyAnswers),
    locked: fc.boolean(),
    windows: fc.array(windows, { minLength: 1, maxLength: 2 }),
    timed: fc.boolean(),
  })
  .map(({ timed, outside, inside, locked, windows }) =>
    plainRule(outside, timed ? { inside, locked, windows } : { locked }),
  )
const policy = fc.uniqueArray(
  fc.record({
    level: fc.constantFrom(...policyLevelKinds),
    zone: fc.constant(zone),
    rules: fc.dictionary(speaking, aRule) as fc.Arbitrary<PolicyLevel['rules']>,
  }),
  { selector: (one) => one.level, maxLength: 4 },
)
// Around the night in which the clocks of Lord Howe are put back by half an hour.
const time = fc.integer({ min: 0, max: 19 }).map((n) => Date.UTC(2026, 3, 4, 9) + n * 1_800_000)
const approvals = fc.array(
  fc.record({
    id: some('a', 9),
    deviceId: some('d'),
    technicianId: some('p'),
    activities: few(speaking),
    notBefore: time,
    useBefore: time,
    endsAt: fc.option(time),
    revoked: fc.boolean(),
  }),
  { maxLength: 4 },
)

test('AZ02 the decision is that of a slow and obvious reference, over random grants, policies and approvals', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(
      fc.option(person, { freq: 20 }),
      anActivity,
      target,
      fc.record({ policy, approvals }),
      time,
      (...asked) => {
        const verdict = decide(...asked)
        seen.add(verdict.ok ? `ok ${verdict.approvalId !== undefined}` : verdict.because)
        expect(verdict).toEqual(reference(...asked))
      },
    ),
    { numRuns: 20_000 },
  )
  // Every end of the function was reached, else this test would show less than it says.
  expect([...seen].sort()).toEqual([
    'approval_needed',
    'network_refused',
    'not_found',
    'not_granted',
    'not_signed_in',
    'ok false',
    'ok true',
    'password_due',
    'policy_closed',
    'policy_never',
  ])
}, 120_000)

test('AZ02 whoever is allowed owes it to one single grant', () => {
  fc.assert(
    fc.property(person, anActivity, target, (one, activity, asked) => {
      if (!granted(one, activity, asked)) return
      expect(one.grants.some((grant) => granted({ ...one, grants: [grant] }, activity, asked))).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})
