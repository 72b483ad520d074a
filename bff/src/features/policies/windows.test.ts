import { Orders } from '@gatehouse/shared/agent/messages'
import { plainRule, type Rule } from '@gatehouse/shared/policies/policy'
import { type Window, weekdays } from '@gatehouse/shared/policies/windows'
import { wallAt } from '@gatehouse/shared/policies/zone-clock'
import type { Page } from '@gatehouse/shared/views/basics'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import type { ExplainView, PolicyVersionView, PolicyView } from '@gatehouse/shared/views/policies'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { and, eq, sql } from 'drizzle-orm'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '../../kernel/clock.ts'
import { manyDevices } from '../../testing/devices.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { type Scene, sceneOf } from '../../testing/scene.ts'
import { answer, ask, goLive } from '../../testing/sessions.ts'
import { signalsOf } from '../../testing/signals.ts'
import { ordersWanted } from '../devices/door.ts'
import { device as deviceTable } from '../devices/tables.ts'
import { signOrders } from '../gateway/orders.ts'
import { watchTheClock } from '../relay/jobs.ts'
import { relayOf } from '../relay/relay.ts'
import { policyLevel, policyVersion } from './tables.ts'

let h: TestHouse
let anna: Visitor
let clara: Visitor
let scene: Scene
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(() => h.close())
// The clock is moved by minutes: whoever is in the scene has shown anew who he is.
beforeEach(async () => {
  ;[anna, clara] = await Promise.all([h.as('technician'), h.as('approver')])
  scene = sceneOf(h, anna, clara)
})

