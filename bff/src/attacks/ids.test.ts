import { randomUUID } from 'node:crypto'
import { activities } from '@gatehouse/shared/activities'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Persona } from '../demo/people.ts'
import { type Kind, type Stage, stageOf } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import { type Door, filled, guardedDoors, idFields, paramsOf, queryFields } from '../testing/doors.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../testing/house.ts'
import { reads } from '../testing/reads.ts'
import { type Rows, rowsOf } from '../testing/rows.ts'
import { pathWords, seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let h: TestHouse
let s: Stage
let rows: Rows
/** What belongs to Helvetia Pharma, and what to Great Lakes Foods, by the names that paths use. */
let ours: Record<string, string>
let theirs: Record<string, string>
beforeAll(async () => {
  h = await openTestHouse()
  s = stageOf(h)
  rows = await rowsOf(h.ownerUrl)
  ;[ours, theirs] = [await seedStories(h), await seedStories(h, 'Great Lakes Foods')]
})
afterAll(async () => {
  await s.close()
  await rows.close()
  await h.close()
})

/** An answer without what differs from one to the next: its id and the time. */
const plain = ({ status, headers, body: told }: Answer) => {
  const body = JSON.parse(JSON.stringify(told).replace(/"now":\d+/g, '"now":0'))
  const { correlationId: _, ...error } = (body as { error?: Record<string, unknown> }).error ?? {}
  const kept = [...headers.entries()].filter(([name]) => name !== 'date')
  return { status, headers: Object.fromEntries(kept), body: { ...(body as object), error } }
}

/** Words in a path, and ids that are nobody's tenant's. */
const noIds = new Set([...Object.keys(pathWords), 'reportId'])
const ids = (door: Door) => paramsOf(door.path).filter((name) => !noIds.has(name))

/** The path and the body of something that can be done, or read, at a door by somebody of Helvetia Pharma. */
const sample = async (
  door: Door,
): Promise<{ by: Visitor; ids: Record<string, string>; body?: unknown; query: string }> => {
  if (door.method !== 'GET') return { ...(await prepared(s, door.name)), query: '' }
  const who: Persona = door.guard?.kind === 'activity' ? 'administrator' : 'approver'
  return { by: await s.as(who), ids: { ...pathWords, ...ours }, body: undefined, query: reads[door.name] ?? '' }
}

/** Asks twice, with an id that is another's and one that never was; both are answered alike, and nothing is changed. */
const alike = async (
  by: Visitor,
  method: string,
  of: (id: string) => { path: string; body?: unknown },
  foreign: string,
  what: string,
): Promise<Answer> => {
  const before = await rows.now()
  const ask = ({ path, body }: { path: string; body?: unknown }) => by.send(method, path, body)
  const answer = await ask(of(foreign))
  const absent = await ask(of(randomUUID()))
  expect(plain(answer), what).toEqual(plain(absent))
  expect(await rows.now(), `${what} changes nothing`).toEqual(before)
  return answer
}

const withIds = guardedDoors.filter((door) => ids(door).length > 0)
const named = (doors: readonly Door[]) => doors.map((door) => [door.name, door] as const)

describe('AZ03 who has to do with another customer only learns nothing:', () => {
  test.each(named(withIds))('%s', async (_, door) => {
    const at = await sample(door)
    const atMaker = door.guard?.kind === 'activity' && activities[door.guard.activity].on === 'maker'
    for (const who of ['otherApprover', 'outsider'] as const)
      for (const name of ids(door)) {
        if (name === 'modelId') continue // Models are the maker's: who sees one is tested where they live.
        const path = (id: string) => filled(door.path, (one) => (one === name ? id : (at.ids[one] ?? ''))) + at.query
        const of = (id: string) => ({ path: path(id), body: at.body })
        const answer = await alike(await s.as(who), door.method, of, at.ids[name] ?? '', `${who} ${name}`)
        expect(answer.status, `${who} ${name}`).toBe(atMaker && who === 'outsider' ? 403 : 404)
      }
  })
})

describe('AZ03 under a customer of his own nobody reaches what is of another:', () => {
  const nested = withIds.filter((door) => ids(door).includes('customerId') && ids(door).length > 1)
  test.each(named(nested))('%s', async (_, door) => {
    const at = await sample(door)
    for (const name of ids(door).filter((one) => one !== 'customerId')) {
      const path = (id: string) => filled(door.path, (one) => (one === name ? id : (at.ids[one] ?? ''))) + at.query
      const answer = await alike(
        at.by,
        door.method,
        (id) => ({ path: path(id), body: at.body }),
        theirs[name] ?? '',
        name,
      )
      expect(answer.status).toBe(404)
    }
  })

  test.each(['customer', 'site', 'device'] as const)('a policy of a %s', async (level) => {
    const clara = await s.as('approver')
    const { version } = (await clara.get<{ version: number }>(`/api/customers/${ours.customerId}/policy`)).body
    const of = (id: string) => ({
      path: `/api/customers/${ours.customerId}/policy/${level}/${id}`,
      body: { rules: {}, version },
    })
    const answer = await alike(clara, 'PUT', of, theirs[`${level}Id`] ?? '', level)
    expect(answer.status).toBe(404)
  })
})

/** A body with one id in the place of another. */
const swapped = (body: unknown, from: string, to: string): unknown =>
  JSON.parse(JSON.stringify(body).replaceAll(from, to))

const idsIn = (body: unknown): string[] => [...new Set(JSON.stringify(body ?? null).match(/[0-9a-f-]{36}/g) ?? [])]

describe('AZ05 an id in a body links nothing across customers:', () => {
  const bearing = guardedDoors.filter((door) => idFields(door, 'json').length > 0)
  test('there are such doors', () => expect(bearing.length).toBeGreaterThan(8))

  const foreignOf: Partial<Record<Kind, string>> = {
    site: 'siteId',
    device: 'deviceId',
    person: 'personId',
    group: 'groupId',
  }
  test.each(named(bearing))('%s', async (_, door) => {
    const { by, ids: own, body, who } = await prepared(s, door.name)
    const path = filled(door.path, (name) => own[name] ?? '')
    let tried = 0
    for (const id of idsIn(body)) {
      const kind = s.kinds.get(id) as Kind
      // The maker's own groups may reach any customer, and its models are of no customer.
      if (kind === 'model' || (path.startsWith('/api/groups') && kind !== 'group')) continue
      const foreign = theirs[foreignOf[kind] ?? ''] ?? ''
      expect(foreign, `what another customer has for a ${kind}`).toMatch(/^[0-9a-f-]{36}$/)
      const answer = await alike(
        by,
        door.method,
        (to) => ({ path, body: swapped(body, id, to) }),
        foreign,
        `${who}: ${kind}`,
      )
      if (!door.path.endsWith('/preview')) expect([403, 404, 422], `${kind}`).toContain(answer.status)
      tried += 1
    }
    if (!path.startsWith('/api/groups') && !/\/policy\//.test(path)) expect(tried).toBeGreaterThan(0)
  })

  test("a model that the customer cannot know of is the maker's to choose, and what is none is refused", async () => {
    const { by, ids: own, body } = await prepared(s, 'POST /api/customers/:customerId/devices')
    const path = `/api/customers/${own.customerId}/devices`
    const answer = await by.post(path, { ...(body as object), modelId: randomUUID() })
    expect(answer.status).toBe(422)
  })
})

describe('AZ03 an id in a query tells nothing:', () => {
  const bearing = guardedDoors.filter((door) => idFields(door, 'query').length > 0)
  test('there are such doors', () => expect(bearing.length).toBeGreaterThan(6))

  const kinds: Record<string, string> = {
    customer: 'customerId',
    site: 'siteId',
    device: 'deviceId',
    person: 'personId',
    people: 'personId',
    request: 'requestId',
    session: 'sessionId',
    approval: 'approvalId',
  }
  test.each(named(bearing))('%s', async (_, door) => {
    for (const who of ['otherApprover', 'outsider'] as const) {
      const visitor = await s.as(who)
      const path = filled(door.path, (name) => pathWords[name] ?? theirs[name] ?? '')
      const joined = reads[door.name] ? `${path}${reads[door.name]}&` : `${path}?`
      for (const field of idFields(door, 'query')) {
        if (field === 'model') continue
        const foreign = ours[kinds[field] ?? field] ?? ''
        expect(foreign, `what Helvetia Pharma has for ${field}`).toMatch(/^[0-9a-f-]{36}$/)
        await alike(visitor, 'GET', (id) => ({ path: `${joined}${field}=${id}` }), foreign, `${who} ${field}`)
      }
    }
  })
})

describe('AZ03 a cursor opens nothing:', () => {
  const lists = guardedDoors.filter((door) => queryFields(door).includes('cursor'))
  const read = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64url').toString()) as (string | number | null)[]
  const write = (key: readonly unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url')
  const isId = (part: unknown) => typeof part === 'string' && /^[0-9a-f-]{36}$/.test(part)
  /** An id beside another: nothing lies between them. */
  const beside = (id: string) => id.slice(0, -1) + (id.endsWith('0') ? '1' : '0')
  /** Where a list goes on, as the maker is told, from a row of Helvetia Pharma's. */
  const keyOf = async (door: Door): Promise<unknown[]> => {
    const path = filled(door.path, (name) => pathWords[name] ?? ours[name] ?? '')
    for (const who of ['approver', 'administrator'] as const) {
      const answer = await (await s.as(who)).get<{ next?: string | null }>(`${path}?limit=1`)
      if (answer.status !== 200 || !answer.body.next) continue
      // A list that the customer has not may name anybody's row first.
      const key = read(answer.body.next)
      return who === 'approver' && door.path !== '/api/models'
        ? key
        : key.map((part) => (isId(part) ? ours.customerId : part))
    }
    // A list of one or none: most go on from an id.
    return [ours.alarmId]
  }

  test.each(named(lists))('%s', async (_, door) => {
    const key = await keyOf(door)
    const visitor = await s.as('otherApprover')
    const path = filled(door.path, (name) => pathWords[name] ?? theirs[name] ?? '')
    const ask = (cursor: string) =>
      visitor.get(`${path}${reads[door.name] ?? '?'}&cursor=${encodeURIComponent(cursor)}`)
    const [answer, absent] = [
      await ask(write(key)),
      await ask(write(key.map((part) => (isId(part) ? beside(String(part)) : part)))),
    ]
    expect(answer.status).toBeLessThan(500)
    expect(plain(answer)).toEqual(plain(absent))
    const said = JSON.stringify(answer.body)
    for (const id of Object.values(ours)) if (isId(id) && id !== ours.modelId) expect(said).not.toContain(id)
  })
})
