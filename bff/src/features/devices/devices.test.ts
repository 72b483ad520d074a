import { randomUUID } from 'node:crypto'
import { activities, activityNames } from '@gatehouse/shared/activities'
import type { Named, Page } from '@gatehouse/shared/views/basics'
import type { DeviceRow, DeviceView, EnrolmentCodeView } from '@gatehouse/shared/views/devices'
import type { ModelView } from '@gatehouse/shared/views/models'
import { and, eq, isNull } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { demoModels } from '../../demo/models.ts'
import { hours, minutes } from '../../kernel/clock.ts'
import { newId } from '../../kernel/ids.ts'
import { eventsOf, storyOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { signalsOf } from '../../testing/signals.ts'
import { policyLevel } from '../policies/tables.ts'
import { approval, request } from '../requests/tables.ts'
import { session } from '../sessions/tables.ts'
import { newCode } from './codes.ts'
import { hashCode, normaliseCode, ordersVersionOf, raiseOrders } from './door.ts'
import { device, deviceLink, enrolmentCode } from './tables.ts'

interface Refusal {
  error: { code: string; fields?: Record<string, string>; state?: string }
}

let h: TestHouse
let ruth: Visitor
let helvetia: string
let lakes: string
beforeAll(async () => {
  h = await openTestHouse()
  ruth = await h.as('administrator')
  helvetia = h.seeded.customers['Helvetia Pharma']
  lakes = h.seeded.customers['Great Lakes Foods']
})
afterAll(() => h.close())

const sited = (name: string) => h.seeded.sites[name] ?? ''
const fields = (more: object = {}) => ({
  name: 'Balance 12',
  serial: randomUUID(),
  siteId: sited('Basel'),
  modelId: h.seeded.models.balance,
  tags: ['new'],
  ...more,
})
const add = async (more: object = {}): Promise<string> => {
  const answer = await ruth.post<Named>(`/api/customers/${helvetia}/devices`, fields(more))
  expect(answer.status).toBe(201)
  return answer.body.id
}
const setState = (id: string, state: 'awaiting_enrolment' | 'active' | 'revoked') =>
  h.house.db.update(device).set({ state }).where(eq(device.id, id))
const versionOf = (id: string) => ordersVersionOf(h.house.db, id)
const rowOf = async (id: string) => {
  const [row] = await h.house.db.select().from(device).where(eq(device.id, id))
  if (!row) throw new Error('no such device')
  return row
}

describe('adding a device', () => {
  test('A9 lets it wait for its enrolment, lists it, and leaves an event', async () => {
    let id = ''
    const events = await eventsOf(h.house, async () => {
      id = await add({ name: '  Balance 12 ', tags: ['new', 'new', 'old'] })
    })
    expect(events.map((one) => [one.actorName, one.says, one.deviceId, one.customerName])).toEqual([
      ['Ruth Vogel', 'Added Balance 12', id, 'Helvetia Pharma'],
    ])
    const { body } = await ruth.get<DeviceView>(`/api/devices/${id}`)
    expect(body).toMatchObject({
      name: 'Balance 12',
      state: 'awaiting_enrolment',
      connection: 'never',
      tags: ['new', 'old'],
      site: { name: 'Basel', zone: 'Europe/Zurich' },
      usableApproval: null,
      session: null,
    })
    expect((await ruth.get<Page<DeviceRow>>(`/api/devices?search=${body.serial}`)).body.rows).toHaveLength(1)
  })

  test('AZ05 foreign sites and models answer like those that do not exist', async () => {
    await regrant(h, 'approver', [
      { activities: ['customer.view', 'device.view', 'device.add'], scope: { kind: 'all' } },
    ])
    const clara = await h.as('approver')
    const hidden = await ruth.post<Named>('/api/models', {
      name: 'Nobody has one yet',
      maker: 'Alpenwerk',
      declaration: demoModels.balance.declaration,
    })
    const ask = async (more: object) => {
      const { status, body } = await clara.post<Refusal>(`/api/customers/${helvetia}/devices`, fields(more))
      return [status, body.error.code, body.error.fields]
    }
    const noSite = [422, 'invalid_input', { siteId: 'There is no such site.' }]
    const noModel = [422, 'invalid_input', { modelId: 'There is no such model.' }]
    expect(await ask({ siteId: sited('Milwaukee') })).toEqual(noSite)
    expect(await ask({ siteId: randomUUID() })).toEqual(noSite)
    expect(await ask({ modelId: hidden.body.id })).toEqual(noModel)
    expect(await ask({ modelId: randomUUID() })).toEqual(noModel)
    expect((await clara.post(`/api/customers/${helvetia}/devices`, fields())).status).toBe(201)
  })

  test.each([
    { customerId: '00000000-0000-4000-8000-000000000000' },
    { state: 'active' },
    { id: '00000000-0000-4000-8000-000000000000' },
    { createdAt: 0 },
    { publicKey: 'x' },
    { ordersVersion: 99 },
    { removedAt: 1 },
  ])('AZ06 refuses %o', async (more) => {
    const answer = await ruth.post<Refusal>(`/api/customers/${helvetia}/devices`, fields(more))
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_input'])
    const patched = await ruth.send('PATCH', `/api/devices/${h.seeded.devices['Balance 7']}`, { name: 'x', ...more })
    expect(patched.status).toBe(422)
  })

  test('refuses a serial number that stands already, within one customer', async () => {
    const serial = randomUUID()
    await add({ serial })
    const twice = await ruth.post<Refusal>(`/api/customers/${helvetia}/devices`, fields({ serial }))
    expect([twice.status, Object.keys(twice.body.error.fields ?? {})]).toEqual([409, ['serial']])
    const elsewhere = fields({ serial, siteId: sited('Milwaukee') })
    expect((await ruth.post(`/api/customers/${lakes}/devices`, elsewhere)).status).toBe(201)
  })

  test('AP12 nothing that acts is allowed on it where its customer has said nothing', async () => {
    const fresh = await ruth.post<Named>('/api/customers', { name: 'Newcomer AG' })
    const at = await ruth.post<Named>(`/api/customers/${fresh.body.id}/sites`, { name: 'Bern', zone: 'Europe/Zurich' })
    const made = await ruth.post<Named>(`/api/customers/${fresh.body.id}/devices`, fields({ siteId: at.body.id }))
    await regrant(h, 'outsider', [
      {
        activities: [
          'device.view',
          'session.terminal',
          'action.fetch_log',
          'action.restart_agent',
          'action.set_setting',
        ],
        scope: { kind: 'customers', ids: [fresh.body.id] },
      },
    ])
    const { body } = await (await h.as('outsider')).get<DeviceView>(`/api/devices/${made.body.id}`)
    for (const activity of [
      'session.terminal',
      'action.fetch_log',
      'action.restart_agent',
      'action.set_setting',
    ] as const)
      expect(body.may[activity]).toMatchObject({ ok: false, because: 'policy_never' })
    expect(body.may['device.view']).toEqual({ ok: true })
  })
})

describe('changing a device', () => {
  const patch = (id: string, body: object, by: Visitor = ruth) => by.send<Refusal>('PATCH', `/api/devices/${id}`, body)

  test('names what changed in the log, and tells the pages of both places', async () => {
    const id = await add()
    const signals: unknown[] = []
    const events = await eventsOf(h.house, async () => {
      signals.push(
        ...(await signalsOf(h.house, async () => {
          const answer = await patch(id, { name: 'Balance 13', siteId: sited('Cork'), tags: [] })
          expect([answer.status, answer.body]).toEqual([200, { id, name: 'Balance 13' }])
        })),
      )
    })
    expect(events.map((one) => one.says)).toEqual([
      'Changed Balance 12: name: “Balance 12” → “Balance 13”; site: “Basel” → “Cork”; tags: “new” → “”',
    ])
    expect(signals.map((one) => (one as { device: { siteId: string } }).device.siteId)).toEqual([
      sited('Basel'),
      sited('Cork'),
    ])
  })

  test('a move gives it new orders, which a connected device gets at once', async () => {
    const id = await add()
    await h.house.db.update(deviceLink).set({ connected: true }).where(eq(deviceLink.deviceId, id))
    const before = await versionOf(id)
    expect(await signalsOf(h.house, () => patch(id, { name: 'Only a name' }))).not.toContainEqual({
      kind: 'deliver',
      deviceId: id,
    })
    expect(await signalsOf(h.house, () => patch(id, { siteId: sited('Cork') }))).toContainEqual({
      kind: 'deliver',
      deviceId: id,
    })
    expect(await versionOf(id)).toBe(before + 1)
  })

  test('moved from a site whose orders were raised more often, it gets newer ones all the same', async () => {
    const id = await add()
    const { db } = h.house
    for (let i = 0; i < 3; i++) await db.transaction((tx) => raiseOrders(tx, { siteId: sited('Basel') }))
    const before = await versionOf(id)
    expect((await patch(id, { siteId: sited('Cork') })).status).toBe(200)
    expect(await versionOf(id)).toBe(before + 1)
    expect((await patch(id, { siteId: sited('Basel') })).status).toBe(200)
    expect(await versionOf(id)).toBeGreaterThan(before + 1)
  })

  test('AZ05 it cannot be moved to a site of another customer', async () => {
    const id = await add()
    const [foreign, absent] = [
      await patch(id, { siteId: sited('Milwaukee') }),
      await patch(id, { siteId: randomUUID() }),
    ]
    expect([foreign.status, foreign.body.error.fields]).toEqual([absent.status, absent.body.error.fields])
    expect(foreign.status).toBe(422)
    await expect(
      h.house.db
        .update(device)
        .set({ siteId: sited('Milwaukee') })
        .where(eq(device.id, id)),
    ).rejects.toMatchObject({ cause: { constraint_name: 'device_customer_id_site_id_site_customer_id_id_fk' } })
  })

  test('AZ08 nobody gains rights by a tag or a move', async () => {
    const id = await add()
    await regrant(h, 'outsider', [
      { activities: ['device.view', 'device.edit'], scope: { kind: 'customers', ids: [helvetia] } },
      { activities: ['session.terminal'], scope: { kind: 'tags', tags: ['mine'] } },
      { activities: ['action.fetch_log'], scope: { kind: 'sites', ids: [sited('Cork')] } },
    ])
    const tom = await h.as('outsider')
    for (const body of [{ tags: ['mine'] }, { siteId: sited('Cork') }]) {
      const answer = await patch(id, body, tom)
      expect([answer.status, answer.body.error.code]).toEqual([403, 'not_granted'])
    }
    expect((await patch(id, { name: 'Renamed', tags: ['other'] }, tom)).status).toBe(200)
    expect(await rowOf(id)).toMatchObject({ name: 'Renamed', tags: ['other'], siteId: sited('Basel') })
  })

  test("a move never loosens the customer's policy, but by those who may change it", async () => {
    const id = await add()
    const levelId = sited('Cork')
    const rules = { 'session.terminal': { answer: 'always' as const, locked: false } }
    await h.house.db.insert(policyLevel).values({ customerId: helvetia, level: 'site', levelId, rules })
    expect((await patch(id, { siteId: levelId })).body.error.code).toBe('not_granted')
    await regrant(h, 'reader', [{ activities: ['device.view', 'device.edit', 'policy.edit'], scope: { kind: 'all' } }])
    expect((await patch(id, { siteId: levelId }, await h.as('reader'))).status).toBe(200)
    // Back to the stricter site, whoever moves it.
    expect((await patch(id, { siteId: sited('Basel') })).status).toBe(200)
    await h.house.db.delete(policyLevel).where(and(eq(policyLevel.level, 'site'), eq(policyLevel.levelId, levelId)))
  })
})

describe('AG03 an enrolment code', () => {
  const issue = (id: string) => ruth.post<EnrolmentCodeView & Refusal>(`/api/devices/${id}/enrolment-code`)

  test('has 75 bits, can be read out, and is found again however it was typed', () => {
    const codes = new Set(Array.from({ length: 500 }, newCode))
    expect(codes.size).toBe(500)
    for (const code of codes) {
      expect(code).toMatch(/^GH(-[0-9A-HJKMNP-TV-Z]{5}){3}$/)
      const sloppy = code.slice(3).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' ')
      expect(normaliseCode(sloppy)).toBe(code)
      expect(hashCode(` ${code} `)).toBe(hashCode(code.replaceAll('-', '')))
    }
    expect(new Set([...codes].flatMap((code) => [...code.slice(3).replaceAll('-', '')])).size).toBe(32)
    for (const wrong of [
      '',
      'GH',
      'GH-00000-00000-0000',
      'GH-00000-00000-0000U',
      `GH-${'0'.repeat(16)}`,
      '😀'.repeat(8),
    ])
      expect(hashCode(wrong)).toBeUndefined()
  })

  test('is shown once, kept as a hash, and makes the one before it worthless', async () => {
    const id = await add()
    const first = await issue(id)
    h.clock.advance(minutes(1))
    const second = await issue(id)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.expiresAt - h.clock.now()).toBeLessThanOrEqual(hours(24))
    expect(second.body.expiresAt - h.clock.now()).toBeGreaterThan(hours(24) - minutes(1))
    const rows = await h.house.db.select().from(enrolmentCode).where(eq(enrolmentCode.deviceId, id))
    const good = rows.filter((row) => row.expiresAt > h.clock.now())
    expect(good.map((row) => row.codeHash)).toEqual([hashCode(second.body.code)])
    const [all] = await h.house.db.execute<{ text: string }>(
      'select (select jsonb_agg(e) from enrolment_code e)::text || (select jsonb_agg(a) from audit_line a)::text as text',
    )
    expect(all?.text).not.toContain(second.body.code)
    expect((await storyOf(h.house, id)).at(-1)).toMatch(
      /^Ruth Vogel: Gave out an enrolment code for Balance 12, good until 20/,
    )
  })

  test('two asked for at once leave one that is good', async () => {
    const id = await add()
    await Promise.all([issue(id), issue(id), issue(id), issue(id)])
    const rows = await h.house.db.select().from(enrolmentCode).where(eq(enrolmentCode.deviceId, id))
    expect(rows.filter((row) => row.expiresAt > h.clock.now() && row.usedAt === null)).toHaveLength(1)
    expect(rows).toHaveLength(4)
  })

  test.each([
    ['active', 'wrong_state'],
    ['revoked', 'device_revoked'],
  ] as const)('is not given out for a device that is %s', async (state, code) => {
    const id = await add()
    await setState(id, state)
    const answer = await issue(id)
    expect([answer.status, answer.body.error.code]).toEqual([409, code])
    const { body } = await ruth.get<DeviceView>(`/api/devices/${id}`)
    expect(body.may['device.enrol']).toMatchObject({ ok: false, because: code })
  })
})

