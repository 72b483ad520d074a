import type { Activity } from '@gatehouse/shared/activities'
import { type DeviceTarget, granted, type Scope, type Who } from '@gatehouse/shared/decide'
import { severities } from '@gatehouse/shared/devices/declaration'
import { alarmFilters, connections, FleetFilter, fleetSorts } from '@gatehouse/shared/devices/fleet'
import type { Page } from '@gatehouse/shared/views/basics'
import type { DeviceRow, FleetFacets } from '@gatehouse/shared/views/devices'
import { and, eq, isNull, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { alarm } from '../alarms/tables.ts'
import { customer, site } from '../customers/tables.ts'
import { newPolicy } from '../policies/door.ts'
import { grantedDevices } from './door.ts'
import { placesOf } from './fleet.ts'
import { connectionOf, lateAfter, offlineAfter } from './rules.ts'
import { sweepLinks } from './sweep.ts'
import { device, deviceLink, linkSweep, model } from './tables.ts'

let h: TestHouse
let administrator: Visitor
/** Everything there is, as a decision needs it, removed devices left out. */
let all: DeviceTarget[]

const pick = <T>(from: readonly T[], i: number): T => from[i % from.length] as T
const tags = ['north', 'south', 'clean room', '%']

/** Three customers with five sites, three models and 60 devices, whose names and serials are the same again and again. */
const fill = async (): Promise<void> => {
  const { db, clock } = h.house
  const now = clock.now()
  const models = [h.seeded.models.balance, h.seeded.models.controller, newId()]
  const [first] = await db.select().from(model).where(eq(model.id, h.seeded.models.balance))
  if (!first) throw new Error('no model')
  await db.insert(model).values({ ...first, id: models[2] ?? '', name: 'Älter 100%' })
  for (const name of ['Ächz AG', 'zebra', 'Zebra']) {
    const customerId = newId()
    await db.insert(customer).values({ id: customerId, name, createdAt: now })
    await newPolicy(db, customerId, now)
    const sites = ['Here', 'There_', `${name} 3`].map((one) => ({ id: newId(), name: one }))
    for (const one of sites) await db.insert(site).values({ ...one, customerId, zone: 'Europe/Zurich', createdAt: now })
    for (let i = 0; i < 20; i++) {
      const id = newId()
      await db.insert(device).values({
        id,
        customerId,
        siteId: pick(sites, i).id,
        modelId: pick(models, i),
        name: pick(['Scale', 'scale', 'Öl', 'Scale 10', 'Scale 9', '50% mix'], i),
        serial: `${pick(['A', 'b', 'Ç'], i)}-${i}`,
        tags: [pick(tags, i)],
        state: pick(['active', 'active', 'awaiting_enrolment', 'revoked'], i),
        createdAt: now,
        removedAt: i === 19 ? now : null,
      })
      const silent = pick([1_000, 50_000, 100_000, 600_000, null], i)
      await db.insert(deviceLink).values({
        deviceId: id,
        connected: i % 3 !== 0,
        transport: pick(['websocket', 'https', null, 'websocket'], i),
        lastHeardAt: silent === null ? null : now - silent,
      })
      for (const [n, severity] of severities.entries())
        if (i % (n + 3) === 0)
          await db.insert(alarm).values({
            id: newId(),
            deviceId: id,
            customerId,
            code: `code.${severity}`,
            severity,
            message: 'Something',
            source: 'device',
            raisedAt: now,
            lastAt: now,
            clearedAt: i % 2 === 0 ? null : now,
          })
    }
  }
}

beforeAll(async () => {
  h = await openTestHouse()
  administrator = await h.as('administrator')
  await fill()
  const rows = await h.house.db.select().from(device).where(isNull(device.removedAt))
  all = rows.map(({ id, customerId, siteId, modelId, tags: own }) => ({
    kind: 'device',
    deviceId: id,
    customerId,
    siteId,
    modelId,
    tags: own,
  }))
})
afterAll(() => h.close())

const list = async (visitor: Visitor, query: string): Promise<Page<DeviceRow>> => {
  const answer = await visitor.get<Page<DeviceRow>>(`/api/devices?${query}`)
  expect([query, answer.status]).toEqual([query, 200])
  return answer.body
}
const walk = async (visitor: Visitor, query: string): Promise<DeviceRow[]> => {
  const rows: DeviceRow[] = []
  let cursor = ''
  for (let pages = 0; pages < 50; pages++) {
    const page = await list(visitor, `${query}${cursor}`)
    rows.push(...page.rows)
    if (page.next === null) return rows
    cursor = `&cursor=${page.next}`
  }
  throw new Error('the list does not end')
}

describe('T2 the pages of the fleet', () => {
  const orders = fleetSorts.flatMap((sort) => (['asc', 'desc'] as const).map((order) => ({ sort, order })))

  test.each(orders)('give every device once, by $sort $order', async ({ sort, order }) => {
    const query = `sort=${sort}&order=${order}`
    const walked = await walk(administrator, `limit=7&${query}`)
    expect(walked.map((row) => row.id).sort()).toEqual(all.map((one) => one.deviceId).sort())
    const whole = await list(administrator, `limit=200&${query}`)
    expect(walked.map((row) => row.id)).toEqual(whole.rows.map((row) => row.id))
  })

  test.each(orders)('are in order, by $sort $order', async ({ sort, order }) => {
    const { rows } = await list(administrator, `limit=200&sort=${sort}&order=${order}`)
    const up = order === 'asc' ? rows : rows.toReversed()
    const rank = (row: DeviceRow) => (row.alarms.worst === null ? 0 : severities.indexOf(row.alarms.worst) + 1)
    const numbers = { lastHeard: (row: DeviceRow) => row.lastHeardAt ?? -1, alarm: rank }
    const texts = {
      name: (row: DeviceRow) => [row.name],
      serial: (row: DeviceRow) => [row.serial],
      customer: (row: DeviceRow) => [row.customer.name, row.name],
    }
    if (sort === 'lastHeard' || sort === 'alarm') {
      const keys = up.map(numbers[sort])
      return expect(keys).toEqual(keys.toSorted((a, b) => a - b))
    }
    const keys = up.map((row) => [...texts[sort](row), row.id])
    // PostgreSQL is asked for its own order of these texts.
    const [sorted] = await h.house.db.execute<{ keys: string[][] }>(
      `select jsonb_agg(key order by ${keys[0]?.map((_, i) => `key ->> ${i}`).join(', ')}) as keys
       from jsonb_array_elements($json$${JSON.stringify(keys)}$json$::jsonb) as t(key)`,
    )
    expect(keys).toEqual(sorted?.keys)
  })

  test('stay complete under a filter', async () => {
    const walked = await walk(administrator, 'limit=3&sort=alarm&alarm=open&search=scale')
    const whole = await list(administrator, 'limit=200&sort=alarm&alarm=open&search=scale')
    expect(walked.length).toBeGreaterThan(6)
    expect(walked).toEqual(whole.rows)
  })

  test.each(['bm9uc2Vuc2U', 'W10', btoa('["a","b"]'), btoa('["a\\u0000",null]'), btoa('[1,2,3,4]')])(
    'AZ12 refuse the made-up cursor %s',
    async (cursor) => {
      for (const sort of fleetSorts)
        expect((await administrator.get(`/api/devices?sort=${sort}&cursor=${cursor}`)).status).toBe(422)
    },
  )

  test('AZ12 refuse doubled and senseless questions', async () => {
    for (const query of [
      'customer=1',
      'limit=0',
      'limit=9999',
      'sort=id',
      'sort=name&sort=serial',
      'state=live',
      'search=%00',
      'tag=%00',
    ])
      expect([query, (await administrator.get(`/api/devices?${query}`)).status]).toEqual([query, 422])
  })
})

describe('T2 the filters of the fleet', () => {
  const whole = () => walk(administrator, 'limit=200')
  const check = async (query: string, meets: (row: DeviceRow) => boolean) => {
    const found = await walk(administrator, `limit=200&${query}`)
    const expected = (await whole()).filter(meets)
    expect(expected.length).toBeGreaterThan(0)
    expect(found.map((row) => row.id)).toEqual(expected.map((row) => row.id))
  }

  test('by customer, site, model, state and tag', async () => {
    const some = pick(all, 30)
    await check(`customer=${some.customerId}`, (row) => row.customer.id === some.customerId)
    await check(`site=${some.siteId}`, (row) => row.site.id === some.siteId)
    await check(`model=${some.modelId}`, (row) => row.model.id === some.modelId)
    for (const state of ['awaiting_enrolment', 'active', 'revoked'])
      await check(`state=${state}`, (row) => row.state === state)
    for (const tag of tags) await check(`tag=${encodeURIComponent(tag)}`, (row) => row.tags.includes(tag))
    await check(
      `customer=${some.customerId}&site=${some.siteId}&state=active`,
      (row) => row.site.id === some.siteId && row.state === 'active',
    )
  })

  test.each(connections)('by connection: %s', (wanted) =>
    check(`connection=${wanted}`, (row) => row.connection === wanted),
  )

  test.each(alarmFilters)('by alarm: %s', async (wanted) => {
    const open = await h.house.db.select().from(alarm).where(isNull(alarm.clearedAt))
    const has = (row: DeviceRow) => open.filter((one) => one.deviceId === row.id).map((one) => one.severity)
    await check(`alarm=${wanted}`, (row) => {
      expect(row.alarms.open).toBe(has(row).length)
      expect(row.alarms.worst).toBe(severities.findLast((one) => has(row).includes(one)) ?? null)
      return wanted === 'open'
        ? has(row).length > 0
        : wanted === 'none'
          ? has(row).length === 0
          : has(row).includes(wanted)
    })
  })

  test('by words in name, serial number, customer and site; no word is a pattern', async () => {
    const text = (row: DeviceRow) => [row.name, row.serial, row.customer.name, row.site.name].join('\n').toLowerCase()
    for (const words of ['scale', 'SCALE 10', 'zebra here', 'b-1 ächz', '50%', 'there_', '%', '_'])
      await check(`search=${encodeURIComponent(words)}`, (row) =>
        words.split(' ').every((word) => text(row).includes(word.toLowerCase())),
      )
    expect(await walk(administrator, 'search=s%25e')).toEqual([])
  })
})

test('the SQL of a connection is `connectionOf`, to the millisecond', async () => {
  const { db } = h.house
  const everything: Who = {
    id: '',
    customerId: null,
    networkRefused: false,
    passwordDue: false,
    secondFactor: 'shown',
    provenAt: 0,
    grants: [{ activities: ['device.view'], scope: { kind: 'all' } }],
  }
  const now = h.house.clock.now()
  const edges = [lateAfter.websocket, lateAfter.https, offlineAfter].flatMap((edge) => [edge - 1, edge, edge + 1])
  const links = await db
    .select({ link: deviceLink, state: device.state })
    .from(deviceLink)
    .innerJoin(device, eq(device.id, deviceLink.deviceId))
    .where(isNull(device.removedAt))
  for (const [i, { link }] of links.entries())
    await db
      .update(deviceLink)
      .set({ lastHeardAt: i % 10 === 9 ? null : now - pick(edges, i) })
      .where(eq(deviceLink.deviceId, link.deviceId))
  const after = await db
    .select({ link: deviceLink, state: device.state })
    .from(deviceLink)
    .innerJoin(device, eq(device.id, deviceLink.deviceId))
    .where(isNull(device.removedAt))
  const check = async (at: number) => {
    for (const wanted of connections) {
      const found = await placesOf(db, everything, FleetFilter.parse({ connection: wanted }), { limit: 500, now: at })
      const few = await placesOf(db, everything, FleetFilter.parse({ connection: wanted }), { limit: 2, now: at })
      const expected = after.filter(({ link, state }) => connectionOf(state, link, at) === wanted)
      expect(found.map((place) => place.id).sort()).toEqual(expected.map(({ link }) => link.deviceId).sort())
      expect(few).toEqual(found.slice(0, 3))
    }
  }
  for (const wanted of connections)
    expect(after.some(({ link, state }) => connectionOf(state, link, now) === wanted)).toBe(true)
  await check(now)
  // The same where a sweep has marked who is quiet: fresh, at the edge of what it proves, and behind it.
  await sweepLinks(db, now)
  for (const later of [0, 1, 9_999, 10_000, 10_001, 100_000]) await check(now + later)
  const [swept] = await db.select().from(linkSweep)
  expect(swept?.at).toBe(now)
})

describe('what is kept with a device', () => {
  const kept = async (id: string) => {
    const [row] = await h.house.db
      .select({ alarms: device.openAlarms, rank: device.alarmRank, heard: device.heard })
      .from(device)
      .where(eq(device.id, id))
    return row
  }
  const open = (id: string, code: string, severity: (typeof severities)[number]) => {
    const at = h.house.clock.now()
    const rest = { message: 'Something', source: 'device' as const, raisedAt: at, lastAt: at }
    return { id: newId(), deviceId: id, customerId: pick(all, 0).customerId, code, severity, ...rest }
  }
  const clear = (id: string, code: string) =>
    h.house.db
      .update(alarm)
      .set({ clearedAt: h.house.clock.now() })
      .where(and(eq(alarm.deviceId, id), eq(alarm.code, code)))
  const some = async () => {
    const one = pick(all, 0)
    const id = newId()
    const { customerId, siteId, modelId } = one
    const row = { id, customerId, siteId, modelId, name: 'Kept', serial: id, state: 'active' as const, createdAt: 0 }
    await h.house.db.insert(device).values(row)
    await h.house.db.insert(deviceLink).values({ deviceId: id })
    return id
  }
  // Out of the list again, that the other tests count.
  const remove = (id: string) => h.house.db.update(device).set({ removedAt: 1 }).where(eq(device.id, id))

  test('are its open alarms: raised, made worse, cleared, and two at once', async () => {
    const id = await some()
    expect(await kept(id)).toMatchObject({ alarms: 0, rank: 0 })
    await h.house.db.insert(alarm).values([open(id, 'a', 'info'), open(id, 'b', 'critical')])
    expect(await kept(id)).toMatchObject({ alarms: 5, rank: 3 })
    await clear(id, 'b')
    expect(await kept(id)).toMatchObject({ alarms: 1, rank: 1 })
    await h.house.db.update(alarm).set({ severity: 'warning' }).where(eq(alarm.deviceId, id))
    expect(await kept(id)).toMatchObject({ alarms: 2, rank: 2 })
    await clear(id, 'a')
    expect(await kept(id)).toMatchObject({ alarms: 0, rank: 0 })
    const second = await h.house.db.transaction(async (tx) => {
      await tx.insert(alarm).values(open(id, 'c', 'info'))
      const waits = h.house.db
        .insert(alarm)
        .values(open(id, 'd', 'critical'))
        .execute()
      // Sent and waiting for the row of the device before the first commits.
      await expect
        .poll(async () => (await tx.execute(sql`select 1 from pg_locks where not granted`)).length)
        .toBeGreaterThan(0)
      return { waits }
    })
    await second.waits
    expect(await kept(id)).toMatchObject({ alarms: 5, rank: 3 })
    await remove(id)
  })

  test('is whether it talks: never, now, not connected, and not after it was revoked', async () => {
    const id = await some()
    const set = (values: Partial<typeof deviceLink.$inferInsert>) =>
      h.house.db.update(deviceLink).set(values).where(eq(deviceLink.deviceId, id))
    const heard = async () => (await kept(id))?.heard
    expect(await heard()).toBe(0)
    await set({ connected: true, transport: 'websocket', lastHeardAt: h.house.clock.now() })
    expect(await heard()).toBe(1)
    await set({ connected: false })
    expect(await heard()).toBe(4)
    await set({ transport: 'https', lastHeardAt: h.house.clock.now() })
    expect(await heard()).toBe(1)
    await h.house.db.update(device).set({ state: 'revoked' }).where(eq(device.id, id))
    expect(await heard()).toBe(4)
    await set({ connected: true, lastHeardAt: h.house.clock.now() })
    expect(await heard()).toBe(4)
    await remove(id)
  })
})

test('a sweep that leaves out somebody proves nothing', async () => {
  const { db, clock } = h.house
  const now = clock.now()
  const [one] = await db
    .select({ id: deviceLink.deviceId })
    .from(deviceLink)
    .innerJoin(device, eq(device.id, deviceLink.deviceId))
    .where(and(eq(device.state, 'active'), isNull(device.removedAt)))
    .limit(1)
  const of = eq(deviceLink.deviceId, one?.id ?? '')
  await db
    .update(deviceLink)
    .set({ connected: true, lastHeardAt: now - 200_000, quietAt: null })
    .where(of)
  const before = await db.select().from(linkSweep)
  await db.transaction(async (batch) => {
    await batch.select().from(deviceLink).where(of).for('no key update')
    await sweepLinks(db, now)
  })
  expect(await db.select().from(linkSweep)).toEqual(before)
  await sweepLinks(db, now)
  expect(await db.select().from(linkSweep)).toEqual([{ id: 1, at: now }])
})

describe('T1 everybody sees his own', () => {
  test("AZ03 a customer's people see their customer's devices only, in lists and choices", async () => {
    const luis = await h.as('otherApprover')
    const rows = await walk(luis, 'limit=2&sort=customer')
    expect(new Set(rows.map((row) => row.customer.name))).toEqual(new Set(['Great Lakes Foods']))
    expect(rows).toHaveLength(2)
    expect(await walk(luis, `customer=${h.seeded.customers['Helvetia Pharma']}`)).toEqual([])
    expect(await walk(luis, 'search=helvetia')).toEqual([])
    const { body } = await luis.get<FleetFacets>('/api/devices/facets')
    expect(body.customers.map((one) => one.name)).toEqual(['Great Lakes Foods'])
    expect(body.sites.map((one) => one.name)).toEqual(['Milwaukee'])
    expect(body.models.map((one) => one.name)).toEqual(['LC-400 line controller', 'XA-204 balance'])
  })

  test('the choices of one customer are the sites and models of its devices', async () => {
    const of = h.seeded.customers['Great Lakes Foods']
    const { body } = await administrator.get<FleetFacets>(`/api/devices/facets?customer=${of}`)
    expect(body.sites.map((one) => one.name)).toEqual(['Milwaukee'])
    expect(body.models.map((one) => one.name)).toEqual(['LC-400 line controller', 'XA-204 balance'])
  })

  test('AZ02 {terminal on A} and {view on B} list B alone, and open no terminal on B', async () => {
    const [a, b] = [h.seeded.devices['Balance 7'] ?? '', h.seeded.devices['Balance 11'] ?? '']
    await regrant(h, 'outsider', [
      { activities: ['session.terminal'], scope: { kind: 'devices', ids: [a] } },
      { activities: ['device.view'], scope: { kind: 'devices', ids: [b] } },
    ])
    const tom = await h.as('outsider')
    expect((await walk(tom, 'limit=10')).map((row) => row.id)).toEqual([b])
    expect((await tom.get(`/api/devices/${a}`)).status).toBe(404)
    const view = await tom.get<{ may: Record<Activity, { ok: boolean; because?: string }> }>(`/api/devices/${b}`)
    expect(view.body.may['device.view'].ok).toBe(true)
    expect(view.body.may['session.terminal']).toMatchObject({ ok: false, because: 'not_granted' })
    expect((await tom.get('/api/customers')).body).toEqual({ rows: [], next: null })
    const { body } = await tom.get<FleetFacets>('/api/devices/facets')
    expect([body.customers.length, body.sites.length, body.models.length]).toEqual([1, 1, 1])
  })

  test('AZ02 the scope of a list in SQL is `granted`, over random grants', async () => {
    const ids = (of: (one: DeviceTarget) => string) =>
      fc.uniqueArray(fc.constantFrom(...new Set(all.map(of))), { maxLength: 3 })
    const scope: fc.Arbitrary<Scope> = fc.oneof(
      { weight: 1, arbitrary: fc.constant<Scope>({ kind: 'all' }) },
      { weight: 2, arbitrary: ids((one) => one.customerId).map((some): Scope => ({ kind: 'customers', ids: some })) },
      { weight: 2, arbitrary: ids((one) => one.siteId).map((some): Scope => ({ kind: 'sites', ids: some })) },
      { weight: 2, arbitrary: ids((one) => one.modelId).map((some): Scope => ({ kind: 'models', ids: some })) },
      { weight: 2, arbitrary: ids((one) => one.deviceId).map((some): Scope => ({ kind: 'devices', ids: some })) },
      {
        weight: 2,
        arbitrary: fc
          .uniqueArray(fc.constantFrom(...tags, 'laboratory'), { maxLength: 2 })
          .map((some): Scope => ({ kind: 'tags', tags: some })),
      },
    )
    const activities = fc.uniqueArray(fc.constantFrom<Activity>('device.view', 'session.terminal', 'audit.view'), {
      maxLength: 2,
    })
    const who = fc.record({
      id: fc.constant('somebody'),
      customerId: fc.option(fc.constantFrom(...new Set(all.map((one) => one.customerId)))),
      networkRefused: fc.constant(false),
      passwordDue: fc.constant(false),
      secondFactor: fc.constant('shown' as const),
      provenAt: fc.constant(0),
      grants: fc.array(fc.record({ activities, scope }), { maxLength: 4 }),
    })
    let seen = 0
    await fc.assert(
      fc.asyncProperty(who, fc.constantFrom<Activity>('device.view', 'session.terminal'), async (one, activity) => {
        const rows = await h.house.db.select({ id: device.id }).from(device).where(grantedDevices(one, activity))
        const found = new Set(rows.map((row) => row.id))
        const expected = all.filter((target) => granted(one, activity, target)).map((target) => target.deviceId)
        expect(all.map((target) => target.deviceId).filter((id) => found.has(id))).toEqual(expected)
        seen += expected.length
        // The list takes other ways for some scopes, and comes to the same.
        const own = all.filter((target) => granted(one, 'device.view', target)).map((target) => target.deviceId)
        for (const sort of fleetSorts) {
          const page = { limit: 200, now: 0 }
          const places = await placesOf(h.house.db, one, FleetFilter.parse({ sort }), page)
          expect(places.map((place) => place.id).sort()).toEqual(own.toSorted())
          const few = await placesOf(h.house.db, one, FleetFilter.parse({ sort }), { ...page, limit: 4 })
          expect(few).toEqual(places.slice(0, 5))
        }
      }),
      { numRuns: 400 },
    )
    expect(seen).toBeGreaterThan(1_000)
  }, 120_000)
})
