import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { person } from './features/people/tables.ts'
import { minutes } from './kernel/clock.ts'
import { manyDevices } from './testing/devices.ts'
import { eventsOf } from './testing/events.ts'
import { regrant } from './testing/grants.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor, visitorOf } from './testing/house.ts'
import { answer, ask, dial } from './testing/sessions.ts'

let h: TestHouse
let ruth: Visitor
let clara: Visitor
let anna: Visitor
/** Of the customer, in charge of its own data; she may not rename it. */
let ines: Visitor

let helvetia: string
let balance: string
/** A device that is enrolled. */
let working: string
/** A serial number that a device of the customer has. */
let taken: string

beforeAll(async () => {
  h = await openTestHouse()
  ;[ruth, clara, anna, ines] = await Promise.all([
    h.as('administrator'),
    h.as('approver'),
    h.as('technician'),
    h.as('reader'),
  ])
  helvetia = h.seeded.customers['Helvetia Pharma']
  balance = h.seeded.devices['Balance 7'] ?? ''
  working = (await manyDevices(h, 1))[0]?.deviceId ?? ''
  const all = { kind: 'all' } as const
  await regrant(h, 'reader', [
    { activities: ['customer.edit', 'device.view', 'device.edit'], scope: all },
    { activities: ['device.revoke'], scope: { kind: 'tags', tags: ['vip'] } },
  ])
  const { body } = await ruth.get<{ serial: string }>(device())
  taken = body.serial
})
afterAll(() => h.close())

type Asked = () => Promise<Answer>
const customer = () => `/api/customers/${helvetia}`
const device = () => `/api/devices/${balance}`
const people = (who: 'approver' | 'colleague') => `${customer()}/people/${h.seeded.people[who]}`
const staff = (who: 'administrator' | 'auditor') => `/api/staff/${h.seeded.people[who]}`
const declaration = { driver: 'scale', items: [], alarms: [], settings: [], logs: [] }
const newDevice = (serial: string) => ({
  name: 'Another',
  serial,
  siteId: h.seeded.sites.Basel,
  modelId: h.seeded.models.balance,
})
const model = (name: string) => ({ name, maker: 'Alpenwerk', declaration })

/** A device that is revoked; its path. */
const revoked = async (): Promise<string> => {
  const added = await ruth.post<{ id: string }>(`${customer()}/devices`, newDevice(randomUUID()))
  const path = `/api/devices/${added.body.id}`
  expect((await ruth.post(`${path}/revoke`, { reason: 'lost' })).status).toBe(200)
  return path
}
/** A request that was answered already. */
const denied = async () => {
  const { body } = await ask(h, anna, working)
  expect((await answer(clara, body, { answer: 'deny' })).status).toBe(200)
  return body
}

/** What is asked once everything is as it has to be: who is refused, why, and as what the log knows it. */
const refused: Record<
  string,
  {
    who: string
    code: string
    status: number
    activity: string
    about?: 'customer' | 'device'
    ready: () => Asked | Promise<Asked>
  }
