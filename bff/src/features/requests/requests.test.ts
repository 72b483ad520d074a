import type { RequestView } from '@gatehouse/shared/views/requests'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Persona } from '../../demo/people.ts'
import { hours, minutes } from '../../kernel/clock.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import type { DeviceClient } from '../../testing/device-client.ts'
import { enrolled, manyDevices } from '../../testing/devices.ts'
import { eventsOf, eventsSince } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { answer, ask } from '../../testing/sessions.ts'
import { device } from '../devices/tables.ts'
import { policyLevel } from '../policies/tables.ts'
import { expireRequests } from './expire.ts'
import { request } from './tables.ts'

let h: TestHouse
let technician: Visitor
let approver: Visitor
let colleague: Visitor
let balance: DeviceClient
let balanceId: string

beforeAll(async () => {
  h = await openTestHouse()
  balance = await enrolled(h, 'Balance 7')
  balanceId = balance.deviceId
  ;[technician, approver, colleague] = await Promise.all([h.as('technician'), h.as('approver'), h.as('colleague')])
})
afterAll(() => h.close())

type Code = { error: { code: string; state?: string; fields?: Record<string, string> } }
const codeOf = (one: { status: number; body: unknown }) => [one.status, (one.body as Code).error?.code]
const asked = async (more: Record<string, unknown> = {}, who = technician): Promise<RequestView> => {
  const one = await ask(h, who, balanceId, more)
  expect([one.status, one.body]).toEqual([201, expect.anything()])
  return one.body
}
const stateOf = async (id: string) => (await approver.get<RequestView>(`/api/requests/${id}`)).body.state

