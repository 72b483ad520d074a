import type { DeviceMessage } from '@gatehouse/shared/agent/messages'
import { changesOf } from '@gatehouse/shared/audit-changes'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../demo/people.ts'
import { endOverdueSignIns } from '../features/sign-in/door.ts'
import { type DeedEvents, deedEvents } from '../testing/deed-events.ts'
import type { Stage } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import { type NewMessage, newDeviceKey } from '../testing/device-client.ts'
import { manyDevices } from '../testing/devices.ts'
import { changingDoors, type Door, filled, guardedDoors } from '../testing/doors.ts'
import { allEventsOf, eventsSince } from '../testing/events.ts'
import { type Answer, type TestHouse, visitorOf } from '../testing/house.ts'
import { mailsTo, tokenIn } from '../testing/mailed.ts'
import { openWatchedStage } from '../testing/openings.ts'
import { reads } from '../testing/reads.ts'
import type { Rows } from '../testing/rows.ts'
import { pathWords } from '../testing/stories.ts'
import { messageEvents } from '../testing/system-events.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let rows: Rows
let owner: Sql
let ours: Record<string, string>
let close: () => Promise<void>
beforeAll(async () => {
  ;({ h, s, rows, owner, ours, close } = await openWatchedStage())
})
afterAll(() => close())

const codeOf = ({ body }: Answer) => (body as { error?: { code?: string } } | null)?.error?.code

interface Written {
  event: string
  outcome: string
  actorKind: string
  actorId: string | null
  fields: Record<string, string | number>
  /** The transaction that wrote it. */
  tx: string
}

/** What people, and nobody in particular, left in the log meanwhile; devices and jobs speak whenever they like. */
const during = async <T>(work: () => Promise<T>): Promise<{ result: T; events: Written[] }> => {
  const [mark] = await owner<{ tx: string }[]>`select pg_current_xact_id()::text as tx`
  const result = await work()
  const events = await owner<Written[]>`
    select e.event, e.outcome, e.actor_kind as "actorKind", e.actor_id as "actorId", e.xmin::text as tx, t.fields
    from audit_event e join audit_text t on t.event_id = e.id
    where e.xmin::text::bigint > ${mark?.tx ?? '0'}::bigint and e.actor_kind <> 'device'
    order by e.xmin::text::bigint, e.id`
  return {
    result,
    events: events.filter(({ actorKind, event }) => !isWorkFor(event) && (actorKind === 'person' || !isOfJobs(event))),
  }
}

/** Events of jobs that may run at any moment. */
const isOfJobs = (event: string) =>
  /^(request\.told|session\.ended|limits\.|log\.|witness\.|export\.|report\.overdue)/.test(event)

/** Events of what is done in somebody's name after he asked for it. */
const isWorkFor = (event: string) => /^export\.(finished|included|failed)$/.test(event)

/** Events that tell of a change; what was saved as it was has none. */
const isChange = ({ event, fields }: Written) =>
  /\.(changed|renamed|cleared)$/.test(event) && event !== 'password.changed' && fields.change !== 'nothing'

const roles = ['gatehouse_app', 'gatehouse_house']
/** Does `work` while no event can be written. */
const withoutLog = async <T>(work: () => Promise<T>): Promise<T> => {
  for (const role of roles) await owner`revoke insert on audit_event from ${owner(role)}`
  try {
    return await work()
  } finally {
    for (const role of roles) await owner`grant insert on audit_event to ${owner(role)}`
  }
}

const partsOf = (one: DeedEvents | undefined) => {
  if (!one || 'none' in one) return { events: [], follow: [] }
  return 'events' in one ? one : { events: one, follow: [] }
}

test('AL01 it is known of every door what a deed there writes into the log, and of no other', () => {
  expect(Object.keys(deedEvents).sort()).toEqual(changingDoors.map(({ name }) => name).sort())
})

