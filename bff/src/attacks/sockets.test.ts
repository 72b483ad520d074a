import { once } from 'node:events'
import { agentPaths } from '@gatehouse/shared/agent/messages'
import { refusals } from '@gatehouse/shared/refusals'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { upgrades } from '../app.ts'
import { demoPassword, demoPeople } from '../demo/people.ts'
import { person } from '../features/people/tables.ts'
import { signIn } from '../features/sign-in/tables.ts'
import { hashOf } from '../kernel/ids.ts'
import { routesMatrix } from '../routes.matrix.ts'
import type { DeviceClient } from '../testing/device-client.ts'
import { manyDevices } from '../testing/devices.ts'
import { filled } from '../testing/doors.ts'
import { openTestHouse, type TestHouse, type Visitor, visitorOf } from '../testing/house.ts'
import { knock } from '../testing/raw.ts'
import { deviceStream, openSession, ticketFor } from '../testing/sessions.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let h: TestHouse
let anna: Visitor
let clara: Visitor
let device: DeviceClient
let other: DeviceClient
/** A session of Anna's that is being opened on `device`. */
let sessionId: string
let epoch: number
beforeAll(async () => {
  h = await openTestHouse()
  ;[anna, clara] = await Promise.all([h.as('technician'), h.as('approver')])
  ;[device, other] = (await manyDevices(h, 2)) as [DeviceClient, DeviceClient]
  const opened = await openSession(h, { technician: anna, approver: clara, device })
  sessionId = opened.session.id
  epoch = opened.grant.epoch
})
afterAll(() => h.close())

const doors = upgrades.map(({ path, face }) => ({ name: `WS ${path}`, path, face }))
const at = (path: string, id = sessionId) => filled(path, (name) => (name === 'channel' ? 'terminal' : id))

test('AZ01 every kind of WebSocket is in the matrix, and is knocked at here', () => {
  const inMatrix = Object.keys(routesMatrix).filter((name) => name.startsWith('WS '))
  expect(doors.map(({ name }) => name).sort()).toEqual(inMatrix.sort())
})

const streams = '/api/streams/:sessionId/:channel'
const deviceStreams = '/agent/v1/streams/:sessionId/:channel'

/** The headers that somebody sends; a ticket is Anna's own and unused, stolen where somebody else has it. */
interface Somebody {
  headers: () => Promise<Record<string, string>> | Record<string, string>
  /** What he is told at the doors of people and of devices. */
  people: string
  devices: string
}

const origin = () => ({ origin: h.url })
const stolen = async () => ({
  'sec-websocket-protocol': `gatehouse.v1, ticket.${await ticketFor(anna, sessionId, 'write')}`,
})
const passwordOnly = async () => {
  const visitor = visitorOf(h.url)
  await visitor.post('/api/sign-in', { email: demoPeople.administrator.email, password: demoPassword('administrator') })
  return visitor
}
const ended = async () => {
  const visitor = await h.as('technician')
  const cookie = visitor.cookie()
  await visitor.post('/api/sign-out')
  return cookie
}
const due = async () => {
  const visitor = await h.as('auditor')
  await h.house.db.update(person).set({ passwordDue: true }).where(eq(person.id, h.seeded.people.auditor))
  return visitor
}
const somebody = (visitor: () => Promise<Visitor>, people = 'ticket_unusable'): Somebody => ({
  headers: async () => ({ ...origin(), ...(await stolen()), cookie: (await visitor()).cookie() }),
  people,
  devices: 'foreign_origin',
})

const everybody: Record<string, Somebody> = {
  'nobody, with a stolen ticket': {
    headers: async () => ({ ...origin(), ...(await stolen()) }),
    people: 'not_signed_in',
    devices: 'foreign_origin',
  },
  'a made-up cookie': {
    headers: async () => ({ ...origin(), ...(await stolen()), cookie: `__Host-gatehouse=${'A'.repeat(43)}` }),
    people: 'not_signed_in',
    devices: 'foreign_origin',
  },
  'a sign-in that has ended': {
    headers: async () => ({ ...origin(), ...(await stolen()), cookie: await ended() }),
    people: 'not_signed_in',
    devices: 'foreign_origin',
  },
  'the technician himself from a foreign page': {
    headers: async () => ({ origin: 'https://evil.example', ...(await stolen()), cookie: anna.cookie() }),
    people: 'foreign_origin',
    devices: 'foreign_origin',
  },
  'the technician himself without any page': {
    headers: async () => ({ ...(await stolen()), cookie: anna.cookie() }),
    people: 'foreign_origin',
    devices: 'unauthenticated',
  },
  'the technician himself without a ticket': {
    headers: () => ({ ...origin(), cookie: anna.cookie() }),
    people: 'ticket_unusable',
    devices: 'foreign_origin',
  },
  'the technician in another browser': somebody(() => h.as('technician')),
  'another technician': somebody(() => h.as('outsider')),
  'the administrator': somebody(() => h.as('administrator')),
  'an approver of the customer': somebody(() => h.as('approver')),
  'somebody of the customer who reads': somebody(() => h.as('reader')),
  'an approver of another customer': somebody(() => h.as('otherApprover')),
  'somebody by the password alone': somebody(passwordOnly),
  'somebody whose password is due': somebody(due),
  "a device's assertion at our page": {
    headers: () => ({ ...origin(), authorization: `Bearer ${device.assertion()}` }),
    people: 'not_signed_in',
    devices: 'foreign_origin',
  },
  'an assertion that was signed by another device': {
    headers: () => ({ authorization: `Bearer ${device.assertion({ key: other.key })}` }),
    people: 'foreign_origin',
    devices: 'unauthenticated',
  },
}

