import type { AuditEventName } from '@gatehouse/shared/audit-events'
import { plainRule } from '@gatehouse/shared/policies/policy'
import type { AuditEventView, AuditPage } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { ExportPreview, ExportView } from '@gatehouse/shared/views/exports'
import type { LooksView } from '@gatehouse/shared/views/looks'
import type { PolicyPreview } from '@gatehouse/shared/views/policies'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manyDevices } from '../../testing/devices.ts'
import { eventsOf, looksOf as looksIn } from '../../testing/events.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { ask } from '../../testing/sessions.ts'
import { sceneIn, tellAlarm } from '../../testing/stories.ts'
import { fetchFile } from '../exports/testing/reading.ts'
import { lookBook } from './book.ts'

let h: TestHouse
let owner: Sql
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(async () => {
  await owner.end()
  await h.close()
})

const looksOf = (work: () => Promise<unknown>) => looksIn(h.house, work)
const named = async (event: AuditEventName, work: () => Promise<unknown>) =>
  (await eventsOf(h.house, work)).filter((one) => one.event === event)
const newDevice = async (): Promise<string> => {
  const [one] = await manyDevices(h, 1)
  if (!one) throw new Error('no device')
  return one.deviceId
}
const codeOf = ({ body }: Answer) => (body as { error?: { code?: string; state?: string } }).error
const page = (who: Visitor, deviceId: string) =>
  Promise.all(
    ['', '/values', '/alarms', '/requests', '/sessions', '/audit', '/actions'].map((one) =>
      who.get(`/api/devices/${deviceId}${one}`),
    ),
  )

describe('C7 AL01 what the maker reads of a customer stands in its log', () => {
  test('a page that asks at many doors at once is one event of a kind, and once an hour', async () => {
    const deviceId = await newDevice()
    let tom = await h.as('technician')
    const first = await looksOf(() => page(tom, deviceId))
    expect(first.map(({ event }) => event).sort()).toEqual(['actions.viewed', 'audit.viewed', 'device.viewed'])
    for (const one of first) {
      expect(one).toMatchObject({ actorKind: 'person', customerId: helvetia, deviceId, outcome: 'done' })
      expect(one.says).toContain('no purpose was stated')
    }
    expect(await looksOf(() => page(tom, deviceId))).toEqual([])
    h.clock.advance(3_599_000)
    tom = await h.as('technician')
    await page(tom, deviceId)
    expect(await looksOf(() => page(tom, deviceId))).toEqual([])
    h.clock.advance(3_600_000)
    tom = await h.as('technician')
    expect(await looksOf(() => page(tom, deviceId))).toHaveLength(3)
  })

  test('charts, the customer, its people and its policy are looks of their own; lists are none', async () => {
    const sarah = await h.as('administrator')
    const deviceId = h.seeded.devices['Balance 7']
    const looks = await looksOf(async () => {
      for (const path of ['/api/devices', '/api/alarms', '/api/requests', '/api/sessions', '/api/customers'])
        expect((await sarah.get(path)).status).toBe(200)
      expect((await sarah.get(`/api/devices/${deviceId}/trends/weight`)).status).toBe(200)
      for (const path of ['', '/people', '/policy', '/policy/history', '/groups'])
        expect((await sarah.get(`/api/customers/${helvetia}${path}`)).status).toBe(200)
    })
    expect(looks.map(({ event }) => event)).toEqual([
      'chart.viewed',
      'customer.viewed',
      'people.viewed',
      'policy.viewed',
    ])
    expect(looks.map(({ says }) => says)[1]).toBe('Looked at the page of Helvetia Pharma: no purpose was stated')
  })

  test('the log of one device is a look, from whichever page it is read', async () => {
    const [deviceId, tom] = [await newDevice(), await h.as('technician')]
    const looks = await looksOf(async () => {
      expect((await tom.get('/api/audit')).status).toBe(200)
      expect((await tom.get(`/api/audit?device=${deviceId}`)).status).toBe(200)
      expect((await tom.get(`/api/audit?device=${deviceId}`)).status).toBe(200)
    })
    expect(looks.map((look) => [look.event, look.deviceId])).toEqual([['audit.viewed', deviceId]])
  })

  test('each log file that is read is a look of its own', async () => {
    const [device] = await manyDevices(h, 1)
    if (!device) throw new Error('no device')
    const tom = await h.as('technician')
    const fetched = async () => {
      const input = { name: 'agent' }
      const { body } = await tom.post<{ id: string }>(`/api/devices/${device.deviceId}/actions/fetch_log`, { input })
      await device.say(device.heartbeat())
      await device.say(device.receipt(body.id, { result: { text: 'a line', truncated: false } }))
      return body.id
    }
    const [one, other] = [await fetched(), await fetched()]
    const looks = await looksOf(async () => {
      for (const id of [one, other, one]) expect((await tom.get(`/api/actions/${id}`)).status).toBe(200)
    })
    expect(looks.map(({ event }) => event)).toEqual(['log_file.read', 'log_file.read'])
  })

  test("a customer's own people look at what is theirs, and a read that shows nothing is no look", async () => {
    const [clara, tom] = [await h.as('approver'), await h.as('technician')]
    const deviceId = await newDevice()
    expect(await looksOf(() => page(clara, deviceId))).toEqual([])
    const looks = await looksOf(async () => {
      expect((await tom.get(`/api/devices/${deviceId}/trends/nothing.like.it`)).status).toBe(404)
    })
    expect(looks).toEqual([])
  })

  test('who looks as another is named himself, with the reason for which he does', async () => {
    const [sarah, deviceId] = [await h.as('administrator'), await newDevice()]
    const personId = h.seeded.people.approver
    const started = await sarah.post(`/api/customers/${helvetia}/people/${personId}/viewing`, {
      reason: 'her list is empty',
      caseNumber: 'C-7',
      minutes: 5,
    })
    expect(started.status).toBe(201)
    const [look] = await looksOf(() => sarah.get(`/api/devices/${deviceId}`))
    expect(look?.actorName).toMatch(/^.+ as Clara Meier$/)
    expect(look?.says).toContain('looks at Gatehouse as Clara Meier sees it, “her list is empty” (case C-7)')
  })
})