describe('AG11 revoking a device', () => {
  const revoke = (id: string, body: object = { reason: 'stolen' }) =>
    ruth.post<Refusal>(`/api/devices/${id}/revoke`, body)

  test('cuts it off, kills its codes, and cannot be undone', async () => {
    const id = await add()
    await ruth.post(`/api/devices/${id}/enrolment-code`)
    await setState(id, 'active')
    const signals = await signalsOf(h.house, async () => expect((await revoke(id)).status).toBe(200))
    expect(signals).toContainEqual({ kind: 'cut_device', deviceId: id })
    expect((await storyOf(h.house, id)).at(-1)).toBe('Ruth Vogel: Revoked the identity of Balance 12: stolen')
    const codes = await h.house.db.select().from(enrolmentCode).where(eq(enrolmentCode.deviceId, id))
    expect(codes.every((row) => row.expiresAt <= h.clock.now())).toBe(true)
    const again = await revoke(id)
    expect([again.status, again.body.error.code]).toEqual([409, 'device_revoked'])
    const { body } = await ruth.get<DeviceView>(`/api/devices/${id}`)
    expect([body.state, body.may['device.revoke']]).toMatchObject(['revoked', { ok: false }])
  })

  test('AP08 ends its session at once', async () => {
    const id = await add()
    await setState(id, 'active')
    const { sessionId } = await openSession(id)
    expect((await ruth.get<DeviceView>(`/api/devices/${id}`)).body).toMatchObject({
      liveSession: true,
      session: { id: sessionId, technician: { name: 'Anna Keller' }, state: 'opening' },
    })
    expect((await revoke(id)).status).toBe(200)
    const [row] = await h.house.db.select().from(session).where(eq(session.id, sessionId))
    expect([row?.state, row?.cause]).toEqual(['ended', 'device_revoked'])
    expect((await ruth.get<DeviceView>(`/api/devices/${id}`)).body).toMatchObject({ liveSession: false, session: null })
  })

  test('wants a reason', async () => {
    const id = await add()
    for (const body of [
      {},
      { reason: ' ' },
      { reason: 'x'.repeat(301) },
      { reason: 'a\nb' },
      { reason: 'ok', state: 'active' },
    ])
      expect((await revoke(id, body)).status).toBe(422)
    expect((await rowOf(id)).state).toBe('awaiting_enrolment')
  })
})

