import type { AuditEventName } from '@gatehouse/shared/audit-events'
import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { auditKindOf } from '@gatehouse/shared/audit-kinds'
import type { Grant, Scope } from '@gatehouse/shared/decide'
import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import { auditEvent, auditText } from '../../kernel/audit/tables.ts'
import { behindWall } from '../../kernel/house.ts'
import { idAt, newId } from '../../kernel/ids.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { customer, site } from '../customers/tables.ts'
import { reachOf } from '../devices/door.ts'
import { device } from '../devices/tables.ts'
import { newPolicy } from '../policies/door.ts'
import { type AuditEventRow, eventsVisibleTo, type Reader } from './store.ts'

let h: TestHouse
type EventRow = typeof auditEvent.$inferSelect
/** The whole log, newest first, with every word of each event. */
let log: (EventRow & { words: string[] })[]

interface Device {
  id: string
  customerId: string
  siteId: string
  modelId: string
  tags: string[]
}
const devices: Device[] = []
const customers = Array.from({ length: 4 }, newId)
const sites = customers.map(() => [newId(), newId()])
/** Sites at which nothing stands. */
const manySites = Array.from({ length: 20 }, newId)
const people = Array.from({ length: 6 }, newId)
const requests = Array.from({ length: 5 }, newId)
const start = Date.UTC(2026, 2, 1)
/** Of before this moment all events are ours. */
const end = idAt(start + 40 * 24 * 3_600_000)
const words = [
  'drift',
  'Größe',
  'Balance-7',
  'a_b',
  '100 %',
  'Ｆｕｌｌ',
  'recalibrate',
  'ada@alpenwerk.example',
  "O'Hara",
]
const events = ['alarm.acknowledged', 'device.restarted', 'group.changed', 'session.denied', 'sign_in.refused'] as const

const pick = <T>(from: readonly T[], i: number): T => from[i % from.length] as T

/** Three customers with 300 devices, of which some are removed; a fourth that is there no more, as one device of the first. */
const fill = async (): Promise<void> => {
  const { db } = h.house
  for (const [i, id] of customers.slice(0, 3).entries()) {
    await db.insert(customer).values({ id, name: `Customer ${i}`, createdAt: start })
    await newPolicy(db, id, start)
    for (const [n, siteId] of (sites[i] ?? []).entries())
      await db
        .insert(site)
        .values({ id: siteId, customerId: id, name: `Site ${n}`, zone: 'Europe/Zurich', createdAt: start })
  }
  const models = [h.seeded.models.balance ?? '', h.seeded.models.controller ?? '']
  for (let i = 0; i < 300; i++)
    devices.push({
      id: newId(),
      customerId: pick(customers.slice(0, 3), i),
      siteId: pick(pick(sites.slice(0, 3), i), i >> 3),
      modelId: pick(models, i >> 2),
      tags: i % 50 === 0 ? ['rare'] : i % 2 ? ['odd'] : [],
    })
  await db.insert(device).values(
    devices.map((one, i) => ({
      ...one,
      name: `Device ${i}`,
      serial: `S-${i}`,
      state: 'active' as const,
      createdAt: start,
      removedAt: i % 10 === 0 ? start : null,
    })),
  )
  const ghost = { id: newId(), customerId: customers[0] ?? '', siteId: sites[0]?.[0] ?? '', modelId: '', tags: [] }
  const noted: [number, Entry][] = []
  for (let i = 0; i < 900; i++) {
    const event = pick<AuditEventName>(events, i * 7 + (i >> 4))
    const where = i % 4
    const of = i % 37 === 0 ? ghost : pick(devices, i * 11)
    const customerId = where === 0 ? of.customerId : where === 1 ? pick(customers, i >> 2) : null
    const who = pick(people, i * 5)
    const said = `${pick(words, i)} ${pick(words, i >> 3)}`
    noted.push([
      start + (i >> 1) * 3_600_000,
      entry({
        by:
          i % 5 === 0
            ? { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null }
            : {
                kind: 'person',
                id: who,
                name: `Person ${people.indexOf(who)}`,
                company: 'Alpenwerk',
                from: '10.0.0.1',
              },
        event,
        fields: {
          ...{ code: 'drift.zero', note: said, device: 'D', agentVersion: '1', group: said, change: said },
          ...{ activities: 'Type', technician: 'Tom', comment: said, email: 'an address', because: said },
        } as never,
        outcome: i % 9 === 0 ? 'refused' : i % 31 === 0 ? 'failed' : 'done',
        about: {
          customerId,
          customerName: customerId && `Customer ${customers.indexOf(customerId)}`,
          ...(where === 0 && {
            deviceId: of.id,
            deviceName: `Device ${devices.indexOf(of as Device)}`,
            siteId: of.siteId,
          }),
          ...(i % 6 === 0 && { personId: pick(people, i / 6) }),
          ...(i % 8 === 0 && { requestId: pick(requests, i >> 3), sessionId: pick(requests, i >> 4) }),
          ...(i % 16 === 0 && { approvalId: pick(requests, i >> 5) }),
        },
      }),
    ])
  }
  for (let i = 0; i < noted.length; i += 100)
    await db.transaction(async (tx) => {
      for (const [at, one] of noted.slice(i, i + 100)) await append(tx, at, [one])
    })
}

