import { type Activity, activities, asksForProof } from '@gatehouse/shared/activities'
import { refusals } from '@gatehouse/shared/refusals'
import { and, eq, inArray } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoGroups } from '../demo/groups.ts'
import { demoPassword, demoPeople, type Persona } from '../demo/people.ts'
import { codeApp, passkey } from '../features/factors/tables.ts'
import { person } from '../features/people/tables.ts'
import { policyLevel } from '../features/policies/tables.ts'
import { recordingPart } from '../features/recordings/tables.ts'
import { signIn } from '../features/sign-in/tables.ts'
import type { Owed } from '../kernel/http/allow.ts'
import { hashOf } from '../kernel/ids.ts'
import { type Deed, type Stage, stageOf } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import type { DeviceClient } from '../testing/device-client.ts'
import { manyDevices } from '../testing/devices.ts'
import { type Door, filled, guardedDoors, peoplesDoors } from '../testing/doors.ts'
import { openTestHouse, type TestHouse, type Visitor, visitorOf } from '../testing/house.ts'
import { reads } from '../testing/reads.ts'
import { type Rows, rowsOf } from '../testing/rows.ts'
import { sceneOf } from '../testing/scene.ts'
import { pathWords, seedStories } from '../testing/stories.ts'
import { visitorFrom } from '../testing/visitor.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const helvetia = 'Helvetia Pharma'

/** Somebody at a door: as whom he is known, if at all, and what keeps him from everything. */
interface Kind {
  who?: Persona
  owes?: Owed
  /** He has not proven for long who he is. */
  stale?: boolean
  headers?: Record<string, string>
  visitor: Visitor
}

let h: TestHouse
let s: Stage
let rows: Rows
let device: DeviceClient
/** What belongs to Helvetia Pharma, by the names that paths use. */
let ids: Record<string, string>
let recordedId: string
const kinds: Record<string, Kind> = {}

/** A demo person whose last proof is older than any activity that asks for one takes. */
const stale = async (who: Persona): Promise<Visitor> => {
  const visitor = await h.as(who)
  const token = visitor.cookie().split('=')[1] ?? ''
  await h.house.db
    .update(signIn)
    .set({ provenAt: h.clock.now() - 11 * 60_000, passwordAt: h.clock.now() - 11 * 60_000 })
    .where(eq(signIn.id, hashOf(token)))
  return visitor
}

const passwordOnly = async (who: Persona): Promise<Visitor> => {
  const visitor = visitorOf(h.url)
  const { status } = await visitor.post('/api/sign-in', { email: demoPeople[who].email, password: demoPassword(who) })
  expect(status).toBe(200)
  return visitor
}

const meetEverybody = async (): Promise<void> => {
  const bare = { visitor: h.nobody }
  const ended = await h.as('technician')
  const cookie = ended.cookie()
  expect((await ended.post('/api/sign-out')).status).toBe(200)
  Object.assign(kinds, {
    nobody: bare,
    'a made-up cookie': { ...bare, headers: { cookie: `__Host-gatehouse=${'A'.repeat(43)}` } },
    'a cookie that is none': { ...bare, headers: { cookie: '__Host-gatehouse=%00; a=b' } },
    'a sign-in that has ended': { ...bare, headers: { cookie } },
    "a device's assertion": { ...bare, headers: { authorization: `Bearer ${device.assertion()}` } },
  } satisfies Record<string, Kind>)
  for (const who of ['technician', 'outsider', 'administrator', 'approver', 'reader', 'otherApprover'] as const)
    kinds[`the ${who}`] = { who, visitor: await s.as(who) }
  for (const who of ['approver', 'administrator', 'technician'] as const)
    kinds[`the ${who}, who proved nothing for long`] = { who, stale: true, visitor: await stale(who) }
  kinds['the administrator, by the password alone'] = {
    who: 'administrator',
    owes: 'factor_owed',
    visitor: await passwordOnly('administrator'),
  }
  // Two who are spared for this: one has no second factor any more, the other has to choose a password.
  const colleague = h.seeded.people.colleague
  await h.house.db.delete(passkey).where(eq(passkey.personId, colleague))
  await h.house.db.delete(codeApp).where(eq(codeApp.personId, colleague))
  kinds['the colleague, who has no second factor'] = {
    who: 'colleague',
    owes: 'factor_to_set_up',
    visitor: await passwordOnly('colleague'),
  }
  kinds['the auditor, whose password is due'] = {
    who: 'auditor',
    owes: 'password_due',
    visitor: await h.as('auditor'),
  }
  await h.house.db.update(person).set({ passwordDue: true }).where(eq(person.id, h.seeded.people.auditor))
  // The customer's people work from this machine only; behind a proxy it is seen that this one does not.
  const networks = [
    { cidr: '127.0.0.0/8', note: '' },
    { cidr: '::1/128', note: '' },
  ]
  const put = await (await s.as('approver')).send('PUT', `/api/customers/${ids.customerId}/networks`, {
    networks,
    version: 0,
  })
  expect(put.status).toBe(200)
  const inside = await h.as('reader')
  const outside = visitorFrom(h.url, '203.0.113.9')
  kinds['the reader, from a network that is refused'] = {
    who: 'reader',
    owes: 'network_refused',
    headers: { cookie: inside.cookie() },
    visitor: outside,
  }
}