describe('asking', () => {
  test('shows the approver who asks what of which device, why and when; he and the log are told at once', async () => {
    let made: RequestView | undefined
    const events = await eventsOf(h.house, async () => {
      made = await asked({ minutes: 45 })
    })
    expect(made).toMatchObject({
      state: 'waiting',
      technician: { name: 'Anna Keller' },
      company: 'Alpenwerk Instruments',
      device: { name: 'Balance 7', serial: 'XA-B7-1182', site: 'Basel', zone: 'Europe/Zurich' },
      customer: { name: 'Helvetia Pharma' },
      minutes: 45,
      approvers: [{ name: 'Clara Meier' }, { name: 'Marc Aubry' }],
      decision: null,
    })
    expect(made?.may).toMatchObject({
      decide: { ok: false, because: 'own_request' },
      withdraw: { ok: true },
      open: { ok: false, because: 'approval_needed' },
    })
    expect(events.map(({ says }) => says)).toEqual([
      'Asked for “Type in a terminal on a device”, 45 minutes, because “drift after calibration”',
    ])
    const seen = (await approver.get<RequestView>(`/api/requests/${made?.id}`)).body
    expect(seen.may.decide).toEqual({ ok: true })
    expect(seen.hash).toBe(made?.hash)
  })

  test('mails go to those who may answer, name everything, and carry no way to answer', async () => {
    await h.house.db.delete(outboxMail)
    const made = await asked({ reason: 'drift\r\nBcc: everybody@evil.example' })
    const mails = (await h.house.db.select().from(outboxMail)).filter(({ subject }) => subject.includes(' asks for '))
    expect(mails.map((mail) => mail.to).sort()).toEqual(['clara@helvetia.example', 'marc@helvetia.example'])
    const [mail] = mails
    expect(mail?.subject).toBe('Anna Keller asks for access to Balance 7')
    for (const part of [
      'Alpenwerk Instruments',
      'XA-B7-1182',
      'Helvetia Pharma',
      'Type in a terminal',
      'Europe/Zurich',
    ])
      expect(mail?.text).toContain(part)
    expect(mail?.text).toContain('drift Bcc: everybody@evil.example')
    expect(mail?.text.match(/https?:\S+/g)).toEqual([`${h.url}/approvals/${made.id}`])
  })

  test('AP07 an answer is owed within a day, or before it would be too late, but never within minutes', async () => {
    const now = h.clock.now()
    const near = (ms: number) => expect.toSatisfy((at: number) => Math.abs(at - now - ms) < 5_000)
    expect((await asked({ minutes: 480 })).answerBefore).toEqual(near(minutes(480)))
    expect((await asked({ minutes: 5 })).answerBefore).toEqual(near(minutes(15)))
    expect((await asked({ wantedStart: now + hours(100) })).answerBefore).toEqual(near(hours(24)))
  })

  const refused: [string, number, string, Record<string, unknown>][] = [
    ['what does not reach the device', 422, 'invalid_input', { activities: ['device.view'] }],
    ['what is no activity', 422, 'invalid_input', { activities: ['session.everything'] }],
    ['nothing', 422, 'invalid_input', { activities: [] }],
    ['what the policy allows without asking', 422, 'invalid_input', { activities: ['action.fetch_log'] }],
    ['no reason', 422, 'invalid_input', { reason: '   ' }],
    ['a whole night', 422, 'invalid_input', { minutes: 481 }],
    ['next year', 422, 'invalid_input', { wantedStart: Date.now() + 366 * 86_400_000 }],
    ['text that no column takes', 422, 'invalid_input', { reason: 'drift \u0000 drift' }],
  ]
  test.each(refused)('refuses %s with %i %s', async (_, status, code, more) => {
    expect(codeOf(await ask(h, technician, balanceId, more))).toEqual([status, code])
  })

  test('refuses what is not granted, and what the policy never allows', async () => {
    const some = { kind: 'all' } as const
    await regrant(h, 'outsider', [
      { activities: ['device.view', 'session.request'], scope: some },
      { activities: ['session.terminal'], scope: { kind: 'devices', ids: [] } },
    ])
    const outsider = await h.as('outsider')
    expect(codeOf(await ask(h, outsider, balanceId))).toEqual([403, 'not_granted'])
    const other = await enrolled(h, 'Packing line 1')
    await regrant(h, 'outsider', [
      { activities: ['device.view', 'session.request', 'action.set_setting'], scope: some },
    ])
    const events = await eventsOf(h.house, async () => {
      const one = await ask(h, outsider, other.deviceId, { activities: ['action.set_setting'] })
      expect(codeOf(one)).toEqual([403, 'policy_never'])
    })
    expect(events.map(({ says, outcome }) => [says, outcome])).toEqual([
      ['Refused: session.request (policy_never)', 'refused'],
    ])
  })

  test('AP12 a customer whose policy says nothing cannot even be asked', async () => {
    const where = eq(policyLevel.levelId, h.seeded.customers['Helvetia Pharma'])
    const [before] = await h.house.db.select().from(policyLevel).where(where)
    await h.house.db.update(policyLevel).set({ rules: {} }).where(where)
    expect(codeOf(await ask(h, technician, balanceId))).toEqual([403, 'policy_never'])
    await h.house.db
      .update(policyLevel)
      .set({ rules: before?.rules ?? {} })
      .where(where)
  })

  test('where the policy allows a session always, the policy approves the request, and its name stands there', async () => {
    const where = eq(policyLevel.levelId, h.seeded.customers['Helvetia Pharma'])
    const [before] = await h.house.db.select().from(policyLevel).where(where)
    await h.house.db
      .update(policyLevel)
      .set({ rules: { ...before?.rules, 'session.terminal': { answer: 'always', locked: false } } })
      .where(where)
    let made: RequestView | undefined
    const events = await eventsOf(h.house, async () => {
      made = await asked()
    })
    await h.house.db
      .update(policyLevel)
      .set({ rules: before?.rules ?? {} })
      .where(where)
    expect(made).toMatchObject({ state: 'approved', decision: { by: "The customer's policy", minutes: 60 } })
    expect(events.map(({ event, actorName }) => [event, actorName])).toEqual([
      ['request.made', 'Anna Keller'],
      ['session.approved', "The customer's policy"],
    ])
  })
})

