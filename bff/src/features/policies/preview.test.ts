import type { Grant } from '@gatehouse/shared/decide'
import { plainRule } from '@gatehouse/shared/policies/policy'
import type {
  ExplainView,
  PolicyComparison,
  PolicyPreview,
  PolicyView,
  StaffKnown,
} from '@gatehouse/shared/views/policies'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manyDevices } from '../../testing/devices.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { ask as askFor } from '../../testing/sessions.ts'
import { person } from '../people/tables.ts'

interface Refusal {
  error: { code: string; fields?: Record<string, string> }
}

let h: TestHouse
let clara: Visitor
let auditor: Visitor
let helvetia: string
let basel: string
let balance: string
let controller: string
beforeAll(async () => {
  h = await openTestHouse()
  ;[clara, auditor] = await Promise.all([h.as('approver'), h.as('auditor')])
  helvetia = h.seeded.customers['Helvetia Pharma'] ?? ''
  basel = h.seeded.sites.Basel ?? ''
  balance = h.seeded.devices['Balance 7'] ?? ''
  controller = h.seeded.devices['Weighing line 3'] ?? ''
})
afterAll(() => h.close())

const [never, ask, always] = [plainRule('never'), plainRule('ask'), plainRule('always')]
const preview = async (level: string, levelId: string, rules: object, by: Visitor = clara) =>
  by.post<PolicyPreview & Refusal>(`/api/customers/${helvetia}/policy/${level}/${levelId}/preview`, { rules })