beforeAll(async () => {
  h = await openTestHouse({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, ::1' })
  s = stageOf(h)
  rows = await rowsOf(h.ownerUrl)
  ids = await seedStories(h)
  ;[device] = (await manyDevices(h, 1)) as [DeviceClient]
  await meetEverybody()
  const live = await sceneOf(h, await s.as('technician'), await s.as('approver')).live()
  recordedId = live.session.id
  await (await s.as('technician')).post(`/api/sessions/${recordedId}/end`, {})
  await Promise.all([live.writer.closed, live.device.closed])
  await live.line.close()
  const parts = () => h.house.db.select().from(recordingPart).where(eq(recordingPart.sessionId, recordedId))
  await vi.waitFor(async () => expect(await parts()).toHaveLength(1), 10_000)
})
afterAll(async () => {
  await s.close()
  await rows.close()
  await h.close()
})

/** True at the doors about the maker's own people and groups. */
const atMaker = ({ path }: Door): boolean => /^\/api\/(staff|groups)\b/.test(path)

/** What stands in the path where nothing is changed by asking. */
const idsAt = (door: Door): Record<string, string> => ({
  ...pathWords,
  ...ids,
  ...(atMaker(door) && { personId: h.seeded.people.auditor, groupId: h.seeded.groups.Auditors }),
  ...(door.path.endsWith('/recording') && { sessionId: recordedId }),
})

/** What one grant of a demo person's group says about Helvetia Pharma; from the table of groups, not by `decide`. */
const holds = (who: Persona, activity: Activity): boolean => {
  const { customer, group } = demoPeople[who]
  if (customer !== null && (customer !== helvetia || activities[activity].on === 'maker')) return false
  const grants = demoGroups.find(({ name }) => name === group)?.grants ?? []
  return grants.some((one) => one.activities.includes(activity) && (one.on === 'all' || one.on === helvetia))
}

type Code = keyof typeof refusals
const knows = { device: 'device.view', customer: 'customer.view' } as const

/** What keeps this kind of visitor out at a door, by its guard and the tables; nothing where he is let in. */
const keptOutBy = ({ guard }: Door, { who, owes, stale: old }: Kind): Code | undefined => {
  if (!guard || guard.kind === 'open') return undefined
  if (!who) return 'not_signed_in'
  if (owes && !(guard.kind === 'self' && guard.evenIf.includes(owes))) return owes
  if (guard.kind === 'self') return undefined
  const { activity, stops } = guard
  const { on } = activities[activity]
  if (!holds(who, activity)) {
    const mayKnow = on === 'maker' ? demoPeople[who].customer === null : holds(who, knows[on])
    return mayKnow ? 'not_granted' : 'not_found'
  }
  return old && asksForProof(activity) && !stops ? 'step_up_required' : undefined
}

const codeOf = (body: unknown): string | undefined => (body as { error?: { code?: string } } | null)?.error?.code

/** Asks as somebody; of what never ends only the beginning is waited for. */
const ask = async (door: Door, kind: Kind, path: string, body: unknown) => {
  if (door.path !== '/api/live') return kind.visitor.send(door.method, path, body, kind.headers)
  const stop = new AbortController()
  const headers = { cookie: kind.visitor.cookie(), ...kind.headers }
  const answer = await fetch(h.url + path, {
    headers: kind.owes === 'network_refused' ? { 'x-forwarded-for': '203.0.113.9', ...headers } : headers,
    signal: stop.signal,
  })
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream')
  const told = isStream ? {} : await answer.json()
  stop.abort()
  return { status: answer.status, headers: answer.headers, body: told }
}

/** Doors whose deed asks for more than stands at the door, of somebody who may go through it. */
const asksFurther: Readonly<Record<string, readonly string[]>> = {
  'POST /api/actions/:actionId/cancel': ['not_granted'],
  // A customer's own people look at what is theirs.
  'POST /api/customers/:customerId/purpose': ['not_granted'],
  'POST /api/devices/:deviceId/purpose': ['not_granted'],
  'POST /api/sessions/:sessionId/end': ['not_granted'],
  'POST /api/sessions/:sessionId/tickets': ['not_granted', 'not_its_technician'],
}

/** Doors to what one has alone, and whose it is in the stories: never made, and for everybody else not there. */
const ofOneself: Readonly<Record<string, Persona>> = { 'GET /api/me/exports/:exportId/file': 'approver' }

/** What waits for its policy at a device on which nothing was approved. */
const policyAt = async (activity: Activity): Promise<string> => {
  const [level] = await h.house.db
    .select()
    .from(policyLevel)
    .where(and(eq(policyLevel.customerId, ids.customerId ?? ''), inArray(policyLevel.level, ['customer'])))
  const rule = level?.rules[activity] as { inside: string; outside: string } | undefined
  expect(rule?.inside, 'the demonstration says the same at all times').toBe(rule?.outside)
  return rule?.inside ?? 'never'
}

const deedAt = async (
  door: Door,
): Promise<Pick<Deed, 'body'> & { path: string; owner?: Persona; refused?: string }> => {
  if (door.method === 'GET') {
    const path = filled(door.path, (name) => idsAt(door)[name] ?? `no ${name}`) + (reads[door.name] ?? '')
    return { path, body: undefined }
  }
  const deed = await prepared(s, door.name)
  const path = filled(door.path, (name) => deed.ids[name] ?? `no ${name}`)
  return {
    path,
    body: deed.body,
    owner: deed.by === (await s.as(deed.who)) ? deed.who : undefined,
    refused: deed.refused,
  }
}

describe('AZ01 every door, and everybody who may stand at it:', () => {
  test.each(guardedDoors.map((door) => [door.name, door] as const))('%s', async (_, door) => {
    const { path, body, owner, refused } = await deedAt(door)
    const before = await rows.now()
    const everybody = Object.entries(kinds).map(([name, kind]) => ({ name, kind, because: keptOutBy(door, kind) }))
    const told = await Promise.all(
      everybody.map(async ({ name, kind, because }) => {
        if (!because) return undefined
        const { status, body: words } = await ask(door, kind, path, body)
        return [name, status, codeOf(words)]
      }),
    )
    expect(told).toEqual(everybody.map(({ name, because }) => because && [name, refusals[because].status, because]))
    expect(await rows.now(), 'who is kept out changes nothing').toEqual(before)
    // Who signs out, or renews his cookie, is not asked again.
    if (/^\/api\/(me|sign-out)/.test(door.path) && door.method !== 'GET') return
    for (const { name, kind } of everybody.filter(({ because }) => !because)) {
      const again = await deedAt(door)
      const answer = await ask(door, kind, again.path, again.body)
      const code = codeOf(answer.body)
      const whose = ofOneself[door.name]
      if (whose) expect([name, answer.status]).toEqual([name, kind.who === whose ? 409 : 404])
      else if (door.name === 'GET /api/audit/:eventId') {
        // An event of a device is there for whoever may see the device's log, and for nobody else.
        const log = await ask(door, kind, `/api/devices/${ids.deviceId}/audit`, undefined)
        expect([name, answer.status]).toEqual([name, log.status === 200 ? 200 : 404])
      } else if (door.method === 'GET') expect([name, answer.status, code]).toEqual([name, 200, undefined])
      else if (kind.who === owner && kind.visitor === (await s.as(kind.who as Persona)))
        expect([name, answer.status < 300, code]).toEqual([name, !refused, refused])
      else if (answer.status >= 300) {
        expect([401, 404, 422, 500, 503], `${name}: ${code}`).not.toContain(answer.status)
        const further = asksFurther[door.name] ?? []
        if (!further.includes(code ?? ''))
          expect(['not_granted', 'step_up_required', 'renewal_needed'], name).not.toContain(code)
      }
    }
  })

  test('where the device is touched, its policy is asked as well', async () => {
    const touching = guardedDoors.filter(
      ({ guard }) => guard?.kind === 'activity' && activities[guard.activity].touchesDevice,
    )
    expect(touching.length).toBeGreaterThan(3)
    const [other] = await manyDevices(h, 1)
    for (const door of touching) {
      const { body } = await deedAt(door)
      const activity = door.guard?.kind === 'activity' ? door.guard.activity : 'device.view'
      const asked = await policyAt(activity)
      const path = filled(door.path, (name) => (name === 'deviceId' ? other?.deviceId : ids[name]) ?? '')
      if (door.path.includes(':requestId')) continue // A request of its own brings its approval.
      const answer = await (await s.as('technician')).send(door.method, path, body)
      expect([door.name, answer.status, codeOf(answer.body)]).toEqual(
        asked === 'always'
          ? [door.name, 201, undefined]
          : [door.name, 403, asked === 'ask' ? 'approval_needed' : 'policy_never'],
      )
    }
  })
})

describe('AZ01 the open doors', () => {
  const open = peoplesDoors.filter(({ guard }) => guard?.kind === 'open')
  test.each(open.map((door) => [door.name, door] as const))('%s asks nobody who he is', async (_, door) => {
    for (const [name, kind] of Object.entries(kinds)) {
      if (door.name === 'POST /api/sign-in' || door.name === 'POST /api/forgotten') continue // Tries are counted there.
      const { path, body } = await deedAt(door)
      const { body: told } = await ask(door, kind, path, body)
      const strangers = ['not_signed_in', 'not_granted', 'factor_owed', 'factor_to_set_up', 'password_due']
      expect([...strangers, 'network_refused', 'renewal_needed'], name).not.toContain(codeOf(told))
    }
  })
})