describe('AL01 AL02 AL03 a deed and its event are one:', () => {
  test.each(changingDoors.map((door) => [door.name, door] as const))('%s', async (_, door) => {
    const { events: own, follow } = partsOf(deedEvents[door.name])
    const deed = await prepared(s, door.name)
    const path = filled(door.path, (name) => deed.ids[name] ?? `no ${name}`)
    const send = () => deed.by.send(door.method, path, deed.body)

    if (own.length > 0) {
      const before = await rows.now()
      const kept = await withoutLog(send)
      expect([kept.status, codeOf(kept)], 'no event, no deed').toEqual([500, 'internal'])
      expect(await rows.now(), 'no event, no deed').toEqual(before)
    }

    const done = await during(send)
    expect([done.result.status < 300, codeOf(done.result)]).toEqual([!deed.refused, deed.refused])
    const written = done.events.map(({ event }) => event)
    const first = done.events.filter(({ event }) => !(follow as readonly string[]).includes(event))
    expect(first.map(({ event }) => event)).toEqual(own)
    expect(new Set(first.map(({ tx }) => tx)).size, 'one transaction').toBeLessThanOrEqual(1)
    for (const one of follow) expect(written).toContain(one)
    for (const { event, fields } of first.filter(isChange))
      expect(changesOf(event, fields), `${event} opens with what was and is`).toContainEqual({
        field: expect.any(String),
        before: expect.any(String),
        after: expect.any(String),
      })
    for (const { outcome } of first) expect(outcome).toBe(deed.refused || isRefusal(first) ? 'refused' : 'done')

    // Once more: either it can be done again, or its refusal is in the log.
    const again = await during(send)
    if (again.result.status >= 400 && !isSlip(codeOf(again.result)))
      expect(again.events.map(({ outcome }) => outcome)).toEqual(['refused'])
  })
})

const isRefusal = (events: readonly Written[]) => events.some(({ event }) => event.endsWith('_refused'))

/** What could not be understood, or who was not there to be refused anything. */
const isSlip = (code: string | undefined) =>
  ['invalid_input', 'password_unfit', 'malformed', 'too_large', 'not_signed_in', 'renewal_needed'].includes(code ?? '')

describe('AL02 who may not is in the log, once:', () => {
  const doors = guardedDoors.filter(({ guard }) => guard?.kind === 'activity')
  const asked = async (door: Door) => {
    if (door.method === 'GET') {
      const path = filled(door.path, (name) => pathWords[name] ?? ours[name] ?? 'nothing') + (reads[door.name] ?? '')
      return { path, body: undefined }
    }
    const deed = await prepared(s, door.name)
    return { path: filled(door.path, (name) => deed.ids[name] ?? 'nothing'), body: deed.body }
  }
  test.each(doors.map((door) => [door.name, door] as const))('%s', async (_, door) => {
    const luis = await s.as('otherApprover')
    const { path, body } = await asked(door)
    const { result, events } = await during(() => luis.send(door.method, path, body))
    expect([403, 404]).toContain(result.status)
    expect(events).toMatchObject([
      { event: 'access.refused', outcome: 'refused', actorId: h.seeded.people.otherApprover },
    ])
  })
})

describe('AL01 what a device says is in the log, once for each message:', () => {
  const eventsAt = async (deviceId: string, work: () => Promise<unknown>) =>
    (await allEventsOf(h.house, work))
      .filter((one) => one.deviceId === deviceId)
      .map(({ event }) => event)
      .sort()

  test('a heartbeat, values, alarms, answers to actions, a refused session and a refused checkpoint', async () => {
    const [device] = await manyDevices(h, 1)
    if (!device) throw new Error('no device')
    const { deviceId } = device
    const said: Record<DeviceMessage['type'], Set<string>> = {
      heartbeat: new Set(),
      values: new Set(),
      alarm: new Set(),
      receipt: new Set(),
      session: new Set(),
      log_refused: new Set(),
    }
    const say = async (message: NewMessage) => {
      const events = await eventsAt(deviceId, () => device.say(message))
      for (const event of events) said[message.type].add(event)
      return events
    }
    const at = h.clock.now()
    expect(await say(device.heartbeat())).toEqual(['device.connected', 'device.restarted'])
    expect(await say(device.heartbeat())).toEqual([])
    expect(await say(device.values({ 'made.up': 1 }))).toEqual(['device.undeclared_item'])
    expect(await say(device.values({ 'made.up': 2 }))).toEqual([])
    expect(await say(device.values({ temperature: 20 }))).toEqual([])
    expect(await say(device.values({ temperature: 60 }))).toEqual(['alarm.raised'])
    expect(await say(device.values({ temperature: 20 }))).toEqual(['alarm.cleared'])
    const alarm = { type: 'alarm', at, code: 'overload', severity: 'warning', message: 'Too much' } as const
    expect(await say({ ...alarm, raised: true })).toEqual(['alarm.raised'])
    expect(await say({ ...alarm, raised: true })).toEqual([])
    expect(await say({ ...alarm, raised: false })).toEqual(['alarm.cleared'])
    const answered = { succeeded: 'action.succeeded', failed: 'action.failed', refused: 'action.refused' }
    for (const outcome of ['succeeded', 'failed', 'refused'] as const) {
      const queued = await (await s.as('technician')).post<{ id: string }>(
        `/api/devices/${deviceId}/actions/fetch_log`,
        { input: { name: 'agent' } },
      )
      expect(await say(device.heartbeat())).toEqual(['action.delivered'])
      const answer =
        outcome === 'succeeded' ? { result: { text: 'a line', truncated: false } } : { because: 'it would not' }
      const receipt = device.receipt(queued.body.id, { outcome, ...answer })
      expect(await say(receipt)).toEqual([answered[outcome]])
    }
    // Of a session, and of the log it witnesses, their rooms' tests say what comes of it.
    for (const type of ['heartbeat', 'values', 'alarm', 'receipt'] as const) {
      const known = messageEvents[type] as readonly string[]
      for (const event of said[type]) if (event !== 'action.delivered') expect(known).toContain(event)
    }
    // AL02 whoever is not let in is in the log as well.
    const other = newDeviceKey()
    expect(await eventsAt(deviceId, () => device.post([], device.assertion({ key: other })))).toEqual([
      'device.refused',
    ])
  })

  test('AL03 no event, and nothing of the message is stored: it is not acknowledged', async () => {
    const [device] = await manyDevices(h, 1)
    if (!device) throw new Error('no device')
    const alarm = { type: 'alarm', at: h.clock.now(), code: 'overload', severity: 'warning', message: 'x' } as const
    const message = device.number({ ...alarm, raised: true })
    const before = await rows.now()
    const { status } = await withoutLog(() => device.post(message))
    expect(status).toBeGreaterThanOrEqual(500)
    expect(await rows.now()).toEqual(before)
    expect(await eventsAt(device.deviceId, () => device.post(message))).toContain('alarm.raised')
  })
})

