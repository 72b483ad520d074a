import { randomUUID } from 'node:crypto'
import { deviceActivities } from '@gatehouse/shared/activities'
import type { Named } from '@gatehouse/shared/views/basics'
import type { ExplainView, PolicyView } from '@gatehouse/shared/views/policies'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { signalsOf } from '../../testing/signals.ts'
import { ordersVersionOf, ordersWanted } from '../devices/door.ts'
import { device, deviceLink } from '../devices/tables.ts'

interface Refusal {
  error: { code: string; state?: string; fields?: Record<string, string> }
}

let h: TestHouse
let clara: Visitor
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  clara = await h.as('approver')
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(() => h.close())

const view = async (by: Visitor = clara) => (await by.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body
const put = async (level: string, levelId: string | undefined, rules: object, more: object = {}, by: Visitor = clara) =>
  by.send<Refusal & { version: number }>('PUT', `/api/customers/${helvetia}/policy/${level}/${levelId}`, {
    rules,
    version: (await view()).version,
    ...more,
  })
const terminal = (answer: string, locked = false) => ({ 'session.terminal': { answer, locked } })
const explained = async (deviceId: string | undefined, activity: string, by: Visitor) =>
  (await by.get<ExplainView>(`/api/devices/${deviceId}/explain?activity=${activity}`)).body
const versionOf = (name: string) => ordersVersionOf(h.house.db, h.seeded.devices[name] ?? '')

describe("a customer's policy", () => {
  test('C1 a change holds at once, is one readable event, and reaches every device of the customer', async () => {
    const technician = await h.as('technician')
    const balance = h.seeded.devices['Balance 7']
    const before = await versionOf('Balance 7')
    const others = await versionOf('Packing line 1')
    await h.house.db.update(deviceLink).set({ connected: true })
    expect(await explained(balance, 'session.terminal', technician)).toMatchObject({
      activity: 'session.terminal',
      person: { name: 'Anna Keller' },
      verdict: { ok: false, because: 'approval_needed', says: "The customer's policy wants to be asked first." },
      policy: { answer: 'ask', level: 'customer' },
    })
    const events = await eventsOf(h.house, async () => {
      const signals = await signalsOf(h.house, async () => {
        expect((await put('site', h.seeded.sites.Basel, terminal('never'))).status).toBe(200)
      })
      const deliveries = ['Weighing line 3', 'Balance 7', 'Balance 11'].map((name) => ({
        kind: 'deliver',
        deviceId: h.seeded.devices[name],
      }))
      expect(signals).toContainEqual({ kind: 'policy', customerId: helvetia })
      expect(signals).toContainEqual({
        kind: 'hint',
        hint: { about: 'policy', customerId: helvetia },
        customerId: helvetia,
      })
      expect(signals.filter((one) => one.kind === 'deliver')).toEqual(expect.arrayContaining(deliveries))
      expect(signals).toHaveLength(5)
    })
    expect(events.map((one) => [one.actorName, one.says, one.customerId])).toEqual([
      [
        'Clara Meier',
        'Changed the policy of site Basel: Type in a terminal on a device: “as above” → “never”',
        helvetia,
      ],
    ])
    expect(await explained(balance, 'session.terminal', technician)).toMatchObject({
      verdict: { ok: false, because: 'policy_never' },
      policy: { answer: 'never', level: 'site' },
    })
    expect(await versionOf('Balance 7')).toBe(before + 1)
    expect(await versionOf('Packing line 1')).toBe(others)
  })

  test('a change raises the orders of every device and writes to none', async () => {
    const rows = () =>
      h.house.db
        .select({ id: device.id, written: sql`${device}.xmin::text`, wanted: ordersWanted })
        .from(device)
        .orderBy(device.id)
        .where(eq(device.customerId, helvetia))
    const before = await rows()
    await put('customer', helvetia, terminal('never'))
    expect(await rows()).toEqual(before.map((one) => ({ ...one, wanted: one.wanted + 1 })))
    expect(before.length).toBeGreaterThan(2)
    await put('customer', helvetia, terminal('ask'))
  })

  test('C1 nearer levels win, a locked one above them wins over all', async () => {
    const technician = await h.as('technician')
    const balance = h.seeded.devices['Balance 7']
    const policy = async () => {
      const told = (await explained(balance, 'session.terminal', technician)).policy
      return { answer: told?.answer, level: told?.level }
    }
    await put('site', h.seeded.sites.Basel, terminal('never'))
    await put('model', h.seeded.models.balance, terminal('ask'))
    expect(await policy()).toEqual({ answer: 'ask', level: 'model' })
    await put('device', balance, terminal('always'))
    expect(await policy()).toEqual({ answer: 'always', level: 'device' })
    expect((await explained(balance, 'session.terminal', technician)).verdict).toEqual({ ok: true })
    await put('customer', helvetia, terminal('never', true))
    expect(await policy()).toEqual({ answer: 'never', level: 'customer' })
    expect((await view()).levels.map(({ level, name }) => `${level} ${name}`)).toEqual([
      'customer Helvetia Pharma',
      'site Basel',
      'model XA-204 balance',
      'device Balance 7',
    ])
    // A level that says nothing any more is gone.
    for (const [level, id] of [
      ['site', h.seeded.sites.Basel],
      ['model', h.seeded.models.balance],
      ['device', balance],
    ])
      expect((await put(String(level), id, {})).status).toBe(200)
    expect((await view()).levels).toHaveLength(1)
  })

  test('AP11 a level holds for all devices below it, per activity', async () => {
    const technician = await h.as('technician')
    await put('customer', helvetia, { 'action.fetch_log': { answer: 'always' } })
    for (const name of ['Weighing line 3', 'Balance 7', 'Balance 11'])
      for (const activity of deviceActivities)
        expect((await explained(h.seeded.devices[name], activity, technician)).verdict.ok).toBe(
          activity === 'action.fetch_log',
        )
  })

  test('of two changes of the same version one wins, the other is told what stands now', async () => {
    const { version } = await view()
    const answers = await Promise.all(
      ['always', 'ask', 'never'].map((answer) => put('customer', helvetia, terminal(answer), { version })),
    )
    expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409])
    const lost = answers.find((one) => one.status === 409)?.body.error
    expect(lost).toMatchObject({ code: 'changed_meanwhile', state: String(version + 1) })
    expect((await view()).version).toBe(version + 1)
  })

  test('counts the devices that hold it', async () => {
    await h.house.db
      .update(device)
      .set({ state: 'active' })
      .where(eq(device.id, h.seeded.devices['Balance 7'] ?? ''))
    await h.house.db
      .update(device)
      .set({ state: 'active' })
      .where(eq(device.id, h.seeded.devices['Balance 11'] ?? ''))
    await h.house.db.update(deviceLink).set({ ordersHeld: 0 })
    expect((await view()).confirmed).toEqual({ devices: 0, of: 2 })
    const newest = sql`(select orders_wanted(device) from device where device.id = ${deviceLink.deviceId})`
    await h.house.db
      .update(deviceLink)
      .set({ ordersHeld: newest as unknown as number })
      .where(eq(deviceLink.deviceId, h.seeded.devices['Balance 7'] ?? ''))
    expect((await view()).confirmed).toEqual({ devices: 1, of: 2 })
    await put('customer', helvetia, terminal('ask'))
    expect((await view()).confirmed).toEqual({ devices: 0, of: 2 })
  })
})