describe('answering', () => {
  test('approves less than was asked', async () => {
    const made = await asked({ activities: ['session.terminal', 'action.restart_agent'], minutes: 60 })
    const more = { activities: ['session.terminal'], minutes: 20, comment: 'Only the terminal, please' }
    const given = await answer(approver, made, more)
    expect([given.status, given.body.state]).toEqual([200, 'approved'])
    expect(given.body.decision).toMatchObject({
      by: 'Clara Meier',
      comment: 'Only the terminal, please',
      minutes: 20,
      activities: ['session.terminal'],
    })
    expect(given.body.decision?.useBefore).toBe((given.body.decision?.notBefore ?? 0) + hours(24))
    const [told] = await h.house.db.select().from(outboxMail).where(eq(outboxMail.to, 'anna@alpenwerk.example'))
    expect(told?.subject).toBe('Approved: Balance 7')
  })

  test('never approves more', async () => {
    const made = await asked({ minutes: 30 })
    const now = h.clock.now()
    for (const more of [
      { minutes: 31 },
      { activities: ['session.terminal', 'action.restart_agent'] },
      { useBefore: now - 1 },
      { useBefore: now + hours(24 * 40) },
    ]) {
      expect(codeOf(await answer(approver, made, more))).toEqual([422, 'invalid_input'])
    }
    expect(await stateOf(made.id)).toBe('waiting')
  })

  test('denies with a comment that the technician reads', async () => {
    const made = await asked()
    const events = await eventsOf(h.house, async () => {
      expect((await answer(approver, made, { answer: 'deny', comment: 'Not today' })).body.state).toBe('denied')
    })
    expect(events.map(({ says }) => says)).toEqual([
      'Denied “Type in a terminal on a device” for Anna Keller: “Not today”',
    ])
    const seen = (await technician.get<RequestView>(`/api/requests/${made.id}`)).body
    expect(seen).toMatchObject({ state: 'denied', decision: { comment: 'Not today', minutes: null } })
    expect(seen.may.open).toMatchObject({ ok: false, because: 'wrong_state' })
  })

  test.each<[Persona, number, string]>([
    ['reader', 403, 'not_granted'],
    ['otherApprover', 404, 'not_found'],
    ['outsider', 403, 'not_granted'],
    ['administrator', 403, 'not_granted'],
  ])('AP05 %s, who is not granted it, is refused with %i', async (who, status, code) => {
    const made = await asked()
    expect(codeOf(await answer(await h.as(who), made))).toEqual([status, code])
    expect(await stateOf(made.id)).toBe('waiting')
  })

  test('AP05 the maker never approves, whatever it is granted, and nobody approves his own', async () => {
    const made = await asked()
    await regrant(h, 'auditor', [{ activities: ['device.view', 'session.approve'], scope: { kind: 'all' } }])
    expect(codeOf(await answer(await h.as('auditor'), made))).toEqual([403, 'not_the_customer'])
    const everything = ['device.view', 'session.approve', 'session.request', 'session.terminal'] as const
    await regrant(h, 'reader', [{ activities: everything, scope: { kind: 'all' } }])
    const reader = await h.as('reader')
    const own = await asked({}, reader)
    const events = await eventsOf(h.house, async () => {
      expect(codeOf(await answer(reader, own))).toEqual([403, 'own_request'])
    })
    expect(events.map(({ says }) => says)).toEqual(['Refused: session.approve (own_request)'])
    expect(own.approvers.map(({ name }) => name)).not.toContain('Ines Frei')
    await expect(
      h.house.db
        .update(request)
        .set({ decidedBy: h.seeded.people.reader })
        .where(eq(request.id, own.id))
        .catch((error: { cause: unknown }) => Promise.reject(error.cause)),
    ).rejects.toMatchObject({ constraint_name: 'request_not_own' })
  })

  test('AP05 whoever lost the right a moment ago has lost it', async () => {
    const made = await asked()
    const marc = await h.as('colleague')
    await regrant(h, 'colleague', [{ activities: ['device.view'], scope: { kind: 'all' } }])
    expect(codeOf(await answer(marc, made))).toEqual([403, 'not_granted'])
    await regrant(h, 'colleague', [{ activities: ['device.view', 'session.approve'], scope: { kind: 'all' } }])
    expect((await answer(marc, made)).status).toBe(200)
  })

  test('AP03 any edit after the look voids the answer, of the request and of what stands beside it', async () => {
    const made = await asked()
    await h.house.db.update(request).set({ minutes: 240 }).where(eq(request.id, made.id))
    expect(codeOf(await answer(approver, made))).toEqual([409, 'changed_meanwhile'])
    await h.house.db.update(request).set({ minutes: 60 }).where(eq(request.id, made.id))
    await h.house.db.update(device).set({ name: 'Balance 8' }).where(eq(device.id, balanceId))
    expect(codeOf(await answer(approver, made))).toEqual([409, 'changed_meanwhile'])
    const again = (await approver.get<RequestView>(`/api/requests/${made.id}`)).body
    expect(again.hash).not.toBe(made.hash)
    expect((await answer(approver, again)).status).toBe(200)
    await h.house.db.update(device).set({ name: 'Balance 7' }).where(eq(device.id, balanceId))
    const opened = await technician.post<Code>(`/api/requests/${made.id}/session`)
    expect(codeOf(opened)).toEqual([409, 'changed_meanwhile'])
  })

  test('AP06 of an approval and a denial at the same instant one wins, 60 times, and the other is told which', async () => {
    const [one] = await manyDevices(h, 1)
    const wins = { approved: 0, denied: 0 }
    for (let i = 0; i < 60; i++) {
      const made = (await ask(h, technician, one?.deviceId ?? '')).body
      const [yes, no] = await Promise.all([answer(approver, made), answer(colleague, made, { answer: 'deny' })])
      const state = yes.status === 200 ? 'approved' : 'denied'
      const [winner, loser] = yes.status === 200 ? [yes, no] : [no, yes]
      expect([winner.status, winner.body.state]).toEqual([200, state])
      expect([loser.status, (loser.body as unknown as Code).error]).toEqual([
        409,
        expect.objectContaining({ code: 'already_decided', state }),
      ])
      wins[state] += 1
    }
    const [row] = await h.house.db.execute<{ requests: number; approvals: number; events: number }>(sql`
      select count(*)::int as requests, count(a.id)::int as approvals,
        (select count(*)::int from audit_line e where e.device_id = ${one?.deviceId} and e.event in ('session.approved', 'session.denied')) as events
      from request r left join approval a on a.request_id = r.id where r.device_id = ${one?.deviceId}`)
    expect(row).toEqual({ requests: 60, approvals: wins.approved, events: 60 })
  }, 120_000)

  test('AP06 withdrawing, approving and denying at once end in one state', async () => {
    for (let i = 0; i < 30; i++) {
      const made = await asked()
      const all = await Promise.all([
        answer(approver, made),
        answer(colleague, made, { answer: 'deny' }),
        technician.post(`/api/requests/${made.id}/withdraw`),
      ])
      const state = await stateOf(made.id)
      const won = all.filter(({ status }) => status === 200).length
      // An approval may still be withdrawn; everything else is the end.
      expect(won === 1 || (won === 2 && all[0]?.status === 200 && state === 'withdrawn')).toBe(true)
      expect(['approved', 'denied', 'withdrawn']).toContain(state)
    }
  })
})