describe('C7 the log says why', () => {
  test('a request of his own, an alarm, what he stated: the most exact that is known', async () => {
    const deviceId = await newDevice()
    const why = async () => {
      const tom = await h.as('technician')
      const [look] = await looksOf(() => tom.get(`/api/devices/${deviceId}`))
      return look
    }
    await tellAlarm(h, await sceneIn(h, 'Helvetia Pharma', deviceId))
    expect((await why())?.says).toContain('because of the open alarm')
    const tom = await h.as('technician')
    const stated = await eventsOf(h.house, async () => {
      const { status } = await tom.post(`/api/devices/${deviceId}/purpose`, { purpose: 'preparing a visit' })
      expect(status).toBe(201)
    })
    expect(stated.map(({ says }) => says)).toEqual([
      expect.stringMatching(/^Said what it looks at .+ for: “preparing a visit”$/),
    ])
    const [look] = await looksOf(() => tom.get(`/api/devices/${deviceId}`))
    expect(look?.says).toContain(': “preparing a visit”')
    // Under another sign-in it was not stated.
    expect((await why())?.says).toContain('because of the open alarm')
    const { body } = await ask(h, await h.as('technician'), deviceId)
    const asked = await why()
    expect(asked).toMatchObject({ requestId: body.id })
    expect(asked?.says).toMatch(/for the request for remote access “.+”/)
    expect((await tom.post(`/api/requests/${body.id}/withdraw`)).status).toBe(200)
  })
})

