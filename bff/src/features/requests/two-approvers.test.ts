import { plainRule, type Rule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import type { AskingView, RequestView } from '@gatehouse/shared/views/requests'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../../kernel/clock.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { enrolled, manyDevices } from '../../testing/devices.ts'
import { eventsOf, eventsSince } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { answer, ask } from '../../testing/sessions.ts'
import { device } from '../devices/tables.ts'
import { expireRequests } from './expire.ts'
import { approval, requestConsent } from './tables.ts'

let h: TestHouse
let anna: Visitor
let clara: Visitor
let marc: Visitor
let ines: Visitor
let deviceId: string

const approving = ['device.view', 'session.approve', 'policy.view'] as const

const signIn = async () => {
  ;[anna, clara, marc, ines] = await Promise.all([
    h.as('technician'),
    h.as('approver'),
    h.as('colleague'),
    h.as('reader'),
  ])
}
beforeAll(async () => {
  h = await openTestHouse()
  await regrant(h, 'reader', [{ activities: approving, scope: { kind: 'all' } }])
  await signIn()
})
afterAll(() => h.close())

type Code = { error: { code: string; state?: string; fields?: Record<string, string> } }
const codeOf = (one: { status: number; body: unknown }) => [one.status, (one.body as Code).error?.code]
const errorOf = (one: { body: unknown }) => (one.body as Code).error

const put = async (id: string, rule: Partial<Rule>, activity = 'session.terminal') => {
  const helvetia = h.seeded.customers['Helvetia Pharma']
  const { version, levels } = (await clara.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body
  const before = levels.find(({ levelId }) => levelId === id)?.rules
  const put = await clara.send('PUT', `/api/customers/${helvetia}/policy/device/${id}`, {
    rules: { ...before, [activity]: plainRule('ask', rule) },
    version,
  })
  expect([put.status, put.body]).toEqual([200, expect.anything()])
}

beforeEach(async () => {
  const [one] = await manyDevices(h, 1)
  deviceId = one?.deviceId ?? ''
  await put(deviceId, { approvers: 2 })
})

const asked = async (more: Record<string, unknown> = {}): Promise<RequestView> => {
  const one = await ask(h, anna, deviceId, more)
  expect([one.status, one.body]).toEqual([201, expect.anything()])
  return one.body
}
const seenBy = async (who: Visitor, { id }: { id: string }) => (await who.get<RequestView>(`/api/requests/${id}`)).body
const approvalsOf = (id: string) => h.house.db.select().from(approval).where(eq(approval.requestId, id))
const consentsOf = (id: string) => h.house.db.select().from(requestConsent).where(eq(requestConsent.requestId, id))

describe('AP05 where the policy wants two approvers', () => {
  test('one approves a part, the second sees that and narrows it, and both stand there', async () => {
    await put(deviceId, { approvers: 1 }, 'action.restart_agent')
    const made = await asked({ activities: ['session.terminal', 'action.restart_agent'], minutes: 60 })
    expect(made.approvals).toEqual({ needed: 2, given: [] })
    await h.house.db.delete(outboxMail)
    const events = await eventsOf(h.house, async () => {
      const first = await answer(clara, made, { minutes: 45, comment: 'Not longer than the shift' })
      expect([first.status, first.body.state]).toEqual([200, 'partly_approved'])
      expect(first.body).toMatchObject({
        decision: null,
        offer: { minutes: 45, activities: ['action.restart_agent', 'session.terminal'] },
        approvers: [{ name: 'Ines Frei' }, { name: 'Marc Aubry' }],
        may: { decide: { ok: false, because: 'another_needed' }, deny: { ok: true } },
      })
    })
    expect(events.map(({ says }) => says)).toEqual([
      'Approved “Restart the agent of a device”, “Type in a terminal on a device” for Anna Keller, 45 minutes; that is 1 of 2 approvals',
    ])
    const mails = (await h.house.db.select().from(outboxMail)).filter(({ subject }) =>
      subject.includes(made.device.name),
    )
    expect(mails.map(({ to }) => to).sort()).toEqual(['ines@helvetia.example', 'marc@helvetia.example'])
    expect(mails[0]?.subject).toBe('A second approval is needed: Anna Keller asks for access to ' + made.device.name)
    expect(mails[0]?.text).toContain('Clara Meier has approved this.')
    expect(mails[0]?.text).toContain('45 minutes. Comment: Not longer than the shift')
    expect(codeOf(await anna.post(`/api/requests/${made.id}/session`))).toEqual([403, 'approval_needed'])
    expect(await approvalsOf(made.id)).toEqual([])

    const seen = await seenBy(marc, made)
    expect(seen.approvals.given).toMatchObject([
      { by: { name: 'Clara Meier' }, minutes: 45, comment: 'Not longer than the shift', counts: true },
    ])
    const second = await answer(marc, seen, { minutes: 20, activities: ['session.terminal'] })
    expect([second.status, second.body.state]).toEqual([200, 'approved'])
    expect(second.body.decision).toMatchObject({
      by: 'Clara Meier and Marc Aubry',
      minutes: 20,
      activities: ['session.terminal'],
    })
    const [told] = await h.house.db.select().from(outboxMail).where(eq(outboxMail.to, 'anna@alpenwerk.example'))
    expect(told?.text).toContain('Approved by Clara Meier and Marc Aubry, Helvetia Pharma.')
    expect(await consentsOf(made.id)).toHaveLength(2)
  })

  test('the second gives nothing that the first did not', async () => {
    const made = await asked({ activities: ['session.terminal'], minutes: 60 })
    const now = h.clock.now()
    const early = { notBefore: now + hours(2), useBefore: now + hours(8) }
    expect((await answer(clara, made, { minutes: 30, ...early })).status).toBe(200)
    const seen = await seenBy(marc, made)
    for (const [more, field] of [
      [{ minutes: 31 }, 'minutes'],
      [{ activities: ['action.restart_agent'] }, 'activities'],
      [{ notBefore: now + hours(1) }, 'notBefore'],
      [{ useBefore: now + hours(9) }, 'useBefore'],
    ] as const) {
      const refused = await answer(marc, seen, more)
      expect(codeOf(refused)).toEqual([422, 'invalid_input'])
      expect(Object.keys(errorOf(refused).fields ?? {})).toEqual([field])
    }
    const given = (await answer(marc, seen)).body
    expect(given.decision).toMatchObject({ minutes: 30, notBefore: now + hours(2), useBefore: now + hours(8) })
  })

  test('AP05 a plain yes is for a day from then: the second neither widens nor begins it anew', async () => {
    const made = await asked()
    const after = (await answer(clara, made)).body
    const first = after.approvals.given[0]?.at ?? 0
    const shown = { notBefore: first, useBefore: first + hours(24) }
    expect(after).toMatchObject({ state: 'partly_approved', offer: shown })
    h.clock.moveTo(first + minutes(5))
    const seen = await seenBy(marc, made)
    expect(seen.offer).toMatchObject(shown)
    for (const [wide, field] of [
      [{ notBefore: first + days(29), useBefore: first + days(35) }, 'useBefore'],
      [{ notBefore: first + days(29) }, 'useBefore'],
      [{ useBefore: first + hours(25) }, 'useBefore'],
    ] as const) {
      const refused = await answer(marc, seen, wide)
      expect(codeOf(refused)).toEqual([422, 'invalid_input'])
      expect(Object.keys(errorOf(refused).fields ?? {})).toEqual([field])
    }
    expect((await answer(marc, seen)).body.state).toBe('approved')
    expect(await approvalsOf(made.id)).toMatchObject([{ useBefore: shown.useBefore }])
  })

  test('one person is never two, neither by trying again nor at the same instant', async () => {
    const made = await asked()
    const all = await Promise.all(Array.from({ length: 6 }, () => answer(clara, made)))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    const again = await seenBy(clara, made)
    expect(codeOf(await answer(clara, again))).toEqual([409, 'another_needed'])
    expect(await seenBy(anna, made)).toMatchObject({ state: 'partly_approved' })
    expect(await approvalsOf(made.id)).toEqual([])
    await expect(
      h.house.db
        .insert(requestConsent)
        .values(await consentsOf(made.id))
        .catch((error: { cause: unknown }) => Promise.reject(error.cause)),
    ).rejects.toMatchObject({ code: '23505' })
  })

  test('a yes stays as it was said: the application cannot change it or take it away', async () => {
    const made = await asked()
    await answer(clara, made)
    const where = eq(requestConsent.requestId, made.id)
    for (const deed of [
      h.house.db.update(requestConsent).set({ minutes: 480 }).where(where),
      h.house.db.delete(requestConsent).where(where),
      h.house.db.update(requestConsent).set({ personId: h.seeded.people.technician }).where(where),
    ])
      await expect(
        Promise.resolve(deed).catch((error: { cause: unknown }) => Promise.reject(error.cause)),
      ).rejects.toMatchObject({
        code: '42501',
      })
    await expect(
      h.house.db
        .insert(requestConsent)
        .values((await consentsOf(made.id)).map((one) => ({ ...one, personId: one.technicianId })))
        .catch((error: { cause: unknown }) => Promise.reject(error.cause)),
    ).rejects.toMatchObject({ constraint_name: 'request_consent_not_own' })
  })

  test('whoever asked is neither of them, and whoever lost the right between is not the second', async () => {
    const everything = [...approving, 'session.request', 'session.terminal'] as const
    await regrant(h, 'reader', [{ activities: everything, scope: { kind: 'all' } }])
    const own = (await ask(h, ines, deviceId)).body
    expect((await answer(clara, own)).body.state).toBe('partly_approved')
    expect(codeOf(await answer(ines, await seenBy(ines, own)))).toEqual([403, 'own_request'])
    const made = await asked()
    await answer(clara, made)
    const seen = await seenBy(ines, made)
    await regrant(h, 'reader', [{ activities: ['device.view'], scope: { kind: 'all' } }])
    expect(codeOf(await answer(ines, seen))).toEqual([403, 'not_granted'])
    await regrant(h, 'reader', [{ activities: approving, scope: { kind: 'all' } }])
    expect((await answer(ines, seen)).body.state).toBe('approved')
  })

  test('a no of either ends it, of the first as well', async () => {
    for (const who of [marc, clara]) {
      const made = await asked()
      await answer(clara, made)
      const denied = await answer(who, await seenBy(who, made), { answer: 'deny', comment: 'Not today' })
      expect([denied.status, denied.body.state]).toEqual([200, 'denied'])
      expect(codeOf(await answer(ines, await seenBy(ines, made)))).toEqual([409, 'already_decided'])
    }
  })

  test('the technician withdraws it between the two', async () => {
    const made = await asked()
    await answer(clara, made)
    const seen = await seenBy(marc, made)
    expect((await anna.post<RequestView>(`/api/requests/${made.id}/withdraw`)).body.state).toBe('withdrawn')
    expect(errorOf(await answer(marc, seen))).toMatchObject({ code: 'already_decided', state: 'withdrawn' })
  })

  test('AP07 a first approval alone is none: without the second it expires', async () => {
    const made = await asked({ minutes: 5 })
    await answer(clara, made)
    const said = await eventsSince(h.house, { requestId: made.id })
    h.clock.moveTo(made.answerBefore)
    await expireRequests.run(h.house)
    await expect
      .poll(async () => (await said()).map(({ says }) => says))
      .toEqual(['The request expired: a second approval did not come in time'])
    await signIn()
    expect((await seenBy(clara, made)).state).toBe('expired_unanswered')
    expect(await approvalsOf(made.id)).toEqual([])
  })

  test('AP03 what is edited after the first yes voids it: the next one counts as the first', async () => {
    const made = await asked()
    await answer(clara, made)
    const seen = await seenBy(marc, made)
    await h.house.db.update(device).set({ name: 'Another name' }).where(eq(device.id, deviceId))
    expect(codeOf(await answer(marc, seen))).toEqual([409, 'changed_meanwhile'])
    const again = await seenBy(marc, made)
    expect(again.approvals).toMatchObject({ needed: 2, given: [{ counts: false }] })
    expect((await answer(marc, again)).body.state).toBe('partly_approved')
    const clarasTurn = await seenBy(clara, made)
    expect(clarasTurn.may.decide).toEqual({ ok: true })
    expect((await answer(clara, clarasTurn)).body).toMatchObject({
      state: 'approved',
      decision: { by: 'Marc Aubry and Clara Meier' },
    })
  })

  test('AP03 what the first gave is a part of what the second has read', async () => {
    const made = await asked()
    const read = await seenBy(marc, made)
    await answer(clara, made, { minutes: 10 })
    expect(codeOf(await answer(marc, read))).toEqual([409, 'changed_meanwhile'])
  })

  test('AP03 a policy that wants two meanwhile is heard; one that wants one again lets the next decide', async () => {
    await put(deviceId, { approvers: 1 })
    const made = await asked()
    await put(deviceId, { approvers: 2 })
    expect(codeOf(await answer(clara, made))).toEqual([409, 'changed_meanwhile'])
    expect((await answer(clara, await seenBy(clara, made), { minutes: 15 })).body.state).toBe('partly_approved')
    await put(deviceId, { approvers: 1 })
    expect((await seenBy(anna, made)).state).toBe('partly_approved')
    const given = await answer(marc, await seenBy(marc, made))
    expect(given.body).toMatchObject({ state: 'approved', decision: { minutes: 15 } })
  })

  test('a policy without enough people for it cannot even be asked, and says so', async () => {
    await regrant(h, 'reader', [{ activities: ['device.view'], scope: { kind: 'all' } }])
    await regrant(h, 'colleague', [{ activities: ['device.view'], scope: { kind: 'all' } }])
    const refused = await ask(h, anna, deviceId)
    expect(codeOf(refused)).toEqual([409, 'too_few_approvers'])
    await put(deviceId, { approvers: 1 })
    expect((await ask(h, anna, deviceId)).status).toBe(201)
    const asking = () => anna.get<AskingView>(`/api/devices/${deviceId}/approvers`)
    expect((await asking()).body).toMatchObject({ people: [{ name: 'Clara Meier' }], twoFor: [], watchedFor: [] })
    await put(deviceId, { approvers: 2, watched: true })
    const wants = { twoFor: ['session.terminal'], watchedFor: ['session.terminal'] }
    expect((await asking()).body).toMatchObject(wants)
    await regrant(h, 'reader', [{ activities: approving, scope: { kind: 'all' } }])
    await regrant(h, 'colleague', [{ activities: approving, scope: { kind: 'all' } }])
  })

  test('one may narrow the list to what waits for somebody', async () => {
    const made = await asked({ caseNumber: 'TWO-1' })
    await answer(clara, made)
    const rows = async (state: string) =>
      (await marc.get<{ rows: RequestView[] }>(`/api/requests?state=${state}&search=TWO-1`)).body.rows.map(
        ({ id }) => id,
      )
    expect([await rows('open'), await rows('partly_approved'), await rows('waiting')]).toEqual([
      [made.id],
      [made.id],
      [],
    ])
  })
})

describe('AP06 at the same instant', () => {
  const answers = (id: string) =>
    h.house.db.execute<{ state: string; approvals: number; consents: number; events: number }>(sql`
      select r.state, (select count(*)::int from approval a where a.request_id = r.id) as approvals,
        (select count(*)::int from request_consent c where c.request_id = r.id) as consents,
        (select count(*)::int from audit_line e where e.request_id = r.id and e.event = 'session.approved') as events
      from request r where r.id = ${id}`)

  test('two who approve are two, and one of them reads anew what the other gave', async () => {
    for (let i = 0; i < 20; i++) {
      const made = await asked()
      const both = await Promise.all([answer(clara, made, { minutes: 20 }), answer(marc, made, { minutes: 30 })])
      // Whoever came second had not read what the first gave.
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
      const late = both[0]?.status === 200 ? marc : clara
      const done = await answer(late, await seenBy(late, made), { minutes: 10 })
      expect(done.body).toMatchObject({ state: 'approved', decision: { minutes: 10 } })
      expect(await answers(made.id)).toMatchObject([{ approvals: 1, consents: 2, events: 1 }])
    }
  }, 60_000)

  test('the second yes, a no and a withdrawal end in one state', async () => {
    for (let i = 0; i < 15; i++) {
      const made = await asked()
      await answer(clara, made)
      const seen = await seenBy(marc, made)
      const all = await Promise.all([
        answer(marc, seen),
        answer(ines, seen, { answer: 'deny' }),
        anna.post(`/api/requests/${made.id}/withdraw`),
      ])
      const [row] = await answers(made.id)
      const won = all.filter(({ status }) => status === 200).length
      // What was approved may still be withdrawn; everything else is the end.
      expect(won === 1 || (won === 2 && all[0]?.status === 200 && row?.state === 'withdrawn')).toBe(true)
      expect(['approved', 'denied', 'withdrawn']).toContain(row?.state)
      expect(row?.approvals).toBe(all[0]?.status === 200 ? 1 : 0)
    }
  }, 60_000)

  test('fifty answers of three people are two yeses and one approval', async () => {
    const made = await asked()
    await answer(clara, made)
    const seen = await seenBy(marc, made)
    const people = [clara, marc, ines]
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => answer(people[i % 3] ?? clara, seen)))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await answers(made.id)).toMatchObject([{ state: 'approved', approvals: 1, consents: 2, events: 1 }])
  }, 60_000)

  test('AP04 what two approved opens one session', async () => {
    const balance = await enrolled(h, 'Balance 7')
    const line = await balance.connect()
    await line.say(balance.heartbeat())
    deviceId = balance.deviceId
    await put(deviceId, { approvers: 2 })
    const made = await asked()
    await answer(clara, made)
    await answer(marc, await seenBy(marc, made))
    const opened = await Promise.all(Array.from({ length: 20 }, () => anna.post(`/api/requests/${made.id}/session`)))
    expect(opened.filter(({ status }) => status === 201)).toHaveLength(1)
  })
})
