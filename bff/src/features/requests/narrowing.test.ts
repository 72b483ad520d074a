import { deviceActivities } from '@gatehouse/shared/activities'
import { plainRule } from '@gatehouse/shared/policies/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { approversNeeded, asKept, ladderFor, narrowed, type Offer, offerOf, timesOf, whyNotGive } from './rules.ts'

const activities = fc.subarray([...deviceActivities])
const time = fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: null })
const offer: fc.Arbitrary<Offer> = fc.record({
  activities,
  minutes: fc.integer({ min: 1, max: 480 }),
  notBefore: time,
  useBefore: time,
})
const isWithin = (inner: Offer, outer: Offer): boolean =>
  inner.activities.every((name) => outer.activities.includes(name)) &&
  inner.minutes <= outer.minutes &&
  (outer.notBefore === null || (inner.notBefore !== null && inner.notBefore >= outer.notBefore)) &&
  (outer.useBefore === null || (inner.useBefore !== null && inner.useBefore <= outer.useBefore))

describe('what several give together', () => {
  test('is never more than what was asked, nor than any of them gave', () => {
    fc.assert(
      fc.property(offer, fc.array(offer, { maxLength: 4 }), (asked, given) => {
        const left = offerOf(asked, given)
        for (const one of [{ ...asked, notBefore: null, useBefore: null }, ...given])
          expect(isWithin(left, one)).toBe(true)
      }),
    )
  })

  test('is the same in whatever order they gave it, and nobody takes anything away by giving the same again', () => {
    fc.assert(
      fc.property(offer, offer, (a, b) => {
        const [one, other] = [narrowed(a, b), narrowed(b, a)]
        expect({ ...one, activities: [...one.activities].sort() }).toEqual({
          ...other,
          activities: [...other.activities].sort(),
        })
        expect(narrowed(one, b)).toEqual(one)
      }),
    )
  })

  test('what is more than is left is refused, whatever it is; what is within it is refused for its times at most', () => {
    fc.assert(
      fc.property(offer, offer, fc.nat(10_000_000), (left, given, now) => {
        const faults = whyNotGive(given, left, now, now)
        const explicit = {
          ...given,
          notBefore: given.notBefore ?? left.notBefore,
          useBefore: given.useBefore ?? left.useBefore,
        }
        if (!isWithin(explicit, left)) expect(Object.keys(faults)).not.toEqual([])
        else expect(Object.keys(faults).filter((field) => field === 'minutes' || field === 'activities')).toEqual([])
        const { notBefore, useBefore } = timesOf(now, narrowed(left, given), now)
        if (Object.keys(faults).length === 0) expect(now <= notBefore && notBefore < useBefore).toBe(true)
      }),
    )
  })

  test('AP05 whoever comes later opens no window beyond that of anybody before him, whenever he comes', () => {
    const at = fc.nat(10_000_000)
    const window = fc.option(fc.integer({ min: 0, max: 200_000_000 }), { nil: null, freq: 1 })
    const yes = fc.tuple(fc.record({ notBefore: window, useBefore: window }), fc.nat(1_000_000))
    fc.assert(
      fc.property(fc.array(yes, { maxLength: 5 }), at, at, (all, wanted, made) => {
        const asked = { activities: [...deviceActivities], minutes: 60 }
        const kept: Offer[] = []
        const before: { notBefore: number; useBefore: number }[] = []
        let now = made
        for (const [times, later] of all) {
          now += later
          const left = offerOf(asked, kept)
          const given = { ...asked, ...times }
          // What makes no sense, or is more, is refused: nobody has given it.
          if (Object.keys(whyNotGive(given, left, wanted, now)).length > 0) continue
          kept.push(asKept(given, left, wanted, now))
          const mine = timesOf(wanted, offerOf(asked, kept), now)
          for (const one of before) {
            expect(mine.notBefore).toBeGreaterThanOrEqual(one.notBefore)
            expect(mine.useBefore).toBeLessThanOrEqual(one.useBefore)
          }
          before.push(mine)
        }
      }),
    )
  })
})

describe('what the rules of several activities want together', () => {
  const level = (rules: object) => [{ level: 'customer' as const, zone: null, rules }]
  const [anna, luis, marta] = ['a', 'b', 'c'].map((c) => `00000000-0000-4000-8000-00000000000${c}`) as [
    string,
    string,
    string,
  ]

  test('the strictest number of approvers', () => {
    const policy = level({
      'session.terminal': plainRule('ask'),
      'action.restart_agent': plainRule('ask', { approvers: 2 }),
    })
    expect(approversNeeded(policy, ['session.terminal'])).toBe(1)
    expect(approversNeeded(policy, ['session.terminal', 'action.restart_agent'])).toBe(2)
    expect(approversNeeded([], ['session.terminal'])).toBe(1)
  })

  test('ladders go side by side, each step as long as the shortest of them', () => {
    const policy = level({
      'session.terminal': plainRule('ask', {
        ladder: [
          { who: [anna], minutes: 15 },
          { who: [luis], minutes: 30 },
        ],
      }),
      'action.restart_agent': plainRule('ask', { ladder: [{ who: [marta, anna], minutes: 10 }] }),
    })
    expect(ladderFor(policy, ['session.terminal', 'action.restart_agent'])).toEqual([
      { who: [anna, marta], minutes: 10 },
      { who: [luis], minutes: 30 },
    ])
    expect(ladderFor(policy, ['action.set_setting'])).toEqual([])
  })
})