test('C7 a customer reads who looked, at what and why; AL07 others read nothing of it', async () => {
  const [tom, clara, luis] = [await h.as('technician'), await h.as('approver'), await h.as('otherApprover')]
  const deviceId = await newDevice()
  await tom.post(`/api/devices/${deviceId}/purpose`, { purpose: 'a look at the list' })
  await page(tom, deviceId)
  const { body } = await clara.get<LooksView>('/api/looks')
  const him = body.rows.find(({ id }) => id === h.seeded.people.technician)
  expect(him).toMatchObject({ company: h.house.settings.maker })
  expect(him?.devices[0]?.id).toBe(deviceId)
  expect(him?.purposes[0]).toBe('“a look at the list”')
  expect(him?.looks).toBeGreaterThan(3)
  expect(body.rows.map(({ company }) => company)).not.toContain('Helvetia Pharma')
  expect((await luis.get<LooksView>('/api/looks')).body.rows).toEqual([])
  expect((await clara.get<LooksView>(`/api/looks?to=${body.from}&from=0`)).body.rows).toEqual([])
})

describe('C7 a customer may want to know first', () => {
  const demand = async (inside: 'always' | 'ask' | undefined) => {
    const clara = await h.as('approver')
    const path = `/api/customers/${helvetia}/policy`
    const { body } = await clara.get<{ version: number; levels: { level: string; rules: object }[] }>(path)
    const rules = { ...body.levels.find((one) => one.level === 'customer')?.rules } as Record<string, unknown>
    delete rules['device.view']
    if (inside) rules['device.view'] = plainRule(inside)
    return clara.send('PUT', `${path}/customer/${helvetia}`, { rules, version: body.version })
  }

  test('then nothing is shown before a purpose is stated, which holds for this sign-in and eight hours', async () => {
    const deviceId = await newDevice()
    const changed = await named('policy.changed', () => demand('ask'))
    expect(changed[0]?.says).toContain(
      'Look at devices, their data and the pages of the customer: “as above” → “with a stated purpose only”',
    )
    let tom = await h.as('technician')
    const refused = await named('access.refused', async () => {
      for (const answer of await page(tom, deviceId))
        expect([answer.status, codeOf(answer)]).toEqual([
          403,
          expect.objectContaining({ code: 'purpose_needed', state: `device ${deviceId}` }),
        ])
    })
    expect(refused.length).toBeLessThanOrEqual(3)
    expect(codeOf(await tom.get(`/api/customers/${helvetia}`))).toMatchObject({
      code: 'purpose_needed',
      state: `customer ${helvetia}`,
    })
    // The lists stay: nobody could choose otherwise.
    expect((await tom.get('/api/devices')).status).toBe(200)
    expect((await tom.post(`/api/devices/${deviceId}/purpose`, { purpose: 'why' })).status).toBe(422)
    expect((await tom.post(`/api/devices/${deviceId}/purpose`, { purpose: 'a call, case C-9' })).status).toBe(201)
    const looks = await looksOf(async () => {
      for (const { status } of await page(tom, deviceId)) expect(status).toBe(200)
      expect((await tom.get(`/api/customers/${helvetia}`)).status).toBe(200)
    })
    expect(looks.map(({ says }) => says).every((says) => says.includes('“a call, case C-9”'))).toBe(true)
    const other = await newDevice()
    expect(codeOf(await tom.get(`/api/devices/${other}`))).toMatchObject({ code: 'purpose_needed' })
    // Her own people are not asked.
    expect((await (await h.as('approver')).get(`/api/devices/${other}`)).status).toBe(200)
    tom = await h.as('technician')
    expect(codeOf(await tom.get(`/api/devices/${deviceId}`))).toMatchObject({ code: 'purpose_needed' })
    expect((await demand(undefined)).status).toBe(200)
    expect((await tom.get(`/api/devices/${deviceId}`)).status).toBe(200)
  })

  test('AL01 its log is read in no other way: a filter, one event, names, people, and lists of one device', async () => {
    const [deviceId, clara] = [await newDevice(), await h.as('approver')]
    let tom = await h.as('technician')
    const { body } = await ask(h, tom, deviceId)
    expect((await tom.post(`/api/requests/${body.id}/withdraw`)).status).toBe(200)
    const { rows } = (await clara.get<AuditPage>(`/api/audit?device=${deviceId}`)).body
    const [event] = rows
    const site = (await clara.get<AuditEventView>(`/api/audit/${event?.id}`)).body.siteId
    expect((await demand('ask')).status).toBe(200)
    tom = await h.as('technician')
    const doors = [
      ...[`device=${deviceId}`, `device=${deviceId.toUpperCase()}`, `search=${deviceId}`, `request=${body.id}`].map(
        (query) => `/api/audit?${query}`,
      ),
      ...[`search=${body.id}`, `site=${site}`, `customer=${helvetia}`].map((query) => `/api/audit?${query}`),
      `/api/audit/names?device=${deviceId}`,
      `/api/audit/people?device=${deviceId}`,
      `/api/audit/${event?.id}`,
      `/api/looks?customer=${helvetia}`,
      ...['alarms', 'requests', 'sessions'].map((list) => `/api/${list}?device=${deviceId}`),
    ]
    for (const door of doors) {
      const answer = await tom.get(door)
      expect([door, answer.status, codeOf(answer)?.code]).toEqual([door, 403, 'purpose_needed'])
    }
    // A list over everything says whose log is not in it.
    const whole = async () => (await tom.get<AuditPage>('/api/audit?limit=200')).body
    const ofHers = ({ rows }: AuditPage) => rows.filter(({ customer }) => customer?.id === helvetia)
    expect(await whole()).toMatchObject({ withheld: [{ id: helvetia, name: 'Helvetia Pharma' }] })
    expect(ofHers(await whole())).toEqual([])
    expect((await tom.get<LooksView>('/api/looks')).body.withheld).toEqual([{ id: helvetia, name: 'Helvetia Pharma' }])
    for (const query of [
      'search=request',
      `people=${h.seeded.people.technician}`,
      'kind=requests',
      'to=2099-01-01T00:00:00Z',
    ])
      expect(ofHers((await tom.get<AuditPage>(`/api/audit?${query}`)).body)).toEqual([])
    expect((await clara.get<AuditPage>('/api/audit')).body).toMatchObject({ withheld: [] })

    expect((await tom.post(`/api/devices/${deviceId}/purpose`, { purpose: 'a call, case C-9' })).status).toBe(201)
    const looks = await looksOf(async () => {
      for (const door of doors) expect([door, (await tom.get(door)).status]).toEqual([door, 200])
    })
    expect(looks.map((look) => [look.event, look.deviceId]).sort()).toEqual([
      ['audit.viewed', null],
      ['audit.viewed', deviceId],
      ['device.viewed', deviceId],
    ])
    expect(ofHers(await whole()).length).toBeGreaterThan(0)
    expect((await whole()).withheld).toEqual([])
    expect((await demand(undefined)).status).toBe(200)
  })

  test('and until then exports hold nothing of it, nor say how much there is', async () => {
    expect((await demand('ask')).status).toBe(200)
    const ruth = await h.as('administrator')
    const preview = (filter: string) =>
      ruth.post<ExportPreview>('/api/me/exports/preview', { filter, zone: 'Europe/Zurich' })
    const asking = (body: object) =>
      ruth.post<ExportView>('/api/me/exports', { zone: 'UTC', reason: 'an inspection', format: 'jsonl', ...body })
    const ofHers = { filter: `customer=${helvetia}` }
    const listed = async () => (await ruth.get<AuditPage>('/api/audit?limit=200&search=Helvetia')).body.rows.length
    const about = async (filter: string) => {
      const { body } = await preview(filter)
      return [body.count, body.withheld, body.logs.map(({ id }) => id).includes(helvetia)]
    }
    const hers = [{ id: helvetia, name: 'Helvetia Pharma' }]
    expect(await about('search=Helvetia')).toEqual([await listed(), hers, false])
    for (const refused of [
      await preview(ofHers.filter),
      await asking(ofHers),
      await asking({ filter: '', format: 'bundle', log: helvetia }),
    ])
      expect([refused.status, codeOf(refused)?.code]).toEqual([403, 'purpose_needed'])
    const { status, body } = await asking({ filter: 'search=Helvetia' })
    expect([status, body.words]).toEqual([201, expect.stringContaining('without customers who want to know first')])
    const made = async () => (await ruth.get<Page<ExportView>>('/api/me/exports')).body.rows[0]
    await expect.poll(async () => (await made())?.state, { timeout: 20_000 }).toBe('done')
    const { bytes } = await fetchFile(h.url, ruth, body.id)
    expect(bytes.toString('utf8')).not.toContain(helvetia)
    const ofMaker = await asking({ filter: '', format: 'bundle', log: 'maker' })
    expect([ofMaker.status, ofMaker.body.words]).toEqual([
      201,
      expect.stringMatching(/^All events; in the log of [^;]+$/),
    ])

    expect((await ruth.post(`/api/customers/${helvetia}/purpose`, { purpose: 'an audit' })).status).toBe(201)
    expect(await about('search=Helvetia')).toEqual([await listed(), [], true])
    expect(await looksOf(() => preview(ofHers.filter))).toMatchObject([{ event: 'audit.viewed', customerId: helvetia }])
    expect((await asking(ofHers)).body.words).not.toContain('without customers')
    expect((await demand(undefined)).status).toBe(200)
  })

  test('who had looked without a purpose is asked as soon as the customer wants one', async () => {
    const deviceId = await newDevice()
    const tom = await h.as('technician')
    expect((await tom.get(`/api/devices/${deviceId}`)).status).toBe(200)
    expect((await demand('ask')).status).toBe(200)
    expect(codeOf(await tom.get(`/api/devices/${deviceId}`))).toMatchObject({ code: 'purpose_needed' })
    expect((await demand('always')).status).toBe(200)
    expect((await tom.get(`/api/devices/${deviceId}`)).status).toBe(200)
  })

  test('a preview says for how many devices, and of whose people', async () => {
    const clara = await h.as('approver')
    const path = `/api/customers/${helvetia}/policy/customer/${helvetia}/preview`
    const { status, body } = await clara.post<PolicyPreview>(path, { rules: { 'device.view': plainRule('ask') } })
    expect(status).toBe(200)
    const looking = body.activities.find(({ activity }) => activity === 'device.view')
    expect(looking).toMatchObject({ devices: body.devices.of, more: 0, less: body.devices.of })
    expect(body.people.touched.maker).toBeGreaterThan(1)
    expect(body.people.asked).toMatchObject({ maker: 0, own: 0 })
  })

  test('of looking a policy says nothing else', async () => {
    const clara = await h.as('approver')
    const path = `/api/customers/${helvetia}/policy`
    const { version } = (await clara.get<{ version: number }>(path)).body
    for (const rule of [
      plainRule('never'),
      plainRule('ask', { approvers: 2 }),
      plainRule('ask', { recorded: false }),
    ]) {
      const { status } = await clara.send('PUT', `${path}/customer/${helvetia}`, {
        rules: { 'device.view': rule },
        version,
      })
      expect(status).toBe(422)
    }
  })
})

test('AL03 a look that cannot be written is not taken, nor the ones that waited for it', async () => {
  const deviceId = await newDevice()
  const tom = await h.as('technician')
  for (const role of ['gatehouse_app', 'gatehouse_house']) await owner`revoke insert on audit_event from ${owner(role)}`
  try {
    for (const { status, body } of await page(tom, deviceId)) {
      expect(status).toBe(500)
      expect(JSON.stringify(body)).not.toContain(deviceId)
    }
  } finally {
    for (const role of ['gatehouse_app', 'gatehouse_house']) await owner`grant insert on audit_event to ${owner(role)}`
  }
  const looks = await looksOf(() => page(tom, deviceId))
  expect(looks.map(({ event }) => event).sort()).toEqual(['actions.viewed', 'audit.viewed', 'device.viewed'])
})

test('the memory of looks is bounded, and forgets the oldest', async () => {
  const book = lookBook(1_000)
  for (let i = 0; i < 50_001; i++) await book.once(`${i}`, 0, true, async () => undefined)
  expect(book.find('0', 1)).toBeUndefined()
  expect(book.find('50000', 999)).toBeDefined()
  expect(book.find('50000', 1_000)).toBeUndefined()
})