/** So many events of a customer and of none of his devices that whoever sees devices has to look beyond the newest few. */
const crowd = async (): Promise<void> => {
  const at = start + 225 * 3_600_000 + 1
  const one = entry({
    by: { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null },
    event: 'group.changed',
    fields: { group: 'A crowd', change: 'name' } as never,
    about: { customerId: customers[0] ?? null, customerName: 'Customer 0' },
  })
  for (let i = 0; i < 6; i++)
    await h.house.db.transaction((tx) =>
      append(
        tx,
        at,
        Array.from({ length: 1_000 }, () => one),
      ),
    )
}

/** As people part a text into words. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

beforeAll(async () => {
  h = await openTestHouse()
  await fill()
  await crowd()
  const rows = await h.house.db.select().from(auditEvent).innerJoin(auditText, eq(auditText.eventId, auditEvent.id))
  log = rows
    .map(({ audit_event: one, audit_text: text }) => ({
      ...one,
      words: wordsOf([text.words, text.actorName, text.fromAddress ?? '', ...Object.values(text.fields)].join(' ')),
    }))
    .filter(({ id }) => id < end)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
})
afterAll(() => h.close())

const holds = (scope: Scope, one: Device): boolean =>
  scope.kind === 'all' ||
  (scope.kind === 'customers' && scope.ids.includes(one.customerId)) ||
  (scope.kind === 'sites' && scope.ids.includes(one.siteId)) ||
  (scope.kind === 'models' && scope.ids.includes(one.modelId)) ||
  (scope.kind === 'devices' && scope.ids.includes(one.id)) ||
  (scope.kind === 'tags' && scope.tags.some((tag) => one.tags.includes(tag)))

/** Who may see an event, said as simply as it can be. */
const sees = ({ customerId, grants }: Reader, one: EventRow): boolean => {
  if (one.customerId === null)
    return (
      customerId === null && grants.some((g) => g.activities.includes('audit.view_maker') && g.scope.kind === 'all')
    )
  if (customerId !== null && one.customerId !== customerId) return false
  const of = devices.find(({ id }) => id === one.deviceId)
  return grants.some(
    ({ activities, scope }) =>
      activities.includes('audit.view') &&
      (scope.kind === 'all' ||
        (scope.kind === 'customers' && scope.ids.includes(one.customerId ?? '')) ||
        (of !== undefined && holds(scope, of))),
  )
}

const has = <T>(list: readonly T[] | undefined, one: T): boolean => list === undefined || list.includes(one)

const says = (search: string | undefined, one: (typeof log)[number]): boolean => {
  if (!search) return true
  const ids = [one.id, one.requestId, one.sessionId, one.approvalId, one.deviceId, one.personId, one.actorId]
  if (search.length === 36) return ids.includes(search)
  const asked = wordsOf(search)
  const last = asked.pop()
  return (
    last !== undefined &&
    asked.every((word) => one.words.includes(word)) &&
    one.words.some((word) => word.startsWith(last))
  )
}

/** Whether a filter lets an event through, said as simply as it can be. */
const fits = (filter: AuditFilter, one: (typeof log)[number]): boolean =>
  has(filter.kinds, auditKindOf[one.event as AuditEventName]) &&
  has(filter.events, one.event) &&
  has(filter.outcomes as string[] | undefined, one.outcome) &&
  has(filter.actorKinds as string[] | undefined, one.actorKind) &&
  has(filter.people as (string | null)[] | undefined, one.actorId) &&
  (filter.approval !== 'with' || one.approvalId !== null) &&
  (filter.approval !== 'without' || one.approvalId === null) &&
  (filter.from === undefined || one.at >= filter.from) &&
  (filter.to === undefined || one.at < filter.to) &&
  (filter.personId === undefined || one.personId === filter.personId || one.actorId === filter.personId) &&
  (['customerId', 'siteId', 'deviceId', 'requestId', 'sessionId', 'approvalId'] as const).every(
    (name) => filter[name] === undefined || one[name] === filter[name],
  ) &&
  says(filter.search, one)

