import { mkdir, rm } from 'node:fs/promises'
import { activityNames } from '@gatehouse/shared/activities'
import { refusals } from '@gatehouse/shared/refusals'
import type { LimitsView } from '@gatehouse/shared/views/limits'
import { eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { readSettings } from '../../env.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import { seconds } from '../../kernel/clock.ts'
import { type Stage, stageOf } from '../../testing/deeds/stage.ts'
import { prepared } from '../../testing/deeds.ts'
import { enrolmentBody, newDeviceKey, tryToEnrol } from '../../testing/device-client.ts'
import { codeFor } from '../../testing/devices.ts'
import { changingDoors, type Door, filled } from '../../testing/doors.ts'
import { allEventsOf, eventsOf } from '../../testing/events.ts'
import { openTestHouse, type TestHouse, visitorOf } from '../../testing/house.ts'
import { mailsTo, tokenIn } from '../../testing/mailed.ts'
import { signalsOf } from '../../testing/signals.ts'
import { action } from '../actions/tables.ts'
import { sequence, sequencerLock } from '../audit/sequencer.ts'
import { watchLimits } from './job.ts'
import { limitReached } from './tables.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let other: Sql
beforeAll(async () => {
  h = await openTestHouse()
  h.house.settings.lag = readSettings({}).lag
  s = stageOf(h)
  other = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
})
afterAll(async () => {
  await s.close()
  await other.end()
  await h.close()
})

const look = () => watchLimits.run(h.house)
const ruth = () => s.as('administrator')

/** Keeps every sequencer from its work until the returned function is called, and lets the log fall behind. */
const fallBehind = async (): Promise<() => Promise<void>> => {
  // The sequencer of the house may be at work in this very moment.
  await other`select pg_advisory_lock(${sequencerLock}::bigint)`
  await (await ruth()).post('/api/me/gesture', { agoMs: 0 })
  await h.nobody.post('/api/sign-in', { email: 'nobody@nowhere.example', password: 'x' })
  h.clock.advance(seconds(61))
  await look()
  await look()
  return async () => {
    await other`select pg_advisory_unlock_all()`
    await vi.waitFor(async () => {
      await sequence(h.house)
      expect(await h.house.db.select().from(auditPending)).toEqual([])
    })
    await look()
  }
}
let catchUp: (() => Promise<void>) | undefined
afterEach(async () => {
  await catchUp?.()
  catchUp = undefined
})

const codeOf = ({ body }: { body: unknown }) => (body as { error?: { code?: string } }).error?.code
const ours = (events: { event: string; says: string }[]) =>
  events.filter(({ event }) => event.startsWith('limits.')).map(({ says }) => says)

/** Doors that wait, by what stands at them. */
const waits = ({ guard }: Door): boolean =>
  guard !== undefined &&
  guard.kind !== 'open' &&
  !guard.goesOn &&
  (guard.kind === 'self' || waiting.has(guard.activity))
const waiting = new Set<string>([
  'audit.export',
  'device.add',
  'device.edit',
  'device.enrol',
  'action.fetch_log',
  'action.restart_agent',
  'action.set_setting',
  'session.approve',
  'session.terminal',
  'policy.edit',
  'customer.edit',
  'person.edit',
  'customer.add',
  'model.edit',
  'staff.edit',
  'person.view_as',
])

/** Doors of activities at which everything goes on: whatever is added here needs a reason that a customer would accept. */
const goOn = [
  'DELETE /api/customers/:customerId/groups/:groupId',
  'DELETE /api/groups/:groupId',
  'POST /api/customers/:customerId/people/:personId/groups',
  'POST /api/staff/:personId/groups',
  'DELETE /api/customers/:customerId/people/:personId',
  'DELETE /api/customers/:customerId/people/:personId/invitation',
  'DELETE /api/staff/:personId',
  'DELETE /api/staff/:personId/invitation',
  'POST /api/actions/:actionId/cancel',
  'POST /api/alarms/:alarmId/acknowledge',
  'POST /api/customers/:customerId/erasures/:erasureId/stop',
  'POST /api/staff/erasures/:erasureId/stop',
  'POST /api/customers/:customerId/people/:personId/disable',
  'POST /api/customers/:customerId/people/:personId/reset',
  'POST /api/customers/:customerId/people/:personId/sign-out',
  'POST /api/customers/:customerId/policy/:level/:levelId/preview',
  'POST /api/customers/:customerId/purpose',
  'POST /api/devices/:deviceId/purpose',
  'POST /api/logs/:customerId/checks',
  'POST /api/makers-log/checks',
  'POST /api/logs/:customerId/faults/:faultId/explanation',
  'POST /api/devices/:deviceId/requests',
  'POST /api/devices/:deviceId/revoke',
  'POST /api/groups/preview',
  'POST /api/customers/:customerId/groups/preview',
  'POST /api/requests/:requestId/decision',
  'POST /api/requests/:requestId/revoke',
  'POST /api/requests/:requestId/withdraw',
  'POST /api/security-reports/:reportId/answers',
  'POST /api/security-reports/:reportId/close',
  'POST /api/sessions/:sessionId/end',
  'POST /api/sessions/:sessionId/tickets',
  'POST /api/staff/:personId/disable',
  'POST /api/staff/:personId/reset',
  'POST /api/staff/:personId/sign-out',
]

/** Doors at which something is given and taken: what is given asks by itself. */
const bothWays = (name: string): boolean => name.endsWith('/decision') || name.endsWith('/:personId/groups')

const send = async (name: string, body?: unknown) => {
  const door = changingDoors.find((one) => one.name === name)
  if (!door) throw new Error(name)
  return prepared(s, name).then(
    (deed) => () =>
      deed.by.send(
        door.method,
        filled(door.path, (part) => deed.ids[part] ?? ''),
        body ?? deed.body,
      ),
  )
}

describe('AL20 the log is behind', () => {
  test('what waits and what goes on is known of every door', () => {
    for (const name of waiting) expect(activityNames).toContain(name)
    const activityDoors = changingDoors.filter(({ guard }) => guard?.kind === 'activity')
    expect(
      activityDoors
        .filter((door) => !waits(door))
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...goOn].sort())
  })

  test('everything that begins something is refused, at every door, with one sentence, and written down', async () => {
    const doors = changingDoors.filter(waits)
    expect(doors.length).toBeGreaterThan(30)
    const asks: (readonly [string, Awaited<ReturnType<typeof send>>])[] = []
    for (const { name } of doors) asks.push([name, await send(name)])
    catchUp = await fallBehind()
    const events = await eventsOf(h.house, async () => {
      for (const [name, ask] of asks) {
        const answer = await ask()
        expect([name, answer.status, codeOf(answer)]).toEqual([name, 503, 'log_behind'])
        const { says, since } = (answer.body as { error: { says: string; since: number } }).error
        expect(says).toBe(refusals.log_behind.says)
        expect(h.clock.now() - since).toBeGreaterThan(seconds(60))
      }
    })
    const refused = events.filter(({ event, fields }) => event === 'access.refused' && fields.because === 'log_behind')
    expect(refused).toHaveLength(doors.length)
  })

  test('a yes is refused and a no is taken; what ends something, keeps safe or is read goes on', async () => {
    const yes = await send('POST /api/requests/:requestId/decision')
    const no = await prepared(s, 'POST /api/requests/:requestId/decision')
    const { hash } = no.body as { hash: string }
    // A session in the middle of being told would be reviewed while the clock moves.
    const sessions = goOn.filter((name) => name.includes('/sessions/'))
    const rest = goOn.filter((name) => !sessions.includes(name) && !bothWays(name))
    const asks: (readonly [string, Awaited<ReturnType<typeof send>>])[] = []
    for (const name of rest) asks.push([name, await send(name)])
    catchUp = await fallBehind()
    for (const name of sessions) asks.push([name, await send(name)])
    expect(codeOf(await yes())).toBe('log_behind')
    const denied = await no.by.post(`/api/requests/${no.ids.requestId}/decision`, { answer: 'deny', hash, comment: '' })
    expect(denied.status, JSON.stringify(denied.body)).toBe(200)
    for (const [name, ask] of asks) {
      const answer = await ask()
      expect([name, answer.status < 300, codeOf(answer)]).toEqual([name, true, undefined])
    }
    const visitor = await h.as('administrator')
    for (const path of ['/api/me', '/api/audit', '/api/devices', '/api/staff', '/api/me/factors'])
      expect([path, (await visitor.get(path)).status]).toEqual([path, 200])
  })

  test('nobody is put into a group, accepts an invitation or enrols a device; who is in a group is taken out', async () => {
    const doors = ['POST /api/customers/:customerId/people/:personId/groups', 'POST /api/staff/:personId/groups']
    const deeds = await Promise.all(doors.map((name) => prepared(s, name)))
    const email = 'urs@helvetia.example'
    const people = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/people`
    const invitation = { name: 'Urs', email, groups: [h.seeded.groups['Helvetia readers']] }
    expect((await (await h.as('approver')).post(people, invitation)).status).toBe(201)
    const token = tokenIn((await mailsTo(h.house, email))[0]?.text, 'invitation')
    const device = enrolmentBody(newDeviceKey(), await codeFor(h, h.seeded.devices['Balance 11'] ?? ''))
    const enrol = () => tryToEnrol(h.url, device)
    const to = (i: number, body: object) => {
      const door = changingDoors.find(({ name }) => name === doors[i])
      const deed = deeds[i]
      if (!door || !deed) throw new Error('no such door')
      return deed.by.post(
        filled(door.path, (part) => deed.ids[part] ?? ''),
        body,
      )
    }
    const groupsOf = (i: number) => deeds[i]?.body as { add: string[]; remove: string[] }
    for (const i of [0, 1]) expect((await to(i, { add: groupsOf(i).remove, remove: [] })).status).toBe(200)
    catchUp = await fallBehind()
    for (const i of [0, 1]) {
      expect(codeOf(await to(i, { add: groupsOf(i).add, remove: [] }))).toBe('log_behind')
      expect(codeOf(await to(i, groupsOf(i)))).toBe('log_behind')
      expect((await to(i, { add: [], remove: groupsOf(i).remove })).status).toBe(200)
    }
    const accept = () => h.nobody.post('/api/invitations/accept', { token, password: 'four herons wade at dawn' })
    expect(codeOf(await accept())).toBe('log_behind')
    const refused = await eventsOf(h.house, async () => expect((await enrol()).status).toBe(503))
    expect(refused.filter(({ actorKind }) => actorKind === 'device')).toMatchObject([
      { event: 'device.enrolment_refused', fields: { because: 'log_behind' }, actorName: 'Balance 11' },
    ])
    await catchUp()
    catchUp = undefined
    // Neither the link nor the code was used up.
    expect((await accept()).status).toBe(200)
    expect((await enrol()).status).toBe(200)
  })

  test('what is queued for a device waits and goes out afterwards; the device is heard all the while', async () => {
    const device = await s.as('technician')
    const ask = await prepared(s, 'POST /api/devices/:deviceId/actions/fetch_log')
    const { body } = await device.post<{ id: string }>(
      `/api/devices/${ask.ids.deviceId}/actions/fetch_log`,
      ask.body as object,
    )
    catchUp = await fallBehind()
    const { commandsFor } = await import('../actions/door.ts')
    const { deviceById } = await import('../devices/door.ts')
    const known = await deviceById(h.house.db, ask.ids.deviceId ?? '')
    if (!known) throw new Error('no device')
    expect(await commandsFor(h.house, known, true)).toEqual([])
    const [row] = await h.house.db.select().from(action).where(eq(action.id, body.id))
    expect(row?.state).toBe('queued')
    const signals = await signalsOf(h.house, catchUp)
    catchUp = undefined
    expect(signals).toContainEqual({ kind: 'deliver', deviceId: ask.ids.deviceId })
    expect(await commandsFor(h.house, known, true)).toHaveLength(1)
  })

  test('its begin and its end are one event and one mail each, also where two look; pages are told', async () => {
    const mailed = async () => (await mailsTo(h.house, demoPeople.administrator.email)).map(({ subject }) => subject)
    const before = (await mailed()).length
    const events = await allEventsOf(h.house, async () => {
      catchUp = await fallBehind()
      await Promise.all([look(), look()])
      const { limits } = (await (await ruth()).get<LimitsView>('/api/limits')).body
      expect(limits).toEqual([
        { kind: 'log', since: expect.any(Number), says: 'the audit log is behind', stops: true, customer: null },
      ])
      expect((await (await h.as('approver')).get<LimitsView>('/api/limits')).body.limits).toHaveLength(1)
      const hints = await signalsOf(h.house, catchUp)
      catchUp = undefined
      expect(hints).toContainEqual({ kind: 'hint', hint: { about: 'limits' } })
      await look()
    })
    expect(ours(events)).toEqual([
      'A limit is reached: the audit log is behind. Nothing new is begun until it has caught up; what runs goes on, and so does ending it',
      expect.stringMatching(/^No longer so, after \d minutes?: the audit log is behind$/),
    ])
    expect((await mailed()).slice(0, (await mailed()).length - before)).toEqual([
      'Gatehouse: no longer so: the audit log is behind',
      'Gatehouse: the audit log is behind',
    ])
    expect((await (await ruth()).get<LimitsView>('/api/limits')).body.limits).toEqual([])
    expect(await h.house.db.select().from(limitReached)).toEqual([])
  })

  test('AL10 what committed late looks old once, and stops nobody', async () => {
    await other`select pg_advisory_lock(${sequencerLock}::bigint)`
    try {
      await h.nobody.post('/api/sign-in', { email: 'nobody@nowhere.example', password: 'x' })
      h.clock.advance(seconds(300))
      await look()
      expect(h.house.access.limit(null)).toBeUndefined()
    } finally {
      await other`select pg_advisory_unlock_all()`
    }
    await vi.waitFor(async () => {
      await sequence(h.house)
      expect(await h.house.db.select().from(auditPending)).toEqual([])
    })
    await look()
    expect(h.house.access.limit(null)).toBeUndefined()
  })
})

describe('RE10 the disk is nearly full', () => {
  const disk = { warnsAt: 100, stopsAt: 100 }
  afterEach(async () => {
    h.house.settings.disk = disk
    await look()
  })

  test('administrators are told first, and nobody is stopped', async () => {
    const events = await allEventsOf(h.house, async () => {
      h.house.settings.disk = { warnsAt: 1, stopsAt: 100 }
      await look()
      expect((await (await ruth()).get<LimitsView>('/api/limits')).body.limits).toMatchObject([
        { kind: 'disk_filling', stops: false },
      ])
      expect((await (await h.as('technician')).get<LimitsView>('/api/limits')).body.limits).toEqual([])
      expect((await (await ruth()).post('/api/customers', { name: 'Room enough' })).status).toBe(201)
    })
    expect(ours(events)[0]).toMatch(/^A limit is reached: the disk is more than 1 % full\. Everything works/)
  })

  test('then nothing new is begun, ending goes on, and it recovers by itself', async () => {
    const end = await send('POST /api/sessions/:sessionId/end')
    h.house.settings.disk = { warnsAt: 1, stopsAt: 1 }
    await look()
    const refused = await (await ruth()).post('/api/customers', { name: 'No room' })
    expect([refused.status, codeOf(refused)]).toEqual([503, 'disk_nearly_full'])
    expect((await end()).status).toBe(200)
    expect((await visitorOf(h.url).get('/api/security')).status).toBe(200)
    h.house.settings.disk = disk
    await look()
    expect((await (await ruth()).post('/api/customers', { name: 'Room again' })).status).toBe(201)
  })

  test('AZ18 a folder that cannot be asked counts as full', async () => {
    const folder = `${h.house.settings.dataDir}/away`
    await mkdir(folder)
    const house = { ...h.house, folders: [folder] }
    await watchLimits.run(house)
    expect(house.access.limit(null)).toBeUndefined()
    await rm(folder, { recursive: true })
    await watchLimits.run(house)
    expect(h.house.access.limit(null)?.because).toBe('disk_nearly_full')
  })
})
