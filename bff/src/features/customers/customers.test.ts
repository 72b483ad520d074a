import { randomUUID } from 'node:crypto'
import type { Named, Page } from '@gatehouse/shared/views/basics'
import type { CustomerRow, CustomerView } from '@gatehouse/shared/views/customers'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { signalsOf } from '../../testing/signals.ts'

interface Refusal {
  error: { code: string; fields?: Record<string, string> }
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

const listed = async (visitor: Visitor, query = '') =>
  (await visitor.get<Page<CustomerRow>>(`/api/customers${query}`)).body.rows.map((row) => row.name)

describe('the list of customers', () => {
  test('AZ03 holds those one is granted, and none whose devices alone one is granted', async () => {
    expect(await listed(ruth)).toEqual(['Great Lakes Foods', 'Helvetia Pharma'])
    expect(await listed(await h.as('technician'))).toEqual(['Helvetia Pharma'])
    expect(await listed(await h.as('otherApprover'))).toEqual(['Great Lakes Foods'])
    await regrant(h, 'outsider', [
      { activities: ['customer.view', 'device.view'], scope: { kind: 'sites', ids: [h.seeded.sites.Basel ?? ''] } },
      { activities: ['policy.view'], scope: { kind: 'all' } },
    ])
    const tom = await h.as('outsider')
    expect(await listed(tom)).toEqual([])
    expect((await tom.get(`/api/customers/${helvetia}`)).status).toBe(404)
  })

  test('AZ07 counts only what its reader may see', async () => {
    await regrant(h, 'outsider', [
      { activities: ['customer.view'], scope: { kind: 'customers', ids: [helvetia] } },
      { activities: ['device.view'], scope: { kind: 'sites', ids: [h.seeded.sites.Cork ?? ''] } },
    ])
    const tom = await h.as('outsider')
    expect((await tom.get<Page<CustomerRow>>('/api/customers')).body.rows).toEqual([
      { id: helvetia, name: 'Helvetia Pharma', sites: 2, devices: 1 },
    ])
    const { body } = await tom.get<CustomerView>(`/api/customers/${helvetia}`)
    expect([body.devices, body.people, body.sites.map((one) => [one.name, one.devices])]).toEqual([
      1,
      null,
      [
        ['Basel', 0],
        ['Cork', 1],
      ],
    ])
    expect(body.may).toMatchObject({ edit: { ok: false }, viewPeople: { ok: false }, addDevice: { ok: false } })
    expect((await ruth.get<CustomerView>(`/api/customers/${helvetia}`)).body).toMatchObject({ devices: 3, people: 3 })
  })

  test('is searched by its words as they stand, and read page by page', async () => {
    for (let i = 0; i < 5; i++) expect((await ruth.post('/api/customers', { name: `Paged ${i}%` })).status).toBe(201)
    expect(await listed(ruth, '?search=LAKES')).toEqual(['Great Lakes Foods'])
    expect(await listed(ruth, '?search=%25')).toHaveLength(5)
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await ruth.get<Page<CustomerRow>>(`/api/customers?limit=2${cursor}`)
      seen.push(...body.rows.map((row) => row.name))
      if (!body.next) break
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual(await listed(ruth))
    expect(seen).toHaveLength(7)
    expect((await ruth.get('/api/customers?search=%00')).status).toBe(422)
    expect((await ruth.get('/api/customers?cursor=made-up')).status).toBe(422)
  })
})

describe('adding and changing a customer', () => {
  test('AP12 a new customer has a policy that allows nothing that acts', async () => {
    let id = ''
    const events = await eventsOf(h.house, async () => {
      const answer = await ruth.post<Named>('/api/customers', { name: '  New & <b>Co</b> ' })
      expect([answer.status, answer.body.name]).toEqual([201, 'New & <b>Co</b>'])
      id = answer.body.id
    })
    expect(events.map((one) => [one.says, one.customerId])).toEqual([['Added the customer New & <b>Co</b>', id]])
    const { body } = await ruth.get<PolicyView>(`/api/customers/${id}/policy`)
    expect(body).toMatchObject({ version: 1, levels: [], confirmed: { devices: 0, of: 0 } })
  })

  test('names are told apart over all customers', async () => {
    const answer = await ruth.post<Refusal>('/api/customers', { name: 'Helvetia Pharma' })
    expect([answer.status, answer.body.error.code, answer.body.error.fields]).toEqual([
      409,
      'already_exists',
      { name: 'There is a customer of this name.' },
    ])
    expect((await ruth.send('PATCH', `/api/customers/${lakes}`, { name: 'Helvetia Pharma' })).status).toBe(409)
  })

  test('AZ03 no customer learns by a name of another: only the maker renames', async () => {
    await regrant(h, 'approver', [{ activities: ['customer.view', 'customer.edit'], scope: { kind: 'all' } }])
    const clara = await h.as('approver')
    for (const name of ['Great Lakes Foods', 'Nobody is called so']) {
      const answer = await clara.send<Refusal>('PATCH', `/api/customers/${helvetia}`, { name })
      expect([answer.status, answer.body.error.code]).toEqual([403, 'not_granted'])
    }
    const { may } = (await clara.get<CustomerView>(`/api/customers/${helvetia}`)).body
    expect([may.edit.ok, may.rename.ok]).toEqual([true, false])
    const events = await eventsOf(h.house, async () => {
      expect((await ruth.send('PATCH', `/api/customers/${lakes}`, { name: 'Great Lakes Food' })).status).toBe(200)
    })
    expect(events.map((one) => one.says)).toEqual([
      'Changed the customer Great Lakes Foods: name: “Great Lakes Foods” → “Great Lakes Food”',
    ])
  })

  test.each([
    {},
    { name: '' },
    { name: ' ' },
    { name: 'a\u0000b' },
    { name: 'a\u202eb' },
    { name: 'x'.repeat(121) },
    { name: 7 },
  ])('refuses %j', async (body) => {
    expect((await ruth.post('/api/customers', body)).status).toBe(422)
  })

  test.each([{ id: '1' }, { createdAt: 0 }, { customerId: '1' }, { policy: {} }, { state: 'active' }])(
    'AZ06 refuses %j beside what belongs there',
    async (more) => {
      expect((await ruth.post('/api/customers', { name: randomUUID(), ...more })).status).toBe(422)
      expect((await ruth.send('PATCH', `/api/customers/${lakes}`, { name: randomUUID(), ...more })).status).toBe(422)
      const site = { name: randomUUID(), zone: 'Europe/Zurich', ...more }
      expect((await ruth.post(`/api/customers/${lakes}/sites`, site)).status).toBe(422)
      const known = `/api/customers/${helvetia}/sites/${h.seeded.sites.Basel}`
      expect((await ruth.send('PATCH', known, { name: randomUUID(), ...more })).status).toBe(422)
    },
  )
})

describe('sites', () => {
  test('have a name of their own within the customer and a zone that exists', async () => {
    const post = (body: object, at = helvetia) => ruth.post<Named & Refusal>(`/api/customers/${at}/sites`, body)
    expect((await post({ name: 'Pune', zone: 'Asia/Kolkata', address: 'Station Road 1' })).status).toBe(201)
    expect((await post({ name: 'Basel', zone: 'Europe/Zurich' }, lakes)).status).toBe(201)
    const twice = await post({ name: 'Basel', zone: 'Europe/Zurich' })
    expect([twice.status, Object.keys(twice.body.error.fields ?? {})]).toEqual([409, ['name']])
    for (const zone of ['', 'Europe/Nowhere', '+01:00', 'CEST', null])
      expect([zone, (await post({ name: 'Somewhere', zone })).status]).toEqual([zone, 422])
  })

  test('a change is told in the log without the address, and to the pages', async () => {
    const path = `/api/customers/${helvetia}/sites/${h.seeded.sites.Cork}`
    const events = await eventsOf(h.house, async () => {
      const signals = await signalsOf(h.house, () =>
        ruth.send('PATCH', path, { zone: 'Europe/Paris', address: 'Quai Secret 5' }),
      )
      expect(signals).toEqual([
        { kind: 'hint', hint: { about: 'customers', customerId: helvetia }, customerId: helvetia },
      ])
    })
    expect(events.map((one) => one.says)).toEqual([
      'Changed the site Cork: time zone: “Europe/Dublin” → “Europe/Paris”; address: “the earlier one” → “a new one”',
    ])
    const view = await ruth.get<DeviceView>(`/api/devices/${h.seeded.devices['Balance 11']}`)
    expect(view.body.site.zone).toBe('Europe/Paris')
  })

  test('AZ03 a site is found under its own customer only', async () => {
    const change = (customerId: string, siteId: string) =>
      ruth.send('PATCH', `/api/customers/${customerId}/sites/${siteId}`, { name: 'Moved' })
    expect((await change(lakes, h.seeded.sites.Basel ?? '')).status).toBe(404)
    expect((await change(lakes, 'basel')).status).toBe(404)
    expect((await change(helvetia, h.seeded.sites.Basel ?? '')).status).toBe(200)
  })
})