describe('time', () => {
  test('AP07 silence is no approval: what nobody answered expires by the clock, and cannot be approved any more', async () => {
    const [quiet] = await manyDevices(h, 1)
    const made = (await ask(h, technician, quiet?.deviceId ?? '', { minutes: 5 })).body
    h.clock.moveTo(made.answerBefore)
    // Who proved himself a quarter of an hour ago would be asked for that first.
    approver = await h.as('approver')
    const late = await answer(approver, made)
    expect([late.status, (late.body as unknown as Code).error]).toEqual([
      409,
      expect.objectContaining({ code: 'already_decided', state: 'expired_unanswered' }),
    ])
    expect(await stateOf(made.id)).toBe('expired_unanswered')
    expect(codeOf(await technician.post(`/api/requests/${made.id}/session`))).toEqual([403, 'approval_needed'])
  })

  test('AP07 the sweep lets requests and approvals expire with one event each, and they stay listed', async () => {
    const [unanswered, unused] = [await asked({ minutes: 5 }), await asked({ minutes: 5 })]
    const given = (await answer(approver, unused)).body
    const said = [
      await eventsSince(h.house, { requestId: unanswered.id }),
      await eventsSince(h.house, { requestId: unused.id }),
    ]
    h.clock.moveTo(given.decision?.useBefore ?? 0)
    await expireRequests.run(h.house)
    await expireRequests.run(h.house)
    await expect
      .poll(async () => (await Promise.all(said.map((one) => one()))).map((of) => of.map(({ says }) => says)))
      .toEqual([
        ['The request expired: nobody answered in time'],
        ['The request expired: it was approved, and not used in time'],
      ])
    const clara = await h.as('approver')
    for (const state of ['expired_unanswered', 'expired_unused'] as const) {
      const list = (await clara.get<{ rows: RequestView[] }>(`/api/requests?state=${state}&limit=200`)).body
      expect(list.rows.map(({ id }) => id)).toContain(state === 'expired_unused' ? unused.id : unanswered.id)
    }
    ;[technician, approver, colleague] = await Promise.all([h.as('technician'), h.as('approver'), h.as('colleague')])
  })

  test('an approval for later cannot be used before', async () => {
    const made = await asked({ wantedStart: h.clock.now() + hours(2) })
    const given = (await answer(approver, made)).body
    const seen = (await technician.get<RequestView>(`/api/requests/${given.id}`)).body
    expect(seen.may.open).toMatchObject({ ok: false, because: 'too_early' })
    expect((await technician.post(`/api/requests/${given.id}/session`)).status).toBe(403)
  })
})