describe('AZ01 AZ03 at every WebSocket', () => {
  test.each(
    doors.flatMap((door) => Object.entries(everybody).map(([name, who]) => [door.name, name, door, who] as const)),
  )('%s is refused: %s', async (_, name, door, who) => {
    const told = await knock(h.url, at(door.path), await who.headers())
    const code = who[door.face]
    const fits = code === 'unauthenticated' ? [401] : [refusals[code as keyof typeof refusals].status]
    expect(fits, `${name}: ${told.body}`).toContain(told.status)
    if (code !== 'unauthenticated') expect(told.body).toContain(`"${code}"`)
  })

  test("what is another's is answered as what does not exist, byte by byte", async () => {
    const elsewhere = '0198c0de-0000-7000-8000-000000000000'
    const luis = await h.as('otherApprover')
    const asLuis = async () => ({ ...origin(), ...(await stolen()), cookie: luis.cookie() })
    const asOther = () => ({ authorization: `Bearer ${other.assertion()}` })
    for (const [path, headers] of [
      [streams, asLuis],
      [deviceStreams, asOther],
    ] as const) {
      const [theirs, none] = [
        await knock(h.url, at(path), await headers()),
        await knock(h.url, at(path, elsewhere), await headers()),
      ]
      expect(theirs.status, path).not.toBe(101)
      expect(theirs).toEqual(none)
    }
  })

  test('SE05 a sign-in whose rights were changed opens none before its token is replaced', async () => {
    const visitor = await h.as('technician')
    const token = visitor.cookie().split('=')[1] ?? ''
    await h.house.db
      .update(signIn)
      .set({ renewalDue: true })
      .where(eq(signIn.id, hashOf(token)))
    const told = await knock(h.url, at(streams), { ...origin(), ...(await stolen()), cookie: visitor.cookie() })
    expect([told.status, told.body]).toEqual([
      refusals.renewal_needed.status,
      expect.stringContaining('"renewal_needed"'),
    ])
  })

  test('his own ticket helps nobody who owes a password by the time he comes', async () => {
    const ticket = await stolen()
    const anna_ = eq(person.id, h.seeded.people.technician)
    await h.house.db.update(person).set({ passwordDue: true }).where(anna_)
    const told = await knock(h.url, at(streams), { ...origin(), ...ticket, cookie: anna.cookie() })
    await h.house.db.update(person).set({ passwordDue: false }).where(anna_)
    expect([told.status, told.body]).toEqual([403, expect.stringContaining('"password_due"')])
  })

  test('and those whom it is for come in', async () => {
    const stream = await deviceStream(device, sessionId, epoch)
    const told = await knock(h.url, at(streams), {
      ...origin(),
      ...(await stolen()),
      cookie: anna.cookie(),
    })
    expect(told.status).toBe(101)
    stream.socket.close()
    await once(stream.socket, 'close')
    expect((await knock(h.url, agentPaths.control, { authorization: `Bearer ${other.assertion()}` })).status).toBe(101)
  })
})

describe('AZ11 no form of a path leads to a WebSocket past its door', () => {
  const forms: Record<string, (path: string) => string> = {
    'two slashes': (path) => path.replace('/streams', '//streams').replace('/control', '//control'),
    'two slashes first': (path) => `/${path}`,
    '%2F': (path) => path.replace(/\/(?=[^/]*$)/, '%2F'),
    '%5C': (path) => path.replace(/\/(?=[^/]*$)/, '%5C'),
    'a dot': (path) => path.replace(/\/(?=[^/]*$)/, '/./'),
    'two dots': (path) => path.replace(/\/(?=[^/]*$)/, '/x/../'),
    'a semicolon': (path) => `${path};x=y`,
    'another case': (path) => path.toUpperCase(),
    'a slash behind': (path) => `${path}/`,
    '%00': (path) => `${path}%00`,
    'double encoding': (path) => path.replace(/\/(?=[^/]*$)/, '%252F'),
    'letters encoded': (path) => path.replace(/[a-z]$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
    'a whole address': (path) => `http://evil.example${path}`,
    'the other face': (path) =>
      path.startsWith('/api') ? path.replace('/api', '/agent/v1') : path.replace('/agent/v1', '/api'),
  }
  test.each(Object.entries(forms))('%s', async (_, form) => {
    for (const door of doors) {
      const told = await knock(h.url, form(at(door.path)), door.face === 'people' ? origin() : {})
      expect([400, 401, 403, 404], `${door.name}: ${told.body}`).toContain(told.status)
    }
  })
})
