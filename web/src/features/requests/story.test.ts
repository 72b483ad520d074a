import type { RequestView } from '@gatehouse/shared/views/requests'
import { describe, expect, test } from 'vitest'
import { storyOf } from './story.ts'

const noon = Date.UTC(2025, 10, 22, 11)
const minute = 60_000
const no = { ok: false as const, because: 'wrong_state' as const, says: '' }
const asked: RequestView = {
  id: 'r',
  state: 'waiting',
  device: { id: 'd', name: 'Balance 7', serial: 's', site: 'Basel', zone: 'Europe/Zurich', model: 'm' },
  customer: { id: 'c', name: 'Helvetia Pharma' },
  technician: { id: 't', name: 'Anna Keller' },
  company: 'Alpenwerk',
  activities: ['action.fetch_log', 'session.terminal'],
  reason: 'drift',
  caseNumber: '',
  wantedStart: noon,
  minutes: 60,
  madeAt: noon,
  answerBefore: noon + 60 * minute,
  hash: '',
  openings: [],
  approvers: [],
  approvals: { needed: 1, given: [] },
  offer: { activities: ['action.fetch_log', 'session.terminal'], minutes: 60, notBefore: null, useBefore: null },
  told: null,
  watched: false,
  decision: null,
  revoked: null,
  session: null,
  may: { decide: no, deny: no, withdraw: no, revoke: no, open: no },
}
const decision = {
  by: 'Clara Meier',
  at: noon + minute,
  comment: '',
  activities: asked.activities,
  minutes: 60,
  notBefore: noon,
  useBefore: noon + 24 * 60 * minute,
}
const titles = (r: Partial<RequestView>, now = noon) => storyOf({ ...asked, ...r }, now).map((step) => step.title)

describe('the story of a request', () => {
  test('waits for an answer, with its deadline', () => {
    expect(storyOf(asked, noon).map((step) => [step.title, step.text])).toEqual([
      ['Asked by Anna Keller', undefined],
      ['Waiting for an answer', 'Expires 22 Nov 2025, 13:00 CET'],
    ])
  })
  test('an approval says until when it can be used, and where it is less than was asked', () => {
    const less = { ...decision, minutes: 30, activities: ['session.terminal' as const] }
    const story = storyOf({ ...asked, state: 'approved', decision: less }, noon)
    expect(story.map((step) => step.title)).toEqual(['Asked by Anna Keller', 'Approved by Clara Meier', 'Not used yet'])
    expect(story[1]?.text).toBe(
      'Less than was asked: 30 minutes instead of 1 hour; not: fetch a log file from a device',
    )
    expect(story[2]?.text).toBe('To be begun before 23 Nov 2025, 12:00 CET')
  })
  test('ends where nobody answered, or nobody used it', () => {
    expect(titles({ state: 'expired_unanswered' })).toEqual(['Asked by Anna Keller', 'Nobody answered in time'])
    expect(titles({ state: 'expired_unused', decision })).toContain('Not used in time')
    expect(titles({ state: 'withdrawn' })).toEqual(['Asked by Anna Keller', 'Withdrawn by Anna Keller'])
  })
  test('a denial carries what was said', () => {
    const denied = {
      ...decision,
      comment: 'Production runs',
      activities: null,
      minutes: null,
      notBefore: null,
      useBefore: null,
    }
    expect(storyOf({ ...asked, state: 'denied', decision: denied }, noon)[1]).toMatchObject({
      title: 'Denied by Clara Meier',
      quote: 'Production runs',
      tone: 'bad',
    })
  })
  test('a revoked session is told in the order in which it happened', () => {
    const session = {
      id: 'x',
      state: 'ended' as const,
      cause: 'approval_revoked' as const,
      startedAt: noon + 2 * minute,
      endedAt: noon + 5 * minute,
    }
    const revoked = { by: 'Marc Aubry', at: noon + 5 * minute - 1, comment: 'stop' }
    expect(titles({ state: 'revoked', decision, session, revoked })).toEqual([
      'Asked by Anna Keller',
      'Approved by Clara Meier',
      'Session opened',
      'Taken back by Marc Aubry',
      'Session ended',
    ])
  })
  test('a running session comes last', () => {
    const session = { id: 'x', state: 'live' as const, cause: null, startedAt: noon + 2 * minute, endedAt: null }
    expect(titles({ state: 'used', decision, session }).at(-1)).toBe('The session is running')
  })
})