describe('taking back', () => {
  test('the technician withdraws what waits and what is not used, and nobody else does', async () => {
    const waiting = await asked()
    expect(codeOf(await approver.post(`/api/requests/${waiting.id}/withdraw`))).toEqual([403, 'not_granted'])
    expect((await technician.post<RequestView>(`/api/requests/${waiting.id}/withdraw`)).body.state).toBe('withdrawn')
    const given = (await answer(approver, await asked())).body
    expect((await technician.post<RequestView>(`/api/requests/${given.id}/withdraw`)).body.state).toBe('withdrawn')
    expect(codeOf(await technician.post(`/api/requests/${given.id}/session`))).toEqual([403, 'approval_needed'])
    expect(codeOf(await technician.post(`/api/requests/${given.id}/withdraw`))).toEqual([409, 'wrong_state'])
  })

  test('the customer takes an unused approval back, and every page says so', async () => {
    const given = (await answer(approver, await asked())).body
    const back = await colleague.post<RequestView>(`/api/requests/${given.id}/revoke`, { comment: 'Changed our mind' })
    expect(back.body).toMatchObject({
      state: 'revoked',
      revoked: { by: 'Marc Aubry', comment: 'Changed our mind' },
      may: { revoke: { ok: false, because: 'wrong_state' } },
    })
    expect(codeOf(await technician.post(`/api/requests/${given.id}/session`))).toEqual([403, 'approval_needed'])
    expect(codeOf(await technician.post(`/api/requests/${given.id}/revoke`, {}))).toEqual([403, 'not_granted'])
  })
})

describe('lists', () => {
  test('show what one may see, newest first, page by page, and find by words', async () => {
    const first = await asked({ caseNumber: 'LIST-1' })
    const second = await asked({ caseNumber: 'LIST-2', reason: '100 % humidity_here' })
    type List = { rows: RequestView[]; next: string | null }
    const find = async (query: string, who = approver) => (await who.get<List>(`/api/requests?${query}`)).body
    const page = await find('search=LIST-&limit=1')
    expect(page.rows.map(({ id }) => id)).toEqual([second.id])
    expect((await find(`search=LIST-&limit=1&cursor=${page.next}`)).rows.map(({ id }) => id)).toEqual([first.id])
    expect((await find('search=100%20%25%20humidity_')).rows.map(({ id }) => id)).toEqual([second.id])
    expect((await find('search=humidity%25here')).rows).toEqual([])
    expect((await find(`device=${balanceId}&state=waiting&search=LIST-1`)).rows.map(({ id }) => id)).toEqual([first.id])
    expect((await find('search=LIST-', await h.as('otherApprover'))).rows).toEqual([])
    expect((await find('search=LIST-&mine=1')).rows).toEqual([])
    const ofDevice = (await approver.get<List>(`/api/devices/${balanceId}/requests?search=LIST-`)).body
    expect(ofDevice.rows.map(({ id }) => id)).toEqual([second.id, first.id])
  })
})