describe('removing a device', () => {
  test('S9 hides it from every list, and keeps its history', async () => {
    const id = await add({ name: 'To be removed' })
    const { serial } = await rowOf(id)
    expect((await ruth.send('DELETE', `/api/devices/${id}`)).status).toBe(200)
    expect((await ruth.get<Page<DeviceRow>>(`/api/devices?search=${serial}`)).body.rows).toEqual([])
    expect((await ruth.send('DELETE', `/api/devices/${id}`)).status).toBe(404)
    const history = await ruth.get<Page<{ says: string }>>(`/api/devices/${id}/audit`)
    expect(history.body.rows.map((row) => row.says)).toContain('Removed To be removed')
    // Its successor has the same serial number.
    await add({ serial })
  })

  test('AL06 AL07 its page tells its history to those who might see it, and opens nothing', async () => {
    const id = await add({ name: 'Gone' })
    const [marc, stranger] = await Promise.all([h.as('colleague'), h.as('otherApprover')])
    const path = `/api/devices/${id}`
    expect((await marc.get<DeviceView>(path)).body).toMatchObject({ removed: false })
    await ruth.send('DELETE', path)
    for (const visitor of [ruth, marc]) {
      const { status, body } = await visitor.get<DeviceView>(path)
      expect([status, body.name, body.removed, body.usableApproval]).toEqual([200, 'Gone', true, null])
      const open = activityNames.filter((name) => activities[name].on === 'device' && body.may[name].ok)
      for (const activity of open)
        expect(['device.view', 'audit.view', 'audit.export', 'recording.view']).toContain(activity)
      for (const list of ['audit', 'requests', 'sessions'])
        expect((await visitor.get(`${path}/${list}`)).status, list).toBe(200)
      for (const part of ['values', 'alarms', 'actions', 'approvers', 'explain?activity=session.terminal'])
        expect((await visitor.get(`${path}/${part}`)).status, part).toBe(404)
    }
    const { may } = (await ruth.get<DeviceView>(path)).body
    for (const activity of ['device.edit', 'device.enrol', 'device.revoke'] as const)
      expect(may[activity]).toMatchObject({ ok: false, because: 'device_removed' })
    for (const part of ['', '/audit', '/requests', '/sessions'])
      expect((await stranger.get(path + part)).status, part).toBe(404)
    expect((await ruth.send('PATCH', path, { name: 'Back' })).status).toBe(404)
    expect((await ruth.post(`${path}/enrolment-code`)).status).toBe(404)
  })

  test('is refused while it has an identity', async () => {
    const id = await add()
    await setState(id, 'active')
    const answer = await ruth.send<Refusal>('DELETE', `/api/devices/${id}`)
    expect([answer.status, answer.body.error.code, answer.body.error.state]).toEqual([409, 'wrong_state', 'active'])
    await setState(id, 'revoked')
    expect((await ruth.send('DELETE', `/api/devices/${id}`)).status).toBe(200)
  })
})

