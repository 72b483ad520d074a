import { randomUUID } from 'node:crypto'
import { activities } from '@gatehouse/shared/activities'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { upgrades } from './app.ts'
import { person } from './features/people/tables.ts'
import { routesMatrix } from './routes.matrix.ts'
import {
  devicesDoors as devices,
  filled,
  guardedDoors as guarded,
  peoplesDoors as people,
  rootDoors as root,
  says,
} from './testing/doors.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from './testing/house.ts'
import { pathWords, seedStories } from './testing/stories.ts'

const byActivity = people.filter(({ guard }) => guard?.kind === 'activity')

describe('AZ01 every door', () => {
  test('has a guard before anything else', () => {
    expect([...people, ...devices, ...root].filter(({ guard }) => !guard).map(({ name }) => name)).toEqual([])
    expect(upgrades.filter(({ guard }) => !guard).map(({ path }) => path)).toEqual([])
  })

  test('stands in routes.matrix.ts with its guard, and nothing else stands there', () => {
    const found = Object.fromEntries([
      ...[...people, ...devices, ...root].map(({ name, guard }) => [name, says(guard)]),
      ...upgrades.map(({ path, face, guard }) => [`WS ${path}`, `${face}: ${guard}`]),
    ])
    expect(found).toEqual(routesMatrix)
  })
})

let h: TestHouse
/** What belongs to Helvetia Pharma, by the names that paths use. */
let theirs: Record<string, string>

beforeAll(async () => {
  h = await openTestHouse()
  theirs = await seedStories(h)
})
afterAll(() => h.close())

/** The path with the ids of `given` in it; a new kind of id has to be made known first. */
const withIds = (path: string, given: (name: string) => string): string =>
  filled(path, (name) => {
    const value = pathWords[name] ?? given(name)
    if (!value) throw new Error(`Teach testing/stories.ts what “:${name}” of a customer may be, in seedStories`)
    return value
  })
const foreign = (path: string) => withIds(path, (name) => theirs[name] ?? '')
const unknown = (path: string) => withIds(path, () => randomUUID())

/** An answer without what differs from one to the next. */
const plain = ({ status, headers, body }: Answer) => {
  const { correlationId: _, ...error } = (body as { error?: Record<string, unknown> }).error ?? {}
  const kept = [...headers.entries()].filter(([name]) => name !== 'date')
  return { status, headers: Object.fromEntries(kept), body: { ...(body as object), error } }
}
const codeOf = (answer: Answer) => (answer.body as { error?: { code?: string } }).error?.code

describe('AZ01 nobody', () => {
  test.each(guarded)('is asked to sign in at $name', async ({ method, path }) => {
    const answer = await h.nobody.send(method, foreign(path), method === 'GET' ? undefined : {})
    expect([answer.status, codeOf(answer)]).toEqual([401, 'not_signed_in'])
  })
})

describe.each(['otherApprover', 'outsider'] as const)('AZ03 %s, of another customer,', (who) => {
  let visitor: Visitor
  beforeAll(async () => {
    visitor = await h.as(who)
  })

  test.each(byActivity)('finds nothing at $name', async ({ method, path, guard }) => {
    const body = method === 'GET' ? undefined : {}
    const [answer, absent] = [
      await visitor.send(method, foreign(path), body),
      await visitor.send(method, unknown(path), body),
    ]
    const atMaker = guard?.kind === 'activity' && activities[guard.activity].on === 'maker'
    // The maker's own people know that the maker exists; everybody else and everything else is answered as absent.
    if (atMaker && who === 'outsider') return expect([403, 404]).toContain(answer.status)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found'])
    expect(plain(answer)).toEqual(plain(absent))
  })

  const bySelf = guarded.filter(({ guard, path }) => guard?.kind === 'self' && path.includes('/:'))
  test.each(bySelf)('is told no more at $name than of what does not exist', async ({ method, path }) => {
    if (who === 'outsider' && path.includes(':modelId')) return // The maker's people see every model.
    const body = method === 'GET' ? undefined : {}
    const stranger = path.includes(':modelId') ? path.replace(':modelId', await modelOnlyTheirs()) : path
    expect(plain(await visitor.send(method, foreign(stranger), body))).toEqual(
      plain(await visitor.send(method, unknown(path), body)),
    )
  })
})

/** A model of which only Helvetia Pharma has a device. */
const modelOnlyTheirs = async (): Promise<string> => {
  const administrator = await h.as('administrator')
  const made = await administrator.post<{ id: string }>('/api/models', {
    name: `Only theirs ${randomUUID()}`,
    maker: 'Alpenwerk',
    declaration: { driver: 'scale', items: [], alarms: [], settings: [], logs: [] },
  })
  const added = await administrator.post(`/api/customers/${theirs.customerId}/devices`, {
    name: 'Only theirs',
    serial: randomUUID(),
    siteId: theirs.siteId,
    modelId: made.body.id,
  })
  expect([made.status, added.status]).toEqual([201, 201])
  return made.body.id
}

describe('AU08 whoever owes a new password', () => {
  /** What works all the same. */
  const still = [
    'POST /api/sign-out',
    'GET /api/sign-in/standing',
    'GET /api/me',
    'POST /api/me/gesture',
    'POST /api/me/password',
    'POST /api/me/proof',
    'POST /api/me/proof/passkey-options',
    'POST /api/me/renew',
  ]
  let visitor: Visitor
  beforeAll(async () => {
    visitor = await h.as('reader')
    await h.house.db.update(person).set({ passwordDue: true }).where(eq(person.id, h.seeded.people.reader))
  })

  test.each(guarded.filter(({ name }) => !still.includes(name)))('is sent away at $name', async ({ method, path }) => {
    const answer = await visitor.send(method, foreign(path), method === 'GET' ? undefined : {})
    expect([answer.status, codeOf(answer)]).toEqual([403, 'password_due'])
  })
})