describe('AL01 what a person does who has lost something is in the log:', () => {
  const namesOf = async (work: () => Promise<unknown>) => (await allEventsOf(h.house, work)).map(({ event }) => event)
  const halfway = async (who: Persona) => {
    const visitor = visitorOf(h.url)
    await visitor.post('/api/sign-in', { email: demoPeople[who].email, password: demoPassword(who) })
    return visitor
  }

  test('a recovery code, and wrong answers for the second factor', async () => {
    const made = await (await h.as('auditor')).post<{ recoveryCodes: string[] }>('/api/me/factors/recovery-codes')
    const shown = { way: 'code', code: made.body.recoveryCodes[0] }
    const half = await halfway('auditor')
    expect(await namesOf(() => half.post('/api/me/proof', { shown }))).toEqual(
      expect.arrayContaining(['factor.code_used', 'sign_in.succeeded']),
    )
    const guesser = await halfway('auditor')
    const wrong = { shown: { way: 'code', code: 'AAAA-BBBB' } }
    expect(await namesOf(() => guesser.post('/api/me/proof', wrong))).toEqual(['sign_in.proof_refused'])
    const more = await namesOf(async () => {
      for (let i = 0; i < 30; i++) await guesser.post('/api/me/proof', wrong)
    })
    expect(more).toContain('sign_in.guessed')
  })

  test('a password that is forgotten, chosen anew, and changed', async () => {
    const { email } = demoPeople.otherApprover
    expect(await namesOf(() => h.nobody.post('/api/forgotten', { email }))).toEqual(['password.forgotten'])
    const token = tokenIn((await mailsTo(h.house, email))[0]?.text, 'reset')
    const password = 'four herons wade at dawn'
    expect(await namesOf(() => h.nobody.post('/api/reset', { token, password }))).toContain('password.reset')
    h.clock.advance(48 * 3_600_000)
    const reader = await h.as('reader')
    const body = { present: demoPassword('reader'), next: 'seven slow herons wade at noon' }
    expect(await namesOf(() => reader.post('/api/me/password', body))).toContain('password.changed')
  })

  test('AL02 half a sign-in: the right password at once, and that nothing came after it', async () => {
    await endOverdueSignIns.run(h.house)
    const begun = await allEventsOf(h.house, () => halfway('colleague'))
    const own = begun.filter(({ actorId }) => actorId === h.seeded.people.colleague)
    expect(own.map(({ event, says }) => [event, says])).toEqual([
      ['sign_in.begun', 'Gave the right password; still owed: the second factor'],
    ])
    const said = await eventsSince(h.house)
    h.clock.advance(11 * 60_000)
    await endOverdueSignIns.run(h.house)
    await expect
      .poll(async () => (await said()).map(({ says }) => says))
      .toContain('Signed out: the second factor was not shown in time')
  })
})