/** An approved request of Anna's on a device with its session, as the rooms of requests and sessions would leave it. */
const openSession = async (deviceId: string) => {
  const { db, clock } = h.house
  const at = clock.now()
  const [requestId, approvalId, sessionId] = [newId(), newId(), newId()]
  const of = { customerId: helvetia, deviceId, technicianId: h.seeded.people.technician }
  const activities = ['session.terminal' as const]
  await db.insert(request).values({
    ...of,
    id: requestId,
    technicianName: 'Anna Keller',
    activities,
    reason: 'drift',
    caseNumber: 'C-1',
    wantedStart: at,
    minutes: 30,
    madeAt: at,
    answerBefore: at + hours(1),
    hash: '0'.repeat(64),
    state: 'waiting',
  })
  await db.insert(approval).values({
    ...of,
    id: approvalId,
    requestId,
    activities,
    notBefore: at,
    useBefore: at + hours(1),
    minutes: 30,
  })
  await db.insert(session).values({
    ...of,
    id: sessionId,
    approvalId,
    requestId,
    technicianName: 'Anna Keller',
    signInId: '0'.repeat(64),
    activities,
    epoch: 1,
    state: 'opening',
    openedAt: at,
    endsAt: at + hours(1),
    leaseUntil: at + hours(1),
  })
  return { requestId, approvalId, sessionId }
}