describe('who may change it', () => {
  test.each(['administrator', 'technician', 'auditor', 'reader'] as const)('not the %s', async (who) => {
    const visitor = await h.as(who)
    const answer = await put('customer', helvetia, terminal('always'), {}, visitor)
    expect([answer.status, answer.body.error.code]).toEqual([403, 'not_granted'])
  })

  test('staff whose group says so may', async () => {
    await regrant(h, 'outsider', [
      { activities: ['policy.view', 'policy.edit'], scope: { kind: 'customers', ids: [helvetia] } },
    ])
    const tom = await h.as('outsider')
    expect((await view(tom)).may.edit).toEqual({ ok: true })
    expect((await put('customer', helvetia, terminal('ask'), {}, tom)).status).toBe(200)
  })

  test('AZ02 policy.edit on one customer and policy.view on another never add up', async () => {
    await regrant(h, 'outsider', [
      { activities: ['policy.edit'], scope: { kind: 'customers', ids: [h.seeded.customers['Great Lakes Foods']] } },
      { activities: ['policy.view', 'customer.view'], scope: { kind: 'customers', ids: [helvetia] } },
    ])
    const tom = await h.as('outsider')
    expect((await view(tom)).may.edit).toMatchObject({ ok: false, because: 'not_granted' })
    expect((await put('customer', helvetia, terminal('always'), {}, tom)).status).toBe(403)
  })
})