const version = async () => (await clara.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body.version
const put = async (level: string, levelId: string, rules: object) => {
  const path = `/api/customers/${helvetia}/policy/${level}/${levelId}`
  expect((await clara.send('PUT', path, { rules, version: await version() })).status).toBe(200)
}

describe('before rules are saved', () => {
  test('C1 it says for how many devices and for whom something changes, and writes nothing', async () => {
    const before = await version()
    const events = await eventsOf(h.house, async () => {
      const { status, body } = await preview('site', basel, { 'session.terminal': never }, auditor)
      expect([status, body.devices.of, body.devices.changed]).toEqual([200, 2, 2])
      expect(body.devices.sample.map((one) => [one.name, one.site])).toEqual([
        ['Balance 7', 'Basel'],
        ['Weighing line 3', 'Basel'],
      ])
      expect(body.activities).toEqual([{ activity: 'session.terminal', devices: 2, more: 0, less: 2 }])
      // Anna serves Helvetia; Tom, who serves another customer, is not touched, nor is who only looks or answers.
      expect(body.people.touched).toEqual({
        maker: 1,
        own: 0,
        sample: [{ id: h.seeded.people.technician, name: 'Anna Keller', company: 'Alpenwerk Instruments' }],
      })
      expect(body.people.asked).toEqual({ maker: 0, own: 0, sample: [] })
    })
    expect(events).toEqual([])
    expect(await version()).toBe(before)
  })

  test('AP11 a customer is told how many of the maker it touches, and not who they are', async () => {
    await put('customer', helvetia, { 'session.terminal': never })
    const { body } = await preview('customer', helvetia, { 'session.terminal': ask })
    expect(body.people.touched).toEqual({ maker: 1, own: 0, sample: [] })
    expect(body.people.asked.sample.map(({ name }) => name)).toEqual(['Clara Meier', 'Marc Aubry'])
    expect([body.people.asked.maker, body.people.asked.own]).toEqual([0, 2])
    const colleague = eq(person.id, h.seeded.people.colleague)
    // Neither counts who was shut out, nor who was invited and has not come yet.
    for (const how of ['disabledAt', 'invitedAt'] as const) {
      const [before] = await h.house.db.select().from(person).where(colleague)
      await h.house.db
        .update(person)
        .set({ [how]: 1 })
        .where(colleague)
      expect((await preview('customer', helvetia, { 'session.terminal': ask })).body.people.asked.own).toBe(1)
      await h.house.db
        .update(person)
        .set({ [how]: before?.[how] ?? null })
        .where(colleague)
    }
    await put('customer', helvetia, { 'session.terminal': ask })
  })

  test('devices that follow a nearer rule, or a locked one above, are not counted', async () => {
    await put('device', balance, { 'session.terminal': always })
    expect((await preview('site', basel, { 'session.terminal': never })).body.devices).toMatchObject({
      of: 2,
      changed: 1,
      sample: [{ id: controller }],
    })
    const locking = await preview('site', basel, { 'session.terminal': plainRule('never', { locked: true }) })
    expect(locking.body.devices).toMatchObject({ of: 2, changed: 2 })
    await put('customer', helvetia, { 'session.terminal': plainRule('ask', { locked: true }) })
    expect((await preview('site', basel, { 'session.terminal': never })).body.devices.changed).toBe(0)
    expect((await preview('device', balance, {})).body).toMatchObject({
      devices: { of: 1, changed: 0, sample: [] },
      people: { touched: { maker: 0, own: 0 } },
    })
    await put('customer', helvetia, { 'session.terminal': ask })
    // Back to what holds above: from always to ask.
    expect((await preview('device', balance, {})).body).toMatchObject({
      devices: { changed: 1 },
      activities: [{ activity: 'session.terminal', devices: 1, more: 0, less: 1 }],
      people: { asked: { own: 2 } },
    })
    await put('device', balance, {})
  })

  test('people are touched only where their one grant holds the activity on a device that changes', async () => {
    await regrant(h, 'outsider', [
      { activities: ['session.terminal'], scope: { kind: 'tags', tags: ['production'] } },
      { activities: ['action.fetch_log'], scope: { kind: 'sites', ids: [h.seeded.sites.Cork ?? ''] } },
    ])
    const names = async (...of: Parameters<typeof preview>) =>
      (await preview(...of)).body.people.touched.sample.map(({ name }) => name)
    expect(await names('site', basel, { 'session.terminal': never }, auditor)).toEqual(['Anna Keller', 'Tom Brandt'])
    expect(await names('device', balance, { 'session.terminal': never }, auditor)).toEqual(['Anna Keller'])
    expect(await names('site', basel, { 'action.fetch_log': plainRule('always') }, auditor)).toEqual(['Anna Keller'])
  })

  test('AZ03 AZ05 levels of others are as absent, and who may not see the policy sees no preview', async () => {
    const answers = await Promise.all([
      preview('site', h.seeded.sites.Milwaukee ?? '', { 'session.terminal': never }),
      preview('device', h.seeded.devices['Packing line 1'] ?? '', {}),
      preview('site', basel, { 'session.terminal': never }, await h.as('otherApprover')),
    ])
    expect(answers.map((one) => [one.status, one.body.error.code])).toEqual(Array(3).fill([404, 'not_found']))
    expect((await preview('site', basel, {}, await h.as('reader'))).status).toBe(403)
    expect((await preview('site', basel, { 'session.terminal': 'never' })).status).toBe(422)
  })
})

describe('two versions', () => {
  const compare = async (query: string, by: Visitor = clara) =>
    by.get<PolicyComparison & Refusal>(`/api/customers/${helvetia}/policy/comparison?${query}`)

  test('C1 are compared level by level, and what was put back is no difference', async () => {
    const from = await version()
    await put('site', basel, { 'session.terminal': never })
    await put('device', balance, { 'action.fetch_log': ask })
    const between = await version()
    await put('site', basel, {})
    const whole = (await compare(`from=${from}`)).body
    expect([whole.from, whole.to]).toEqual([from, between + 1])
    expect(whole.levels).toEqual([
      { level: 'device', levelId: balance, name: 'Balance 7', before: {}, after: { 'action.fetch_log': ask } },
    ])
    const first = (await compare(`from=${from}&to=${between}`)).body.levels
    expect(first.map(({ level, before, after }) => [level, before, after])).toEqual([
      ['site', {}, { 'session.terminal': never }],
      ['device', {}, { 'action.fetch_log': ask }],
    ])
    expect((await compare(`from=${between}&to=${between}`)).body.levels).toEqual([])
    await put('device', balance, {})
  })

  test.each(['', 'from=0', 'from=2&to=1', 'from=1&to=99999', 'from=x', 'from=1&from=2', 'from=99999999999'])(
    'AZ12 refuses ?%s',
    async (query) => {
      expect((await compare(query)).status).toBe(422)
    },
  )

  test('AZ03 of another customer are as absent', async () => {
    const answer = await compare('from=1', await h.as('otherApprover'))
    expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found'])
  })
})

describe('an explanation', () => {
  const explained = async (by: Visitor, query: string) =>
    (await by.get<ExplainView & Refusal>(`/api/devices/${balance}/explain?activity=session.terminal${query}`)).body

  test('C1 names the place of the rule for whoever may see the policy, and whether a grant is there', async () => {
    await put('site', basel, { 'session.terminal': never })
    const told = await explained(clara, '')
    expect(told).toMatchObject({
      granted: false,
      verdict: { ok: false, because: 'not_granted' },
      policy: { answer: 'never', level: 'site', by: { level: 'site', levelId: basel, name: 'Basel' }, rule: never },
    })
    const anna = await explained(await h.as('technician'), '')
    expect(anna).toMatchObject({
      granted: true,
      verdict: { ok: false, because: 'policy_never', level: 'site' },
      policy: { by: null, rule: null, level: 'site' },
    })
    await put('site', basel, {})
  })

  test('AZ03 a person whom one may not see answers like nobody', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000'
    const ask = (id: string | undefined) => explained(clara, `&person=${id}`)
    const [hidden, absent] = await Promise.all([ask(h.seeded.people.technician), ask(nobody)])
    expect(hidden.error.code).toBe('not_found')
    expect({ ...hidden.error, correlationId: '' }).toEqual({ ...absent.error, correlationId: '' })
    expect((await ask(h.seeded.people.reader)).person.name).toBe('Ines Frei')
  })

  test('AZ03 whoever has asked for a device that one sees is no stranger: the customer may ask about him, and finds him', async () => {
    const { technician: annaId, outsider: tomId } = h.seeded.people
    const found = async (by: Visitor, search = '') =>
      (await by.get<StaffKnown>(`/api/customers/${helvetia}/policy/staff?search=${search}`)).body.rows
    expect(await found(clara)).toEqual([])
    expect((await explained(clara, `&person=${annaId}`)).error.code).toBe('not_found')
    const [asked] = await manyDevices(h, 1)
    const deviceId = asked?.deviceId ?? ''
    expect((await askFor(h, await h.as('technician'), deviceId)).status).toBe(201)
    expect(await found(clara, 'ann')).toEqual([{ id: annaId, name: 'Anna Keller' }])
    expect(await found(clara, 'tom')).toEqual([])
    expect(await explained(clara, `&person=${annaId}`)).toMatchObject({
      person: { name: 'Anna Keller' },
      granted: true,
      verdict: { ok: false, because: 'approval_needed' },
    })
    expect((await explained(clara, `&person=${tomId}`)).error.code).toBe('not_found')

    // Neither who sees other devices only, nor who may not read the policy, nor another customer.
    const reader = async (activities: Grant['activities'], ids: string[]) => {
      await regrant(h, 'reader', [
        { activities: ['device.view'], scope: { kind: 'devices', ids } },
        { activities, scope: { kind: 'all' } },
      ])
      return h.as('reader')
    }
    const elsewhere = await reader(['policy.view'], [controller])
    expect(await found(elsewhere)).toEqual([])
    const noPolicy = await reader(['audit.view'], [deviceId])
    const onIt = `/api/devices/${deviceId}/explain?activity=session.terminal&person=${annaId}`
    expect((await noPolicy.get(onIt)).status).toBe(404)
    const here = await reader(['policy.view'], [deviceId])
    expect(await found(here)).toEqual([{ id: annaId, name: 'Anna Keller' }])
    expect((await here.get(onIt)).status).toBe(200)
    const luis = await h.as('otherApprover')
    const luisPath = `/api/devices/${h.seeded.devices['Checkweigher 2'] ?? ''}/explain?activity=session.terminal&person=${annaId}`
    expect((await luis.get(luisPath)).status).toBe(404)
    // The maker's own lists tell the maker's people; this one is the customer's.
    expect(await found(auditor)).toEqual([])
  })
})