/** All pages of the log, one behind the other, as he is shown them. */
const pagesOf = async (who: Reader, filter: AuditFilter, limit: number, most = 12): Promise<AuditEventRow[]> => {
  const { db } = behindWall(h.house, await reachOf(h.house.db, who))
  const rows: AuditEventRow[] = []
  for (let i = 0; i < most; i++) {
    const page = await eventsVisibleTo(db, who, filter, limit, rows.at(-1)?.id ?? end)
    rows.push(...page.slice(0, limit))
    if (page.length <= limit) break
  }
  return rows
}

const scopes: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant<Scope>({ kind: 'all' }),
  fc.subarray(customers, { minLength: 1 }).map((ids): Scope => ({ kind: 'customers', ids })),
  fc.subarray(sites.flat(), { minLength: 1 }).map((ids): Scope => ({ kind: 'sites', ids })),
  // Of so many places that the newest events are looked through first.
  fc.subarray(sites.flat()).map((ids): Scope => ({ kind: 'sites', ids: [...ids, ...manySites] })),
  fc
    .constantFrom('balance', 'controller')
    .map((name): Scope => ({ kind: 'models', ids: [h.seeded.models[name] ?? ''] })),
  fc
    .array(fc.nat(299), { minLength: 1, maxLength: 4 })
    .map((at): Scope => ({ kind: 'devices', ids: at.map((i) => devices[i]?.id ?? '') })),
  fc.constant(0).map((): Scope => ({ kind: 'devices', ids: devices.map(({ id }) => id) })),
  fc.subarray(['rare', 'odd'], { minLength: 1 }).map((tags): Scope => ({ kind: 'tags', tags })),
)
const grants: fc.Arbitrary<Grant> = fc.record({
  activities: fc.subarray(['audit.view', 'audit.view_maker', 'device.view'] as const, { minLength: 1 }),
  scope: scopes,
})
const readers: fc.Arbitrary<Reader> = fc.record({
  customerId: fc.oneof(fc.constant(null), fc.constantFrom(...customers.slice(0, 3))),
  grants: fc.array(grants, { maxLength: 3 }),
})
const moments = fc.integer({ min: 0, max: 460 }).map((hours) => start + hours * 3_600_000)
const some = <T>(...of: T[]) => fc.subarray(of, { minLength: 1 })
const searches = fc.oneof(
  fc.constantFrom(
    ...words,
    'person 3 drif',
    'acknowledged alarm recal',
    'refused',
    'device 1',
    '–',
    'nowhere',
    'GRÖSSE',
  ),
  fc.constantFrom(...requests.map((id) => id.slice(-6))),
  fc.constantFrom(...requests, ...people),
)
const filters: fc.Arbitrary<AuditFilter> = fc.record(
  {
    search: searches,
    kinds: some('alarms' as const, 'devices' as const, 'people' as const, 'sessions' as const),
    events: some<string>(...events),
    outcomes: some('done' as const, 'refused' as const, 'failed' as const),
    actorKinds: some('person' as const, 'system' as const),
    people: some(...people),
    approval: fc.constantFrom('with' as const, 'without' as const),
    from: moments,
    to: moments,
    customerId: fc.constantFrom(...customers),
    siteId: fc.constantFrom(...sites.flat()),
    deviceId: fc.nat(299).map((i) => devices[i]?.id ?? ''),
    personId: fc.constantFrom(...people),
    requestId: fc.constantFrom(...requests),
    sessionId: fc.constantFrom(...requests),
    approvalId: fc.constantFrom(...requests),
  },
  { requiredKeys: [] },
)
/** Mostly one or two things at once: of all at once nothing would be left. */
const narrow = filters.chain((filter) =>
  fc
    .subarray(Object.keys(filter), { maxLength: 3 })
    .map((names) => Object.fromEntries(Object.entries(filter).filter(([name]) => names.includes(name))) as AuditFilter),
)

const expected = (who: Reader, filter: AuditFilter): string[] =>
  log.filter((one) => sees(who, one) && fits(filter, one)).map(({ id }) => id)

