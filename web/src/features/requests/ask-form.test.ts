import type { DeviceView } from '@gatehouse/shared/views/devices'
import { describe, expect, test } from 'vitest'
import { shortly } from '../../ui/at-limit.ts'
import { type AskValues, askedOf, blank, choicesOf, faultsOf, serverFaults } from './ask-form.ts'

const now = Date.UTC(2025, 10, 22, 11)
const zone = 'Europe/Zurich'
const shut = {
  ok: false as const,
  because: 'policy_never' as const,
  says: "The customer's policy does not allow this.",
}
const ask = { ok: false as const, because: 'approval_needed' as const, says: 'asked first' }
const device = (may: object, usableApproval: DeviceView['usableApproval'] = null) =>
  ({ may, usableApproval }) as unknown as DeviceView
const some = device({
  'session.terminal': ask,
  'action.fetch_log': { ok: true },
  'action.restart_agent': ask,
  'action.set_setting': shut,
})
const filled: AskValues = { ...blank(choicesOf(some)), reason: 'Drift after calibration' }

describe('what can be asked for', () => {
  test('is what the policy wants to be asked for; whatever is shut says why (T8)', () => {
    expect(choicesOf(some).map(({ activity, shut, note }) => [activity, shut, note])).toEqual([
      ['session.terminal', false, undefined],
      ['action.fetch_log', true, 'Allowed here without being asked for.'],
      ['action.restart_agent', false, undefined],
      ['action.set_setting', true, shut.says],
    ])
  })
  test('AL20 while nothing new is begun all of it can be asked for as ever: the notice at the top says what waits', () => {
    const full = { ok: false as const, because: 'disk_nearly_full' as const, says: 'a long sentence' }
    const may = { ...some.may, 'session.terminal': { ok: true } }
    const limited = { ...may, 'session.terminal': full, 'action.fetch_log': full }
    expect(choicesOf(device(limited))).toEqual(choicesOf(device(may)))
    const held = { requestId: 'r', activities: ['action.fetch_log' as const], useBefore: now }
    expect(choicesOf(device(limited, held))).toEqual(choicesOf(device(may, held)))
    expect([shortly(full), shortly(shut), shortly({ ok: true })]).toEqual([
      { ...full, says: expect.stringMatching(/^Not at the moment/) },
      shut,
      { ok: true },
    ])
  })
  test('what opens later can be asked for, and says when that is (T8)', () => {
    const closed = { ok: false, because: 'policy_closed', says: 'not now', nextAt: Date.UTC(2025, 10, 24, 7) }
    const one = { ...device({ ...some.may, 'session.terminal': closed }), site: { id: 's', name: 'Basel', zone } }
    expect(choicesOf(one as DeviceView)[0]).toEqual({
      activity: 'session.terminal',
      says: 'Type in a terminal on a device',
      shut: false,
      note: 'Shut at present. It opens again on 24 Nov 2025, 08:00 CET: ask for a later start.',
    })
  })
  test('a terminal is asked for also where the policy always allows it, and where an approval is held', () => {
    const always = device({ ...some.may, 'session.terminal': { ok: true } })
    expect(choicesOf(always).find((one) => one.activity === 'session.terminal')?.note).toContain('at once')
    const held = device(always.may, { requestId: 'r', activities: ['session.terminal'], useBefore: now })
    expect(choicesOf(held).find((one) => one.activity === 'session.terminal')?.note).toContain('already')
  })
})

describe('the form', () => {
  test('is ready when a reason is given', () => {
    expect(faultsOf({ ...filled, reason: '' }, zone, now)).toEqual({ reason: 'Say in a few words why.' })
    expect(faultsOf(filled, zone, now)).toEqual({})
  })
  test('says under each field what cannot be sent', () => {
    const bad: AskValues = { ...filled, activities: [], start: 'later', length: 'other', otherMinutes: 481 }
    expect(Object.keys(faultsOf(bad, zone, now))).toEqual(['activities', 'wall', 'otherMinutes'])
    expect(faultsOf({ ...filled, start: 'later', wall: '2026-03-29T02:30' }, zone, now).wall).toContain(
      'leave this hour',
    )
    expect(faultsOf({ ...filled, start: 'later', wall: '2025-11-22T11:00' }, zone, now).wall).toContain('passed')
  })
  test('sends the moment the site means, and no browser clock where it means now', () => {
    expect(askedOf(filled, zone).wantedStart).toBe(0)
    expect(askedOf({ ...filled, start: 'later', wall: '2025-11-22T14:00' }, zone).wantedStart).toBe(
      Date.UTC(2025, 10, 22, 13),
    )
    expect(askedOf({ ...filled, length: 'other', otherMinutes: 45 }, zone).minutes).toBe(45)
  })
  test("shows the server's sentences where they belong", () => {
    expect(serverFaults({ wantedStart: 'a', minutes: 'b', 'activities.0': 'c', reason: 'd' })).toEqual({
      wall: 'a',
      otherMinutes: 'b',
      activities: 'c',
      reason: 'd',
    })
  })
})
