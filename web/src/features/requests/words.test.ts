import { describe, expect, test } from 'vitest'
import { canDo, duration, ifApproved, listed, usualWindow, wantedWhen } from './words.ts'

const noon = Date.UTC(2025, 10, 22, 11)
const asked = {
  technician: { id: 't', name: 'Anna Keller' },
  device: { id: 'd', name: 'Weighing line 3', serial: 's', site: 'Basel', zone: 'Europe/Zurich', model: 'm' },
}

const offer = { activities: ['session.terminal' as const], minutes: 60, notBefore: null, useBefore: null }

describe('what an approver reads', () => {
  test('approving is one sentence with who, what, how long and until when in the zone of the site', () => {
    const giving = { activities: ['session.terminal' as const], minutes: 60, notBefore: null, useBefore: noon }
    expect(ifApproved(asked, giving)).toBe(
      'Anna Keller can type commands on Weighing line 3 for at most 1 hour, once, begun before 22 Nov 2025, 12:00 CET.',
    )
    const later = usualWindow({ wantedStart: noon, offer }, noon - 7_200_000)
    expect(ifApproved(asked, { ...giving, ...later })).toContain(
      'once, begun not before 22 Nov 2025, 12:00 CET and before 23 Nov 2025, 12:00 CET.',
    )
    expect(usualWindow({ wantedStart: noon, offer }, noon + 1).notBefore).toBeNull()
  })
  test('several activities are listed as people say them', () => {
    expect(canDo(['session.terminal', 'action.fetch_log', 'action.restart_agent'], 'X')).toBe(
      'type commands on X, fetch a log file from X and restart the agent of X',
    )
    expect(listed([])).toBe('')
    expect(listed(['a', 'b'])).toBe('a and b')
  })
  test('durations are hours and minutes', () => {
    expect([1, 15, 60, 90, 125].map(duration)).toEqual([
      '1 minute',
      '15 minutes',
      '1 hour',
      '1 hour 30 minutes',
      '2 hours 5 minutes',
    ])
  })
  test('a start that has no distance to the asking means at once', () => {
    expect(wantedWhen({ ...asked, wantedStart: noon, madeAt: noon })).toBe('As soon as it is approved')
    expect(wantedWhen({ ...asked, wantedStart: noon, madeAt: noon - 3_600_000 })).toBe('From 22 Nov 2025, 12:00 CET')
  })
})
