import {
  deciding,
  type PolicyAnswer,
  plainRule,
  policyAnswers,
  policyLevelKinds,
  type Rule,
} from '@gatehouse/shared/policies/policy'
import { describe, expect, test } from 'vitest'
import {
  cellAt,
  changesOf,
  directionOf,
  edited,
  type Level,
  levelsWith,
  outcomesOf,
  placeSays,
  pruned,
} from './levels.ts'
import { holdsSays, ruleSays } from './words.ts'

const rule = (answer: PolicyAnswer, locked = false): Rule => plainRule(answer, { locked })
const level = (kind: Level['level'], name: string, terminal?: Rule, device: Level['device'] = null): Level => ({
  level: kind,
  levelId: name.toLowerCase(),
  name,
  rules: terminal ? { 'session.terminal': terminal } : {},
  device,
})
const inBasel = { siteId: 'basel', modelId: 'xa' }

describe('a cell of the policy', () => {
  test('AP12 where nobody has spoken the answer is never, and nobody gave it', () => {
    const place = level('customer', 'Helvetia')
    expect(cellAt([], place, 'session.terminal')).toEqual({
      own: undefined,
      holds: rule('never'),
      by: undefined,
      overruled: false,
      except: [],
    })
  })

  test('a site that says nothing takes over what holds above it, and says from whom', () => {
    const helvetia = level('customer', 'Helvetia', rule('ask'))
    const cell = cellAt([helvetia], level('site', 'Basel'), 'session.terminal')
    expect(cell).toMatchObject({ own: undefined, holds: rule('ask'), by: helvetia })
  })

  test('a lock above makes a rule below worth nothing', () => {
    const helvetia = level('customer', 'Helvetia', rule('never', true))
    const basel = level('site', 'Basel', rule('always'))
    expect(cellAt([helvetia, basel], basel, 'session.terminal')).toMatchObject({
      own: rule('always'),
      holds: rule('never', true),
      by: helvetia,
      overruled: true,
    })
  })

  test('a device takes over from its own site and model, not from others', () => {
    const levels = [
      level('customer', 'Helvetia', rule('ask')),
      level('site', 'Basel', rule('never')),
      level('site', 'Cork', rule('always')),
    ]
    const balance = level('device', 'Balance 7', undefined, inBasel)
    expect(cellAt(levels, balance, 'session.terminal')).toMatchObject({ holds: rule('never'), by: { name: 'Basel' } })
    expect(cellAt([...levels, level('model', 'XA', rule('ask'))], balance, 'session.terminal')).toMatchObject({
      holds: rule('ask'),
      by: { name: 'XA' },
    })
  })

  test('a model that says nothing names the sites where something else holds', () => {
    const cork = level('site', 'Cork', rule('never'))
    const levels = [level('customer', 'Helvetia', rule('ask')), cork]
    expect(cellAt(levels, level('model', 'XA'), 'session.terminal').except).toEqual([
      { by: cork, holds: rule('never') },
    ])
    // Its own word is nearer than a site's, unless the site is locked.
    const own = level('model', 'XA', rule('always'))
    expect(cellAt([...levels, own], own, 'session.terminal').except).toEqual([])
    const locked = level('site', 'Cork', rule('never', true))
    expect(cellAt([...levels.slice(0, 1), locked, own], own, 'session.terminal').except).toEqual([
      { by: locked, holds: rule('never', true) },
    ])
  })

  test('for a device it is always what the decision itself says', () => {
    const choices = [undefined, ...policyAnswers.flatMap((answer) => [rule(answer), rule(answer, true)])]
    for (const customer of choices)
      for (const site of choices)
        for (const model of choices)
          for (const device of choices) {
            const place = level('device', 'Balance 7', device, inBasel)
            const levels = [
              level('customer', 'Helvetia', customer),
              level('site', 'Basel', site),
              level('model', 'XA', model),
              place,
              level('site', 'Cork', rule('always', true)),
            ]
            const told = deciding(levels.slice(0, 4), 'session.terminal')
            const cell = cellAt(levels, place, 'session.terminal')
            expect([cell.holds, cell.by?.level]).toEqual([told?.rule ?? rule('never'), told?.by.level])
          }
    expect(policyLevelKinds).toHaveLength(4)
  })
})

