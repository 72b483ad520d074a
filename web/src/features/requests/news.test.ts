import type { RequestView } from '@gatehouse/shared/views/requests'
import { describe, expect, test } from 'vitest'
import { newsOf } from './news.ts'

const now = Date.UTC(2025, 10, 22, 11)
const no = { ok: false as const, because: 'wrong_state' as const, says: '' }
const request = (more: Partial<RequestView>): RequestView =>
  ({
    id: 'r',
    state: 'waiting',
    device: { name: 'Balance 7', site: 'Basel' },
    technician: { id: 'anna', name: 'Anna Keller' },
    reason: 'drift',
    madeAt: now - 1_000,
    decision: null,
    revoked: null,
    approvals: { needed: 1, given: [] },
    told: null,
    may: { decide: no, deny: no, withdraw: no, revoke: no, open: no },
    ...more,
  }) as RequestView
const decision = { by: 'Clara Meier', at: now - 500, comment: 'Not now' } as RequestView['decision']
const asked = request({ may: { ...request({}).may, decide: { ok: true } } })

describe('whoever is concerned is told at once', () => {
  test('an approver of a question, once', () => {
    expect(newsOf(asked, undefined, 'clara', now)?.title).toBe('Anna Keller asks for access')
    expect(newsOf(asked, 'waiting', 'clara', now)).toBeUndefined()
  })
  test('nobody of a question he may not answer, nor of one that is old', () => {
    expect(newsOf(request({}), undefined, 'anna', now)).toBeUndefined()
    expect(newsOf(asked, undefined, 'clara', now + 3_600_000)).toBeUndefined()
  })
  test('a technician of the answer, with its words', () => {
    expect(newsOf(request({ state: 'approved', decision }), 'waiting', 'anna', now)?.title).toBe(
      'Approved by Clara Meier',
    )
    expect(newsOf(request({ state: 'denied', decision }), undefined, 'anna', now)).toMatchObject({
      title: 'Denied by Clara Meier',
      text: 'Balance 7, Basel: “Not now”',
    })
    const revoked = { by: 'Marc Aubry', at: now, comment: '' }
    expect(newsOf(request({ state: 'revoked', revoked }), 'used', 'anna', now)?.title).toBe(
      'Marc Aubry took the approval back',
    )
    expect(newsOf(request({ state: 'expired_unanswered' }), 'waiting', 'anna', now)?.tone).toBe('bad')
    expect(newsOf(request({ state: 'expired_unused' }), 'approved', 'anna', now)?.title).toBe(
      'The approval ran out unused',
    )
  })
  test('each piece of news is of the kind that people switch on and off', () => {
    const kinds = [
      newsOf(asked, undefined, 'clara', now),
      newsOf(request({ state: 'denied', decision }), 'waiting', 'anna', now),
      newsOf(
        request({ state: 'revoked', revoked: { by: 'Marc Aubry', at: now, comment: '' } }),
        'approved',
        'anna',
        now,
      ),
      newsOf(request({ state: 'expired_unused' }), 'approved', 'anna', now),
    ].map((news) => news?.kind)
    expect(kinds).toEqual(['asked', 'answered', 'taken_back', 'ran_out'])
  })
  test('nobody else, and nobody twice', () => {
    expect(newsOf(request({ state: 'approved', decision }), 'waiting', 'tom', now)).toBeUndefined()
    expect(newsOf(request({ state: 'approved', decision }), 'approved', 'anna', now)).toBeUndefined()
    expect(newsOf(request({ state: 'used', decision }), 'approved', 'anna', now)).toBeUndefined()
  })
})