describe('what it refuses', () => {
  test('AZ05 levels that are none of this customer, like those that do not exist', async () => {
    const administrator = await h.as('administrator')
    const unused = await administrator.post<Named>('/api/models', {
      name: 'A model of nobody',
      maker: 'Alpenwerk',
      declaration: { driver: 'scale', items: [], alarms: [], settings: [], logs: [] },
    })
    const lakes = h.seeded.customers['Great Lakes Foods']
    const others = await administrator.post<Named>('/api/models', {
      name: 'A model of another customer',
      maker: 'Alpenwerk',
      declaration: { driver: 'scale', items: [], alarms: [], settings: [], logs: [] },
    })
    const theirs = { name: 'Theirs', serial: 'T-1', siteId: h.seeded.sites.Milwaukee, modelId: others.body.id }
    expect((await administrator.post(`/api/customers/${lakes}/devices`, theirs)).status).toBe(201)
    const plain = async (level: string, id: string | undefined) => {
      const { status, body } = await put(level, id, terminal('always'))
      return [status, body.error.code]
    }
    for (const [level, id] of [
      ['site', h.seeded.sites.Milwaukee],
      ['device', h.seeded.devices['Packing line 1']],
      ['model', unused.body.id],
      ['model', others.body.id],
      ['customer', lakes],
      ['site', h.seeded.sites.Milwaukee?.toUpperCase()],
      ['site', randomUUID()],
      ['device', h.seeded.sites.Basel],
      ['site', 'x'],
      ['planet', helvetia],
      ['__proto__', helvetia],
    ])
      expect([level, id, ...(await plain(String(level), id))]).toEqual([level, id, 404, 'not_found'])
  })

  test('rules that no policy is asked about', async () => {
    const answer = await put('customer', helvetia, { 'device.view': { answer: 'never' } })
    expect([answer.status, Object.keys(answer.body.error.fields ?? {})]).toEqual([422, ['rules.device.view']])
  })

  test.each([
    { rules: { 'session.fly': { answer: 'always' } } },
    { rules: { 'session.terminal': { answer: 'maybe' } } },
    { rules: { 'session.terminal': 'always' } },
    { version: 0 },
    { version: '1' },
    { customerId: '00000000-0000-4000-8000-000000000000' },
    { changedAt: 0 },
  ])('AZ06 %j', async (more) => {
    expect((await put('customer', helvetia, terminal('always'), more)).status).toBe(422)
  })

  test('questions about what is no activity', async () => {
    const path = `/api/devices/${h.seeded.devices['Balance 7']}/explain`
    for (const query of ['', '?activity=', '?activity=fly', '?activity=device.view&activity=device.edit'])
      expect((await clara.get(path + query)).status).toBe(422)
    expect((await clara.get<ExplainView>(`${path}?activity=device.view`)).body).toMatchObject({
      activity: 'device.view',
      verdict: { ok: true },
      policy: null,
    })
  })
})