describe('a list of the log', () => {
  test('AL07 holds exactly what one may see and what a filter lets through, page by page', {
    timeout: 120_000,
  }, async () => {
    let filled = 0
    await fc.assert(
      fc.asyncProperty(readers, narrow, fc.constantFrom(3, 50, 200), async (who, filter, limit) => {
        const wanted = expected(who, filter)
        const rows = (await pagesOf(who, filter, limit)).map(({ id }) => id)
        if (wanted.length > 0) filled += 1
        expect(rows).toEqual(wanted.slice(0, 12 * limit))
      }),
      { numRuns: 150 },
    )
    // A test that only ever compared nothing with nothing would prove nothing.
    expect(filled).toBeGreaterThan(30)
  })

  const everything: Reader = {
    customerId: null,
    grants: [{ activities: ['audit.view', 'audit.view_maker'], scope: { kind: 'all' } }],
  }
  test.each([
    { search: 'recal' },
    { kinds: ['alarms'] },
    { events: ['session.denied'] },
    { outcomes: ['failed'] },
    { actorKinds: ['system'] },
    { people: people.slice(0, 1) },
    { approval: 'with' },
    { approval: 'without' },
    { from: start + 400 * 3_600_000 },
    { to: start + 9 * 3_600_000 },
    { customerId: customers[3] },
    { siteId: sites[1]?.[1] },
    { personId: people[2] },
    { requestId: requests[1] },
    { sessionId: requests[2] },
    { approvalId: requests[3] },
  ] as AuditFilter[])('is narrowed by %j to some and not to all', async (filter) => {
    const rows = (await pagesOf(everything, filter, 1_000)).map(({ id }) => id)
    expect(rows).toEqual(expected(everything, filter))
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.length).toBeLessThan(log.length)
  })

  test('AL26 holds everything also where its filter names something twice', async () => {
    const everybody: Reader = {
      customerId: null,
      grants: [{ activities: ['audit.view', 'audit.view_maker'], scope: { kind: 'all' } }],
    }
    const twice: AuditFilter[] = [
      { events: ['session.denied', 'session.denied'] },
      { people: [...people.slice(0, 1), ...people.slice(0, 1)] },
      { kinds: ['alarms', 'alarms'] },
    ]
    for (const filter of twice) {
      const rows = await pagesOf(everybody, filter, 50, 40)
      expect(rows.map(({ id }) => id)).toEqual(expected(everybody, filter))
      expect(rows.length).toBeGreaterThan(50)
    }
  })

  test('goes on where it stopped while events come in', async () => {
    const first = await eventsVisibleTo(h.house.db, everything, {}, 50, end)
    const at = start + 30 * 24 * 3_600_000
    const by = { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null } as const
    await h.house.db.transaction((tx) =>
      append(tx, at, [entry({ by, event: 'device.connected', fields: { device: 'D', transport: 'websocket' } })]),
    )
    const next = await eventsVisibleTo(h.house.db, everything, {}, 50, first[49]?.id)
    expect([...first.slice(0, 50), ...next.slice(0, 50)].map(({ id }) => id)).toEqual(
      log.slice(0, 100).map(({ id }) => id),
    )
  })

  test('an id is of the moment of its event', () => {
    for (const one of log) {
      expect(one.id >= idAt(one.at)).toBe(true)
      expect(one.id < idAt(one.at + 1)).toBe(true)
    }
  })

  test('AL07 the index of words gives nobody what is not behind his own wall', async () => {
    const inside = h.house.dbOf([customers[1] ?? ''])
    const found = async (db: typeof inside, whose: string[] | null) => {
      const rows = await db.execute<{ id: string }>(
        `select audit_found_behind_wall('drift', ${whose ? `'{${whose.join()}}'` : 'null'}, null, 1000) as id`,
      )
      return new Set(rows.map(({ id }) => log.find((one) => one.id === id)?.customerId))
    }
    expect(await found(inside, null)).toEqual(new Set([customers[1]]))
    expect(await found(inside, [...customers])).toEqual(new Set([customers[1]]))
    expect(await found(inside, [customers[0] ?? ''])).toEqual(new Set())
    await expect(inside.execute(`select audit_found('drift', null, null, 10)`)).rejects.toMatchObject({
      cause: { code: '42501' },
    })
    await expect(h.house.db.execute(`select audit_found_behind_wall('drift', null, null, 10)`)).rejects.toMatchObject({
      cause: { code: '42501' },
    })
  })
})