> = {
  'a right that is not held': {
    who: 'Anna Keller',
    code: 'not_granted',
    status: 403,
    activity: 'device.edit',
    about: 'device',
    ready: () => () => anna.send('PATCH', device(), { name: 'Mine' }),
  },
  'what does not exist': {
    who: 'Anna Keller',
    code: 'not_found',
    status: 404,
    activity: 'device.view',
    ready: () => () => anna.get(`/api/devices/${randomUUID()}`),
  },
  'a tag that would give rights': {
    who: 'Ines Frei',
    code: 'not_granted',
    status: 403,
    activity: 'device.edit',
    about: 'device',
    ready: () => () => ines.send('PATCH', device(), { tags: ['vip'] }),
  },
  'a move to where the policy allows more': {
    who: 'Ines Frei',
    code: 'not_granted',
    status: 403,
    activity: 'device.edit',
    about: 'device',
    ready: async () => {
      const site = await ines.post<{ id: string }>(`${customer()}/sites`, { name: 'Freer', zone: 'Europe/Zurich' })
      const { body } = await clara.get<{ version: number }>(`${customer()}/policy`)
      const rules = { 'session.terminal': { answer: 'always', locked: false } }
      const put = await clara.send('PUT', `${customer()}/policy/site/${site.body.id}`, { rules, version: body.version })
      expect(put.status).toBe(200)
      return () => ines.send('PATCH', device(), { siteId: site.body.id })
    },
  },
  'a serial number that is taken': {
    who: 'Ruth Vogel',
    code: 'already_exists',
    status: 409,
    activity: 'device.add',
    about: 'customer',
    ready: () => () => ruth.post(`${customer()}/devices`, newDevice(taken)),
  },
  'a code for a revoked device': {
    who: 'Ruth Vogel',
    code: 'device_revoked',
    status: 409,
    activity: 'device.enrol',
    about: 'device',
    ready: async () => {
      const path = await revoked()
      return () => ruth.post(`${path}/enrolment-code`)
    },
  },
  'a code for a device that is enrolled': {
    who: 'Ruth Vogel',
    code: 'wrong_state',
    status: 409,
    activity: 'device.enrol',
    about: 'device',
    ready: () => () => ruth.post(`/api/devices/${working}/enrolment-code`),
  },
  'the removal of a device that is enrolled': {
    who: 'Ruth Vogel',
    code: 'wrong_state',
    status: 409,
    activity: 'device.edit',
    about: 'device',
    ready: () => () => ruth.send('DELETE', `/api/devices/${working}`),
  },
  'a second revocation': {
    who: 'Ruth Vogel',
    code: 'device_revoked',
    status: 409,
    activity: 'device.revoke',
    about: 'device',
    ready: async () => {
      const path = await revoked()
      return () => ruth.post(`${path}/revoke`, { reason: 'again' })
    },
  },
  'a model of a name that is taken': {
    who: 'Ruth Vogel',
    code: 'already_exists',
    status: 409,
    activity: 'model.edit',
    ready: async () => {
      expect((await ruth.post('/api/models', model('Twin'))).status).toBe(201)
      return () => ruth.post('/api/models', model('Twin'))
    },
  },
  'a model that changed meanwhile': {
    who: 'Ruth Vogel',
    code: 'changed_meanwhile',
    status: 409,
    activity: 'model.edit',
    ready: async () => {
      const { body } = await ruth.post<{ id: string }>('/api/models', model('Stale'))
      return () => ruth.send('PUT', `/api/models/${body.id}`, { ...model('Stale'), version: 9 })
    },
  },
  'a policy that changed meanwhile': {
    who: 'Clara Meier',
    code: 'changed_meanwhile',
    status: 409,
    activity: 'policy.edit',
    about: 'customer',
    ready: () => () => clara.send('PUT', `${customer()}/policy/customer/${helvetia}`, { rules: {}, version: 900 }),
  },
  'a list of networks that changed meanwhile': {
    who: 'Clara Meier',
    code: 'changed_meanwhile',
    status: 409,
    activity: 'person.edit',
    about: 'customer',
    ready: () => () => clara.send('PUT', `${customer()}/networks`, { networks: [], version: 900 }),
  },
  'a list of networks that shuts out who writes it': {
    who: 'Clara Meier',
    code: 'would_lock_out',
    status: 409,
    activity: 'person.edit',
    about: 'customer',
    ready: () => () =>
      clara.send('PUT', `${customer()}/networks`, { networks: [{ cidr: '203.0.113.0/24', note: '' }], version: 0 }),
  },
  'another name by the customer itself': {
    who: 'Ines Frei',
    code: 'not_granted',
    status: 403,
    activity: 'customer.edit',
    about: 'customer',
    ready: () => () => ines.send('PATCH', customer(), { name: 'Ours' }),
  },
  'a customer of a name that is taken': {
    who: 'Ruth Vogel',
    code: 'already_exists',
    status: 409,
    activity: 'customer.add',
    ready: () => () => ruth.post('/api/customers', { name: 'Helvetia Pharma' }),
  },
  'a site of a name that is taken': {
    who: 'Ines Frei',
    code: 'already_exists',
    status: 409,
    activity: 'customer.edit',
    about: 'customer',
    ready: () => () => ines.post(`${customer()}/sites`, { name: 'Basel', zone: 'Europe/Zurich' }),
  },
  ...Object.fromEntries(
    (['disable', 'enable', 'sign-out', 'reset', 'DELETE'] as const).flatMap((deed) => {
      const own = { code: 'own_account', status: 403 }
      const send = (by: Visitor, path: string) =>
        deed === 'DELETE' ? by.send('DELETE', path) : by.post(`${path}/${deed}`, deed === 'reset' ? {} : undefined)
      return [
        [
          `${deed} of oneself at the customer`,
          {
            ...own,
            who: 'Clara Meier',
            activity: 'person.edit',
            about: 'customer' as const,
            ready: () => () => send(clara, people('approver')),
          },
        ],
        [
          `${deed} of oneself at the maker`,
          { ...own, who: 'Ruth Vogel', activity: 'staff.edit', ready: () => () => send(ruth, staff('administrator')) },
        ],
      ]
    }),
  ),
  'a second disabling': {
    who: 'Clara Meier',
    code: 'wrong_state',
    status: 409,
    activity: 'person.edit',
    about: 'customer',
    ready: async () => {
      expect((await clara.post(`${people('colleague')}/disable`)).status).toBe(200)
      return () => clara.post(`${people('colleague')}/disable`)
    },
  },
  'a present password that is wrong': {
    who: 'Anna Keller',
    code: 'password_wrong',
    status: 422,
    activity: 'POST /api/me/password',
    ready: () => () => anna.post('/api/me/password', { present: 'wrong', next: 'seven green herons wade' }),
  },
  "somebody else's browser": {
    who: 'Anna Keller',
    code: 'not_found',
    status: 404,
    activity: 'POST /api/me/sign-ins/:signInId/end',
    ready: () => () => anna.post(`/api/me/sign-ins/${'0'.repeat(32)}/end`),
  },
  'an answer to what was answered': {
    who: 'Clara Meier',
    code: 'already_decided',
    status: 409,
    activity: 'session.approve',
    about: 'device',
    ready: async () => {
      const request = await denied()
      return () => answer(clara, request)
    },
  },
  'taking back what was answered': {
    who: 'Anna Keller',
    code: 'wrong_state',
    status: 409,
    activity: 'session.request',
    about: 'device',
    ready: async () => {
      const { id } = await denied()
      return () => anna.post(`/api/requests/${id}/withdraw`)
    },
  },
  'a session without an approval': {
    who: 'Anna Keller',
    code: 'approval_needed',
    status: 403,
    activity: 'session.terminal',
    about: 'device',
    ready: async () => {
      const { id } = await denied()
      return () => anna.post(`/api/requests/${id}/session`)
    },
  },
  'a room, with a password that is due': {
    who: 'Oskar Lind',
    code: 'password_due',
    status: 403,
    activity: 'staff.view',
    ready: async () => {
      const oskar = await due()
      return () => oskar.get('/api/staff')
    },
  },
  'a list, with a password that is due': {
    who: 'Oskar Lind',
    code: 'password_due',
    status: 403,
    activity: 'GET /api/requests',
    ready: async () => {
      const oskar = await due()
      return () => oskar.get('/api/requests')
    },
  },
}