describe('the page of a device', () => {
  test('T8 says which approval may be used now, by whom it was given, and to nobody else', async () => {
    const id = await add()
    const { approvalId, requestId, sessionId } = await openSession(id)
    const anna = await h.as('technician')
    const usable = async (by: Visitor) => (await by.get<DeviceView>(`/api/devices/${id}`)).body.usableApproval
    expect(await usable(anna)).toMatchObject({ requestId, activities: ['session.terminal'] })
    expect(await usable(await h.as('auditor'))).toBeNull()
    const set = (to: Partial<typeof approval.$inferInsert>) =>
      h.house.db.update(approval).set(to).where(eq(approval.id, approvalId))
    const now = h.clock.now()
    for (const spoiled of [
      { sessionId },
      { revokedAt: 1 },
      { notBefore: now + hours(1) },
      { useBefore: now },
      { startedAt: now - hours(1), endsAt: now },
      { activities: ['action.fetch_log' as const] },
    ]) {
      const [whole] = await h.house.db.select().from(approval).where(eq(approval.id, approvalId))
      await set(spoiled)
      expect([spoiled, await usable(anna)]).toEqual([spoiled, null])
      await set(whole ?? {})
    }
    await set({ startedAt: now, endsAt: now + hours(1) })
    expect(await usable(anna)).toMatchObject({ requestId })
  })
})

