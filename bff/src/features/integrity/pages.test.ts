import type { FaultFinder } from '@gatehouse/shared/audit-faults'
import type { Named, Page } from '@gatehouse/shared/views/basics'
import type { ErasuresView } from '@gatehouse/shared/views/erasures'
import type { LogFaultView, LogView } from '@gatehouse/shared/views/integrity'
import type { LooksView } from '@gatehouse/shared/views/looks'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { days } from '../../kernel/clock.ts'
import { newId } from '../../kernel/ids.ts'
import { manyDevices } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { erasure } from '../erasures/tables.ts'
import { person } from '../people/tables.ts'
import { auditCheck, auditFault } from './tables.ts'

let h: TestHouse
let helvetia: string
let foods: string
let clara: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  helvetia = h.seeded.customers['Helvetia Pharma']
  foods = h.seeded.customers['Great Lakes Foods']
  clara = await h.as('approver')
})
afterAll(() => h.close())

type Row = { id: string | null }

const get = async <View extends Page<Row>>(path: string, cursor: string | null, who = clara): Promise<View> => {
  const { status, body } = await who.get<View>(`${path}${cursor ? `&cursor=${cursor}` : ''}`)
  expect([path, status]).toEqual([path, 200])
  return body
}
/** The ids of a list, page by page. */
const pagesOf = async (path: string): Promise<(string | null)[][]> => {
  const pages: (string | null)[][] = []
  let cursor: string | null = null
  do {
    const page: Page<Row> = await get(path, cursor)
    pages.push(page.rows.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== null)
  return pages
}
/** Reads a list by seven: each page goes on exactly where the one before it ended, and nobody's cursor opens more. */
const goesOn = async (path: string, expected: readonly string[], others: string) => {
  const pages = await pagesOf(`${path}limit=7`)
  expect(pages.slice(0, -1).every(({ length }) => length === 7)).toBe(true)
  expect(pages.flat()).toEqual(expected)
  expect(await pagesOf(`${path}limit=200`)).toEqual([expected])
  // A page that ends with the list offers no other one.
  expect(await pagesOf(`${path}limit=${expected.length}`)).toEqual([expected])
  const luis = await h.as('otherApprover')
  const { next } = await get(`${path}limit=7`, null)
  expect((await luis.get(`${path}cursor=${next}`)).status).toBe(404)
  expect((await get<Page<Row>>(others, next, luis)).rows).toEqual([])
  for (const madeUp of ['x', Buffer.from('["x","y","z","w"]').toString('base64url'), `${next}A`.repeat(2)])
    expect((await clara.get(`${path}cursor=${madeUp}`)).status).toBe(422)
}

describe('a list that was cut goes on', () => {
  test('of what was found in a log: the newest first, those found together in its order', async () => {
    const at = h.clock.now()
    const found = (says: string, seq: number | null, firstAt: number) => ({
      id: newId(),
      tree: helvetia,
      seq,
      kind: says,
      says,
      foundBy: 'nightly_check' as FaultFinder,
      firstAt,
      lastAt: firstAt,
    })
    const together = Array.from({ length: 20 }, (_, seq) => found('its event is gone', seq, at))
    const older = [found('the log as a whole', null, at - 5), found('its event is gone', 40, at - 5)]
    // Two things of one entry, found at once.
    const twice = [found('its leaf is gone', 41, at - 9), found('its words are gone', 41, at - 9)]
    await h.house.db
      .insert(auditFault)
      .values([...twice, ...older, ...together.toReversed()].map((one) => ({ ...one })))
    const expected = [...together, ...older, ...twice.toSorted((a, b) => (a.id < b.id ? -1 : 1))]
    await goesOn(
      `/api/logs/${helvetia}/faults?`,
      expected.map(({ id }) => id),
      `/api/logs/${foods}/faults?limit=7`,
    )
    const { rows } = await get<Page<LogFaultView>>(`/api/logs/${helvetia}/faults?limit=1`, null)
    expect(rows).toMatchObject([{ seq: 0, says: 'its event is gone', open: true, explanations: [] }])
    expect((await clara.get<LogView>(`/api/logs/${helvetia}`)).body.faults).toEqual({ open: 24, all: 24 })
  })

  test('of the checks of a log', async () => {
    const at = h.clock.now()
    // Three at each moment: the id decides.
    const checks = Array.from({ length: 24 }, (_, i) => ({
      id: newId(),
      tree: helvetia,
      askedAt: at - days(1 + Math.floor(i / 3)),
      endedAt: at - days(1 + Math.floor(i / 3)),
    }))
    await h.house.db.insert(auditCheck).values(checks)
    const expected = checks.toSorted((a, b) => b.askedAt - a.askedAt || (a.id < b.id ? 1 : -1))
    await goesOn(
      `/api/logs/${helvetia}/checks?`,
      expected.map(({ id }) => id),
      `/api/logs/${foods}/checks?limit=7`,
    )
  })

  test('of people who were removed, and of what was erased: what is open apart from what is over', async () => {
    const at = h.clock.now()
    // Two of each name: the id decides.
    const names = Array.from({ length: 24 }, (_, i) => `Former ${String.fromCharCode(65 + Math.floor(i / 2))}`)
    const people = names.map((name) => ({
      id: newId(),
      customerId: helvetia,
      name,
      email: `${newId()}@helvetia.example`,
      passwordHash: 'none',
      passwordChangedAt: at,
      createdAt: at,
      removedAt: at,
    }))
    await h.house.db.insert(person).values(people)
    const byName = people.toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
    const removed = `/api/customers/${helvetia}/removed-people?`
    await goesOn(
      removed,
      byName.map(({ id }) => id),
      `/api/customers/${foods}/removed-people?limit=7`,
    )
    const found = await get<Page<Named>>(`${removed}search=former%20c`, null)
    expect(found.rows.map(({ name }) => name)).toEqual(['Former C', 'Former C'])
    expect((await get<Page<Named>>(`${removed}search=%25`, null)).rows).toEqual([])

    const erasures = people.map(({ id }, i) => ({
      id: newId(),
      customerId: helvetia,
      personId: id,
      reason: 'has left',
      state: i < 9 ? ('asked' as const) : ('stopped' as const),
      askedBy: h.seeded.people.colleague,
      askedAt: at,
      ...(i >= 9 && { stoppedBy: h.seeded.people.approver, endedAt: at }),
    }))
    await h.house.db.insert(erasure).values(erasures)
    const newest = erasures.toSorted((a, b) => (a.id < b.id ? 1 : -1))
    const of = (state: string) => newest.filter((one) => one.state === state).map(({ id }) => id)
    const [list, others] = [`/api/customers/${helvetia}/erasures?`, `/api/customers/${foods}/erasures?limit=7`]
    await goesOn(`${list}state=open&`, of('asked'), others)
    await goesOn(`${list}state=over&`, of('stopped'), others)
    await goesOn(
      list,
      newest.map(({ id }) => id),
      others,
    )
    expect((await get<ErasuresView>(`${list}state=open&limit=1`, null)).rows).toMatchObject([
      { state: 'asked', reason: 'has left' },
    ])
  })

  test('C7 of who looked: each look is counted once, however the pages fall', async () => {
    const [tom, ruth] = [await h.as('technician'), await h.as('administrator')]
    const devices = await manyDevices(h, 6)
    for (const { deviceId } of devices)
      for (const who of [tom, ruth]) {
        await who.get(`/api/devices/${deviceId}`)
        await who.get(`/api/devices/${deviceId}/audit`)
      }
    const whole = await get<LooksView>('/api/looks?', null)
    expect(whole.next).toBeNull()
    const counted = (pages: LooksView[]) => {
      const sums = new Map<string | null, number>()
      for (const { rows } of pages) for (const { id, looks } of rows) sums.set(id, (sums.get(id) ?? 0) + looks)
      return [...sums].toSorted()
    }
    const pages: LooksView[] = []
    let cursor: string | null = null
    do {
      const page: LooksView = await get<LooksView>('/api/looks?limit=5', cursor)
      expect(page.rows.reduce((sum, { looks }) => sum + looks, 0)).toBeLessThanOrEqual(5)
      pages.push(page)
      cursor = page.next
    } while (cursor !== null)
    expect(pages.length).toBeGreaterThan(3)
    expect(counted(pages)).toEqual(counted([whole]))
    expect(pages.at(-1)?.since).toBe(whole.since)
    const luis = await h.as('otherApprover')
    expect((await get<LooksView>('/api/looks?limit=5', pages[0]?.next ?? null, luis)).rows).toEqual([])
    expect((await clara.get('/api/looks?cursor=x')).status).toBe(422)
  })

  test('by an index, however much was found', async () => {
    await h.house.db.insert(auditFault).values(
      Array.from({ length: 3_000 }, (_, seq) => ({
        id: newId(),
        tree: foods,
        seq,
        kind: 'its event is gone',
        says: 'its event is gone',
        foundBy: 'nightly_check' as FaultFinder,
        firstAt: 1,
        lastAt: 1,
      })),
    )
    const plan = await h.house.db.execute<Record<string, string>>(sql`explain select * from audit_fault
      where tree = ${foods} and ((- first_at), coalesce(seq, -1), id) > (-1::bigint, 2000::bigint, ${newId()}::uuid)
      order by (- first_at), coalesce(seq, -1), id limit 51`)
    const says = plan.map((line) => Object.values(line)[0]).join('\n')
    expect(says).toMatch(/audit_fault_newest.*\n\s+Index Cond: .*ROW\(\(- first_at\), COALESCE\(seq/)
    expect(says).not.toContain('Seq Scan')
  })
})
