import { randomUUID } from 'node:crypto'
import { activities } from '@gatehouse/shared/activities'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { devicesRooms, peoplesRooms, rootRooms, upgrades } from './app.ts'
import { action } from './features/actions/tables.ts'
import { alarm } from './features/alarms/tables.ts'
import { passkey } from './features/factors/tables.ts'
import { person } from './features/people/tables.ts'
import { approval, request } from './features/requests/tables.ts'
import { session } from './features/sessions/tables.ts'
import { type Guard, readGuard } from './kernel/http/allow.ts'
import { newId } from './kernel/ids.ts'
import { routesMatrix } from './routes.matrix.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from './testing/house.ts'

interface Door {
  /** `GET /api/devices/:deviceId` */
  name: string
  method: string
  path: string
  guard: Guard | undefined
}

/** The routes of some rooms, once each, with the guard that stands before everything else. */
const doorsOf = (rooms: { routes: { method: string; path: string; handler: object }[] }, prefix: string): Door[] => {
  const doors = new Map<string, Door>()
  for (const { method, path, handler } of rooms.routes) {
    const name = `${method} ${prefix}${path}`
    if (!doors.has(name)) doors.set(name, { name, method, path: prefix + path, guard: readGuard(handler) })
  }
  return [...doors.values()]
}

const people = doorsOf(peoplesRooms, '/api')
const devices = doorsOf(devicesRooms, '/agent/v1')
const root = doorsOf(rootRooms, '')
const guarded = people.filter(({ guard }) => guard && guard.kind !== 'open')
const byActivity = people.filter(({ guard }) => guard?.kind === 'activity')

const says = (guard: Guard | undefined): string =>
  guard === undefined ? 'NOTHING' : guard.kind === 'activity' ? guard.activity : `${guard.kind}: ${guard.because}`

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
/** Names of parts of paths that are no ids: whoever asks, they are these. */
const words: Record<string, string> = { key: 'weight', level: 'site' }

const seedStories = async (): Promise<Record<string, string>> => {
  const { db, clock } = h.house
  const at = clock.now()
  const { customers, devices: ours, people: who, sites, models, groups } = h.seeded
  const customerId = customers['Helvetia Pharma']
  const deviceId = ours['Balance 7'] ?? ''
  const of = { customerId, deviceId }
  const [requestId, approvalId, sessionId, alarmId, actionId] = [newId(), newId(), newId(), newId(), newId()]
  const activities = ['session.terminal' as const]
  const technician = { technicianId: who.technician, technicianName: 'Anna Keller' }
  await db.insert(request).values({
    ...of,
    ...technician,
    id: requestId,
    activities,
    reason: 'drift',
    caseNumber: 'C-1',
    wantedStart: at,
    minutes: 30,
    madeAt: at,
    answerBefore: at + 3_600_000,
    hash: '0'.repeat(64),
    state: 'waiting',
  })
  await db.insert(approval).values({
    ...of,
    id: approvalId,
    requestId,
    technicianId: who.technician,
    activities,
    notBefore: at,
    useBefore: at + 3_600_000,
    minutes: 30,
  })
  await db.insert(session).values({
    ...of,
    ...technician,
    id: sessionId,
    approvalId,
    requestId,
    signInId: '0'.repeat(64),
    activities,
    epoch: 1,
    state: 'opening',
    openedAt: at,
    endsAt: at + 3_600_000,
    leaseUntil: at + 3_600_000,
  })
  await db.insert(alarm).values({
    ...of,
    id: alarmId,
    code: 'overload',
    severity: 'critical',
    message: 'Overload',
    source: 'device',
    raisedAt: at,
    lastAt: at,
  })
  await db.insert(action).values({
    ...of,
    id: actionId,
    action: 'restart_agent',
    input: {},
    state: 'queued',
    requestedBy: who.technician,
    requestedByName: 'Anna Keller',
    queuedAt: at,
    expiresAt: at + 3_600_000,
  })
  const [own] = await db.select().from(passkey).where(eq(passkey.personId, who.approver))
  return {
    customerId,
    deviceId,
    siteId: sites.Basel ?? '',
    levelId: sites.Basel ?? '',
    modelId: models.balance,
    personId: who.approver,
    groupId: groups['Helvetia approvers'] ?? '',
    requestId,
    sessionId,
    alarmId,
    actionId,
    reportId: newId(),
    signInId: randomUUID(),
    passkeyId: own?.id ?? '',
  }
}

beforeAll(async () => {
  h = await openTestHouse()
  theirs = await seedStories()
})
afterAll(() => h.close())

/** The path with the ids of `given` in it; a new kind of id has to be made known here first. */
const filled = (path: string, given: (name: string) => string): string =>
  path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => {
    const value = words[name] ?? given(name)
    if (!value) throw new Error(`Teach app.test.ts what “:${name}” of a customer may be, in seedStories`)
    return value
  })
const foreign = (path: string) => filled(path, (name) => theirs[name] ?? '')
const unknown = (path: string) => filled(path, () => randomUUID())

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