describe('edits', () => {
  test('take rules away, put others in place, and leave the rest', () => {
    const rules = { 'session.terminal': rule('ask'), 'action.fetch_log': rule('always') }
    expect(edited(rules, { 'session.terminal': null, 'action.set_setting': rule('never') })).toEqual({
      'action.fetch_log': rule('always'),
      'action.set_setting': rule('never'),
    })
    expect(rules).toEqual({ 'session.terminal': rule('ask'), 'action.fetch_log': rule('always') })
  })

  test('that change nothing are none, also after somebody else made the same change', () => {
    const rules = { 'session.terminal': rule('ask') }
    expect(pruned(rules, { 'session.terminal': rule('ask'), 'action.fetch_log': null })).toEqual({})
    expect(pruned(rules, { 'session.terminal': rule('ask', true) })).toEqual({ 'session.terminal': rule('ask', true) })
    expect(pruned(rules, { 'session.terminal': null })).toEqual({ 'session.terminal': null })
  })

  test('changes tell a lock by itself', () => {
    expect(changesOf({ 'session.terminal': rule('ask') }, { 'session.terminal': rule('ask', true) })).toEqual([
      { activity: 'session.terminal', before: rule('ask'), after: rule('ask', true) },
    ])
  })
})

describe('what a change comes to', () => {
  const helvetia = level('customer', 'Helvetia', rule('ask'))
  const basel = level('site', 'Basel', rule('always'))
  const balance = level('device', 'Balance 7', rule('never'), inBasel)
  const levels = [helvetia, basel, balance]

  test('nearer places keep what they say themselves', () => {
    const [outcome] = outcomesOf(levels, helvetia, { 'session.terminal': rule('never') })
    expect(outcome?.holds).toEqual({ before: rule('ask'), after: rule('never') })
    expect(outcome?.below).toEqual([
      { place: basel, before: rule('always'), after: rule('always') },
      { place: balance, before: rule('never'), after: rule('never') },
    ])
    expect(directionOf(outcome ? [outcome] : [])).toEqual({ more: false, less: true })
  })

  test('a lock reaches all of them, and may allow more than they did', () => {
    const outcomes = outcomesOf(levels, helvetia, { 'session.terminal': rule('ask', true) })
    expect(outcomes[0]?.below.map(({ place, before, after }) => [place.name, before.inside, after.inside])).toEqual([
      ['Basel', 'always', 'ask'],
      ['Balance 7', 'never', 'ask'],
    ])
    expect(directionOf(outcomes)).toEqual({ more: true, less: true })
  })

  test('a lock at a site reaches the devices of a model there', () => {
    const model = level('model', 'XA', rule('always'))
    const outcomes = outcomesOf([helvetia, basel, model], basel, { 'session.terminal': rule('never', true) })
    expect(outcomes[0]?.below).toEqual([{ place: model, before: rule('always'), after: rule('never', true) }])
  })

  test('to take a rule away leaves it to what is above', () => {
    const [outcome] = outcomesOf(levels, basel, {})
    expect(outcome).toMatchObject({ after: undefined, holds: { before: rule('always'), after: rule('ask') } })
    expect(outcome?.below).toEqual([{ place: balance, before: rule('never'), after: rule('never') }])
  })

  test('windows are told in words, and count as wider and as narrower than what holds at all times', () => {
    const weekdays = { from: '08:00', to: '17:00', weekdays: ['mon' as const], dates: [], except: [] }
    const timed = plainRule('never', { inside: 'always', windows: [weekdays] })
    const outcomes = outcomesOf(levels, helvetia, { 'session.terminal': timed })
    expect(outcomes[0]?.holds.after).toEqual(timed)
    expect(holdsSays(timed)).toBe('Always Mon 08:00–17:00, else Never')
    expect(directionOf(outcomes)).toEqual({ more: true, less: true })
    expect(ruleSays(plainRule('ask', { locked: true, longestMinutes: 60 }), helvetia)).toBe(
      'Ask first, locked, 60 minutes at the longest',
    )
  })

  test('a longer session or files let more through under the same answer', () => {
    const wide = plainRule('ask', { files: 'both' })
    const outcomes = (before: Rule, after: Rule) =>
      outcomesOf([level('customer', 'Helvetia', before)], level('customer', 'Helvetia'), { 'session.terminal': after })
    expect(directionOf(outcomes(rule('ask'), wide))).toEqual({ more: true, less: false })
    expect(directionOf(outcomes(rule('ask'), plainRule('ask', { longestMinutes: 60 })))).toEqual({
      more: false,
      less: true,
    })
    // What is never let through carries nothing either.
    expect(directionOf(outcomes(rule('never'), plainRule('never', { files: 'both' })))).toEqual({
      more: false,
      less: false,
    })
  })

  test('a place that has not spoken yet becomes one that does', () => {
    const cork = level('site', 'Cork')
    expect(levelsWith(levels, cork, { 'session.terminal': rule('never') })).toHaveLength(4)
    expect(outcomesOf(levels, cork, { 'session.terminal': rule('never') })[0]?.holds).toEqual({
      before: rule('ask'),
      after: rule('never'),
    })
  })

  test('places have names that people use', () => {
    expect([helvetia, basel, balance].map(placeSays)).toEqual(['All devices', 'Site Basel', 'Device Balance 7'])
  })
})