describe('A8 models', () => {
  const body = (more: object = {}) => ({
    name: `Model ${randomUUID()}`,
    maker: 'Alpenwerk',
    declaration: demoModels.balance.declaration,
    ...more,
  })
  let id: string
  beforeEach(async () => {
    id = (await ruth.post<Named>('/api/models', body())).body.id
  })

  test('a change raises the version, the orders of their devices, and reaches those that are connected', async () => {
    const [one, other] = [await add({ modelId: id }), await add()]
    await h.house.db.update(deviceLink).set({ connected: true })
    const before = [await versionOf(one), await versionOf(other)]
    const events = await eventsOf(h.house, async () => {
      const signals = await signalsOf(h.house, async () => {
        const answer = await ruth.send('PUT', `/api/models/${id}`, body({ name: 'Changed model', version: 1 }))
        expect([answer.status, answer.body]).toEqual([200, { id, name: 'Changed model', version: 2 }])
      })
      expect(signals.filter((signal) => signal.kind === 'deliver')).toEqual([{ kind: 'deliver', deviceId: one }])
    })
    expect(events.map((event) => event.event)).toEqual(['model.changed'])
    expect([await versionOf(one), await versionOf(other)]).toEqual([Number(before[0]) + 1, before[1]])
    expect((await ruth.get<ModelView>(`/api/models/${id}`)).body).toMatchObject({ version: 2, devices: 1 })
  })

  test('two changes of the same version at once: one wins, the other is told', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => ruth.send<Refusal>('PUT', `/api/models/${id}`, body({ version: 1 }))),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409])
    expect(answers.find((answer) => answer.status === 409)?.body.error).toMatchObject({
      code: 'changed_meanwhile',
      state: '2',
    })
  })

  test('a declaration with a fault is refused where the fault is', async () => {
    const twice = {
      ...demoModels.balance.declaration,
      logs: [
        { name: 'agent', says: 'A' },
        { name: 'agent', says: 'B' },
      ],
    }
    const answer = await ruth.post<Refusal>('/api/models', body({ declaration: twice }))
    expect([answer.status, Object.keys(answer.body.error.fields ?? {})]).toEqual([422, ['declaration.logs.1.name']])
    for (const wrong of [
      { declaration: {} },
      { declaration: { ...twice, driver: 'shell' } },
      { version: 7 },
      { id: randomUUID() },
    ])
      expect((await ruth.post('/api/models', body(wrong))).status).toBe(422)
  })

  test('AZ03 customers see those of their devices, and never how many others have', async () => {
    const luis = await h.as('otherApprover')
    const { body: page } = await luis.get<Page<ModelView>>('/api/models')
    expect(page.rows.map((row) => row.name)).toEqual(['LC-400 line controller', 'XA-204 balance'])
    const [{ n } = { n: 0 }] = await h.house.db.execute<{ n: number }>(
      `select count(*)::int as n from device where removed_at is null and customer_id = '${lakes}' and model_id = '${h.seeded.models.balance}'`,
    )
    expect(page.rows[1]?.devices).toBe(n)
    expect((await luis.get(`/api/models/${id}`)).status).toBe(404)
    expect((await ruth.get(`/api/models/${id}`)).status).toBe(200)
    expect((await luis.send('PUT', `/api/models/${h.seeded.models.balance}`, body({ version: 1 }))).status).toBe(404)
  })

  test('are listed page by page', async () => {
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body: page } = await ruth.get<Page<ModelView>>(`/api/models?limit=2${cursor}`)
      seen.push(...page.rows.map((row) => row.id))
      if (!page.next) break
      cursor = `&cursor=${page.next}`
    }
    const all = await ruth.get<Page<ModelView>>('/api/models?limit=200')
    expect(seen).toEqual(all.body.rows.map((row) => row.id))
    expect(new Set(seen).size).toBe(seen.length)
  })
})

test('a device whose row exists has its link', async () => {
  const rows = await h.house.db
    .select({ id: device.id })
    .from(device)
    .leftJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .where(isNull(deviceLink.deviceId))
  expect(rows).toEqual([])
})