interface Refusal {
  error: { code: string; fields?: Record<string, string> }
}
const codeOf = (one: { status: number; body: unknown }) => [one.status, (one.body as Refusal).error?.code]
const policyOf = async () => (await clara.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body
const put = async (level: string, id: string, rule: unknown) =>
  clara.send<Refusal & { version: number }>('PUT', `/api/customers/${helvetia}/policy/${level}/${id}`, {
    rules: rule === undefined ? {} : { 'session.terminal': rule },
    version: (await policyOf()).version,
  })
/** The whole minute that begins within a minute after `n` minutes from now. */
const inMinutes = (n: number) => Math.floor(h.clock.now() / minutes(1) + n + 1) * minutes(1)
const wallTime = (at: number) => new Date(wallAt('Europe/Zurich', at) ?? 0).toISOString().slice(11, 16)
/** A window of every day between these two moments of today in Basel. */
const window = (from: number, until: number): Window => ({
  from: wallTime(from),
  to: wallTime(until),
  weekdays: [...weekdays],
  dates: [],
  except: [],
})
const openUntil = (until: number, more: Partial<Rule> = {}): Rule =>
  plainRule('never', { inside: 'ask', windows: [window(until - hours(3), until)], ...more })
const openFrom = (from: number, more: Partial<Rule> = {}): Rule =>
  plainRule('never', { inside: 'ask', windows: [window(from, from + hours(3))], ...more })
const explained = async (deviceId: string, more = '', by = anna) =>
  (await by.get<ExplainView>(`/api/devices/${deviceId}/explain?activity=session.terminal${more}`)).body

describe('AP10 a window', () => {
  test('that is shut refuses, says when it opens, and lets be asked for then', async () => {
    const { device } = await scene.connected()
    const from = inMinutes(60)
    expect((await put('device', device.deviceId, openFrom(from))).status).toBe(200)
    expect(codeOf(await ask(h, anna, device.deviceId))).toEqual([403, 'policy_closed'])
    const shown = (await anna.get<DeviceView>(`/api/devices/${device.deviceId}`)).body
    expect(shown.may['session.terminal']).toMatchObject({ ok: false, because: 'policy_closed', nextAt: from })
    const made = (await ask(h, anna, device.deviceId, { wantedStart: from + minutes(5) })).body
    expect(made).toMatchObject({
      state: 'waiting',
      openings: [{ activity: 'session.terminal', from, until: from + hours(3), graceMinutes: 0 }],
    })
    // Not approved for a time at which it is shut.
    const notBefore = from + hours(4)
    expect(codeOf(await answer(clara, made, { notBefore }))).toEqual([403, 'policy_closed'])
    const approved = (await answer(clara, made)).body
    expect(approved.state).toBe('approved')
    expect(approved.may.open).toMatchObject({ ok: false })
  })

  test('is explained with the rule, the end, and the next five openings, now and at any other time', async () => {
    const { device } = await scene.connected()
    const until = inMinutes(30)
    await put('device', device.deviceId, openUntil(until))
    const now = await explained(device.deviceId, '', clara)
    expect(now.policy).toMatchObject({ answer: 'ask', level: 'device', until, opening: null, zone: 'Europe/Zurich' })
    expect(now.policy?.openings).toHaveLength(5)
    expect(now.policy?.openings[0]).toMatchObject({ from: until - hours(3), until })
    expect(now.policy?.rule).toEqual(openUntil(until))
    const later = await explained(device.deviceId, `&at=${until}`)
    expect(later).toMatchObject({ at: until, verdict: { ok: false, because: 'policy_closed' } })
    expect(later.policy).toMatchObject({ answer: 'never', opening: { from: later.policy?.openings[0]?.from } })
    // Whoever may not see the policy is told what it says, and not the rule itself.
    await regrant(h, 'outsider', [{ activities: ['device.view', 'session.terminal'], scope: { kind: 'all' } }])
    const tom = await explained(device.deviceId, '', await h.as('outsider'))
    expect(tom.policy).toMatchObject({ answer: 'ask', until, rule: null })
    const iso = encodeURIComponent(new Date(until - 1).toISOString().replace('Z', '+00:00'))
    expect((await explained(device.deviceId, `&at=${iso}`)).policy?.answer).toBe('ask')
  })

  test('that closes ends what is live on the second, and says so', async () => {
    const { device, line } = await scene.connected()
    const until = inMinutes(3)
    await put('device', device.deviceId, openUntil(until))
    const live = await goLiveOn(device, line)
    expect(live.session.endsAt).toBe(until)
    h.clock.moveTo(until - seconds(3))
    await relayOf(h.house).reviewAll()
    expect((await scene.seen(live.session.id)).state).toBe('live')
    h.clock.moveTo(until)
    const begun = performance.now()
    await watchTheClock.run(h.house)
    const [writer, ended] = await Promise.all([live.writer.closed, live.device.closed])
    expect(Math.max(writer.at, ended.at) - begun).toBeLessThan(1_000)
    expect(writer).toMatchObject({ code: 4000, reason: 'window_closed' })
    expect((await scene.seen(live.session.id)).causeSays).toBe("The time window of the customer's policy closed")
    // The approval has not outlived it.
    const request = (await anna.get<RequestView>(`/api/requests/${live.session.requestId}`)).body
    expect(request.may.open.ok).toBe(false)
  })

  test('gives what is live its grace, in which nothing begins', async () => {
    const { device, line } = await scene.connected()
    const until = inMinutes(2)
    await put('device', device.deviceId, openUntil(until, { graceMinutes: 5 }))
    const second = (await ask(h, anna, device.deviceId)).body
    await answer(clara, second)
    const live = await goLiveOn(device, line)
    expect(live.session.endsAt).toBe(until + minutes(5))
    h.clock.moveTo(until + minutes(4))
    await relayOf(h.house).reviewAll()
    expect((await scene.seen(live.session.id)).state).toBe('live')
    expect(codeOf(await anna.post(`/api/requests/${second.id}/session`))).toEqual([403, 'policy_closed'])
    expect(codeOf(await ask(h, anna, device.deviceId))).toEqual([403, 'policy_closed'])
    h.clock.moveTo(until + minutes(5))
    await watchTheClock.run(h.house)
    expect(await live.writer.closed).toMatchObject({ reason: 'window_closed' })
  })

  test('that is made shorter while something is live ends it at once', async () => {
    const { device, line } = await scene.connected()
    await put('device', device.deviceId, openUntil(inMinutes(30)))
    const live = await goLiveOn(device, line)
    const begun = performance.now()
    await put('device', device.deviceId, openFrom(inMinutes(10)))
    expect(await live.writer.closed).toMatchObject({ reason: 'window_closed' })
    expect((await live.device.closed).at - begun).toBeLessThan(2_000)
  })

  test('in which the policy approves by itself bounds what it approved', async () => {
    const { device } = await scene.connected()
    const until = inMinutes(4)
    await put('device', device.deviceId, openUntil(until, { inside: 'always', outside: 'ask' }))
    const made = (await ask(h, anna, device.deviceId)).body
    expect(made).toMatchObject({ state: 'approved', decision: { by: "The customer's policy", useBefore: until } })
    h.clock.moveTo(until)
    expect(codeOf(await anna.post(`/api/requests/${made.id}/session`))[0]).toBeGreaterThanOrEqual(400)
    // A change of the policy takes back what only the policy had approved.
    await put('device', device.deviceId, plainRule('always'))
    const other = (await ask(h, anna, device.deviceId)).body
    expect(other.state).toBe('approved')
    await put('device', device.deviceId, plainRule('ask'))
    expect(codeOf(await anna.post(`/api/requests/${other.id}/session`))).toEqual([403, 'approval_needed'])
  })
})

const goLiveOn = async (device: Parameters<typeof goLive>[1]['device'], line: Parameters<typeof goLive>[1]['line']) =>
  goLive(h, { technician: anna, approver: clara, device, line })

describe('the longest session', () => {
  test('is told in words to whoever asks for more, and ends what is live when it becomes shorter', async () => {
    const { device, line } = await scene.connected()
    await put('device', device.deviceId, plainRule('ask', { longestMinutes: 30 }))
    const refused = await ask(h, anna, device.deviceId, { minutes: 31 })
    expect([codeOf(refused), (refused.body as unknown as Refusal).error.fields]).toEqual([
      [422, 'invalid_input'],
      { minutes: 'The policy allows 30 minutes at the longest.' },
    ])
    const live = await goLive(h, { technician: anna, approver: clara, device, line }, { minutes: 30 })
    h.clock.advance(minutes(6))
    await put('device', device.deviceId, plainRule('ask', { longestMinutes: 5 }))
    expect(await live.writer.closed).toMatchObject({ reason: 'policy' })
  })
})

describe('what cannot be put in place', () => {
  test.each<[string, unknown, string]>([
    ['a window without an end', { ...openUntil(0), windows: [{ ...window(0, hours(1)), to: '' }] }, 'windows.0.to'],
    ['two answers without a window', { ...plainRule('ask'), inside: 'always' }, 'windows'],
    [
      'a day that does not exist',
      openUntil(0, { windows: [{ ...window(0, 1e7), except: ['2026-02-30'] }] }),
      'windows.0.except.0',
    ],
    ['a session of a week', plainRule('ask', { longestMinutes: 10_080 }), 'longestMinutes'],
  ])('%s is refused in words', async (_, rule, field) => {
    const refused = await put('customer', helvetia, rule)
    expect(codeOf(refused)).toEqual([422, 'invalid_input'])
    expect(Object.keys(refused.body.error.fields ?? {})).toEqual([`rules.session.terminal.${field}`])
  })
})

describe('versions', () => {
  test('AZ03 every change is kept: who, as far as one may see him, when, what it said before and after', async () => {
    const [device] = await manyDevices(h, 1)
    const deviceId = device?.deviceId ?? ''
    const until = inMinutes(60)
    const { version } = await policyOf()
    await put('device', deviceId, openUntil(until))
    await put('device', deviceId, undefined)
    const path = `/api/customers/${helvetia}/policy/history`
    const first = (await clara.get<Page<PolicyVersionView>>(`${path}?limit=1`)).body
    expect(first.rows).toMatchObject([{ version: version + 2, by: 'Clara Meier', level: 'device', after: {} }])
    const next = (await clara.get<Page<PolicyVersionView>>(`${path}?limit=1&cursor=${first.next}`)).body
    expect(next.rows).toMatchObject([
      {
        version: version + 1,
        levelId: deviceId,
        before: {},
        after: { 'session.terminal': openUntil(until) },
        change: expect.stringMatching(/^Type in a terminal on a device: “as above” → “ask every day .*, else never”$/),
      },
    ])
    expect(codeOf(await (await h.as('reader')).get(path))).toEqual([403, 'not_granted'])
    await regrant(h, 'reader', [{ activities: ['device.view', 'policy.view'], scope: { kind: 'all' } }])
    const unnamed = (await (await h.as('reader')).get<Page<PolicyVersionView>>(`${path}?limit=1`)).body
    expect(unnamed.rows).toEqual([{ ...first.rows[0], by: 'Somebody of Helvetia Pharma' }])
    // The application itself cannot rewrite what was said.
    for (const statement of [
      h.house.db.update(policyVersion).set({ changedByName: 'Nobody' }),
      h.house.db.delete(policyVersion),
    ])
      await expect(statement).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})

describe('what an agent is handed', () => {
  test('is the policy with its windows, its zone, and an answer that agents of the first version understand', async () => {
    const [device] = await manyDevices(h, 1)
    const deviceId = device?.deviceId ?? ''
    const rule = openUntil(inMinutes(60))
    await put('device', deviceId, rule)
    const claims = decodeJwt(await signOrders(h.house, h.house.db, deviceId, 7))
    expect(claims.policy).toContainEqual({
      level: 'device',
      zone: 'Europe/Zurich',
      rules: { 'session.terminal': { ...rule, answer: 'never' } },
    })
    expect(Orders.parse(claims).policy.find(({ level }) => level === 'device')?.rules).toEqual({
      'session.terminal': rule,
    })
  })

  test('AP12 rules that cannot be read allow nothing, here and there', async () => {
    const [device] = await manyDevices(h, 1)
    const deviceId = device?.deviceId ?? ''
    const rules = { 'session.terminal': { answer: 'always', fromAnotherAge: true } }
    await h.house.db.insert(policyLevel).values({ customerId: helvetia, level: 'device', levelId: deviceId, rules })
    expect((await explained(deviceId)).verdict).toMatchObject({ ok: false, because: 'policy_never' })
    const { policy } = Orders.parse(decodeJwt(await signOrders(h.house, h.house.db, deviceId, 1)))
    expect(policy.find(({ level }) => level === 'device')?.rules['session.terminal']).toMatchObject({
      inside: 'never',
      outside: 'never',
      locked: true,
    })
    await h.house.db
      .delete(policyLevel)
      .where(and(eq(policyLevel.customerId, helvetia), eq(policyLevel.levelId, deviceId)))
  })
})

describe('the zone of a site', () => {
  const zoneOf = (zone: string, by: Visitor) =>
    by.send<Refusal>('PATCH', `/api/customers/${helvetia}/sites/${h.seeded.sites.Cork}`, { zone })
  const cork = async () => {
    const [row] = await h.house.db
      .select({ n: sql<number>`sum(${ordersWanted})::int` })
      .from(deviceTable)
      .where(eq(deviceTable.siteId, h.seeded.sites.Cork ?? ''))
    return row?.n ?? 0
  }

  test('is a part of the policy where rules go by the clock: only who may change that changes it', async () => {
    await manyDevices(h, 1, 'Weighing line 3')
    await regrant(h, 'outsider', [{ activities: ['customer.view', 'customer.edit'], scope: { kind: 'all' } }])
    const tom = await h.as('outsider')
    await h.house.db.delete(policyLevel).where(eq(policyLevel.level, 'device'))
    const before = await cork()
    expect((await zoneOf('Europe/London', tom)).status).toBe(200)
    expect(await cork()).toBeGreaterThan(before)
    expect((await put('site', h.seeded.sites.Cork ?? '', openUntil(inMinutes(30)))).status).toBe(200)
    expect(codeOf(await zoneOf('Europe/Lisbon', tom))).toEqual([403, 'not_granted'])
    await regrant(h, 'outsider', [
      { activities: ['customer.view', 'customer.edit', 'policy.edit'], scope: { kind: 'all' } },
    ])
    const signals = await signalsOf(h.house, async () => {
      expect((await zoneOf('Europe/Lisbon', await h.as('outsider'))).status).toBe(200)
    })
    expect(signals).toContainEqual({ kind: 'policy', customerId: helvetia })
    await put('site', h.seeded.sites.Cork ?? '', undefined)
  })
})

describe('why somebody else may or may not', () => {
  test('is told of people one may see, as they are now', async () => {
    const [device] = await manyDevices(h, 1)
    const deviceId = device?.deviceId ?? ''
    const of = (who: keyof typeof h.seeded.people) => `&person=${h.seeded.people[who]}`
    const ruth = await h.as('administrator')
    expect(await explained(deviceId, of('technician'), ruth)).toMatchObject({
      person: { name: 'Anna Keller' },
      verdict: { ok: false, because: 'approval_needed' },
    })
    expect((await explained(deviceId, of('auditor'), ruth)).verdict).toMatchObject({ because: 'not_granted' })
    const made = (await ask(h, anna, deviceId)).body
    await answer(clara, made)
    expect((await explained(deviceId, of('technician'), ruth)).verdict).toEqual({ ok: true })
    expect((await explained(deviceId, `${of('technician')}&at=${h.clock.now() + hours(30)}`, ruth)).verdict.ok).toBe(
      false,
    )
  })

  test('AZ03 and of others like of nobody; nor for a time that is far away', async () => {
    const path = `/api/devices/${h.seeded.devices['Balance 7']}/explain?activity=session.terminal`
    const people = [h.seeded.people.outsider, h.seeded.people.otherApprover, '01a2003b-0000-7000-8000-000000000000']
    for (const person of people) expect(codeOf(await clara.get(`${path}&person=${person}`))).toEqual([404, 'not_found'])
    expect((await clara.get(`${path}&person=${h.seeded.people.approver}`)).status).toBe(200)
    for (const wrong of ['&person=x', '&at=', '&at=soon', '&at=-1', '&at=99999999999999', '&at=2026-03-29T02:30'])
      expect([wrong, codeOf(await clara.get(path + wrong))]).toEqual([wrong, [422, 'invalid_input']])
  })
})