const due = async (): Promise<Visitor> => {
  const visitor = await h.as('auditor')
  await h.house.db.update(person).set({ passwordDue: true }).where(eq(person.id, h.seeded.people.auditor))
  return visitor
}

const refusalsIn = async (work: () => Promise<unknown>) =>
  (await eventsOf(h.house, work)).filter(({ outcome }) => outcome === 'refused')

describe('AL02 every refusal is one event:', () => {
  test.each(Object.entries(refused))('%s', async (_, { who, code, status, activity, about, ready }) => {
    const asked = await ready()
    const events = await refusalsIn(async () => {
      const answered = await asked()
      expect([answered.status, (answered.body as { error: { code: string } }).error.code]).toEqual([status, code])
    })
    expect(events.map((one) => [one.event, one.actorName, one.fields])).toEqual([
      ['access.refused', who, { activity, because: code }],
    ])
    const [event] = events
    expect([event?.customerId !== null, event?.deviceId !== null]).toEqual([about !== undefined, about === 'device'])
  })

  test('what could not be understood is none', async () => {
    const events = await refusalsIn(async () => {
      expect((await ruth.post('/api/customers', { name: '' })).status).toBe(422)
      expect((await ruth.get('/api/customers?cursor=made-up')).status).toBe(422)
    })
    expect(events).toEqual([])
  })
})

describe('AL02 what foreign pages ask for', () => {
  const byMinute = async (once: () => Promise<unknown>, event: string) => {
    const events = await refusalsIn(async () => {
      await Promise.all([once(), once(), once()])
      h.clock.advance(minutes(1))
      await once()
    })
    expect(events.map((one) => [one.event, one.actorId, one.fields.because])).toEqual([
      [event, null, 'foreign_origin'],
      [event, null, 'foreign_origin'],
    ])
    for (const { fromAddress } of events) expect(fromAddress).toMatch(/^(127\.0\.0\.1|::1)$/)
  }

  test('is in the log once a minute for each address', () =>
    byMinute(async () => {
      const answered = await visitorOf(h.url).send('POST', '/api/sign-in', {}, { origin: 'https://evil.example' })
      expect(answered.status).toBe(403)
    }, 'access.refused'))

  test('streams as well, and before anything is known of who asks', () =>
    byMinute(async () => {
      const url = `${h.wsUrl}/api/streams/${randomUUID()}/terminal`
      await expect(dial(url, ['gatehouse.v1'], { origin: 'https://evil.example' })).rejects.toThrow('foreign_origin')
    }, 'stream.refused'))
})
