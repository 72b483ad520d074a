import type { Page } from '@gatehouse/shared/views/basics'
import type { PersonView } from '@gatehouse/shared/views/people'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../kernel/clock.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { changingDoors, filled, guardedDoors } from '../../testing/doors.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { knock } from '../../testing/raw.ts'
import { person } from '../people/tables.ts'
import { endOverdueViewings } from './door.ts'
import { viewing } from './tables.ts'

interface Refusal {
  error: { code: string; says: string }
}

let h: TestHouse
let ruth: Visitor
let helvetia: string
let clara: string
beforeAll(async () => {
  h = await openTestHouse()
  helvetia = h.seeded.customers['Helvetia Pharma'] ?? ''
  clara = h.seeded.people.approver
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.house.db.delete(viewing)
  ruth = await h.as('administrator')
})

const wanted = { reason: 'She cannot find her approvals', caseNumber: 'C-7', minutes: 15 }
const path = (personId: string = clara, customerId = helvetia) =>
  `/api/customers/${customerId}/people/${personId}/viewing`
const start = async (by: Visitor = ruth, more: object = {}, personId: string = clara, customerId = helvetia) =>
  by.post<{ until: number } & Refusal>(path(personId, customerId), { ...wanted, ...more })
const me = async (by: Visitor = ruth) => (await by.get<MeView & Refusal>('/api/me')).body
const codeOf = ({ status, body }: { status: number; body: unknown }) => [status, (body as Refusal).error?.code]
const refusal = (code: string) => expect.objectContaining({ error: expect.objectContaining({ code }) })

/** The events about looking as somebody else, and refusals. */
const told = async (work: () => Promise<unknown>) =>
  (await eventsOf(h.house, work)).filter(({ event }) => event.startsWith('viewing.') || event === 'access.refused')

describe('AZ17 looking as a person of a customer', () => {
  test('is begun with a reason, for a limited time, in the log of the customer, and the person is told', async () => {
    const events = await told(async () => {
      const { status, body } = await start()
      expect(status).toBe(201)
      expect(Math.abs(body.until - h.clock.now() - minutes(15))).toBeLessThan(minutes(1))
    })
    expect(events.map((one) => [one.actorName, one.says, one.customerId])).toEqual([
      [
        'Ruth Vogel',
        'Began to look at Gatehouse as Clara Meier, for 15 minutes: She cannot find her approvals (case C-7)',
        helvetia,
      ],
    ])
    const mails = await h.house.db.select().from(outboxMail).where(eq(outboxMail.to, 'clara@helvetia.example'))
    expect(mails.at(-1)).toMatchObject({ subject: 'Ruth Vogel looks at Gatehouse as you see it' })
    expect(mails.at(-1)?.text).toContain('Reason: She cannot find her approvals')
  })

  test('shows what that person sees, with whose eyes, and no more', async () => {
    const own = await h.as('approver')
    await start()
    const [seen, hers] = [await me(), await me(own)]
    expect({ ...seen, ...{ viewing: null } }).toMatchObject({
      id: clara,
      name: 'Clara Meier',
      customer: { id: helvetia },
      company: 'Helvetia Pharma',
      activities: hers.activities,
    })
    expect(seen.viewing).toEqual({
      by: { id: h.seeded.people.administrator, name: 'Ruth Vogel' },
      reason: wanted.reason,
      caseNumber: 'C-7',
      until: expect.any(Number),
    })
    expect(hers.viewing).toBeNull()
    for (const list of ['devices', 'customers', 'models', 'requests', 'sessions', 'alarms', 'audit', 'devices/facets'])
      expect([list, (await ruth.get(`/api/${list}`)).body]).toEqual([list, (await own.get(`/api/${list}`)).body])
    // What the administrator may see by himself is not there meanwhile.
    expect(codeOf(await ruth.get('/api/staff'))).toEqual([404, 'not_found'])
    expect(codeOf(await ruth.get(`/api/customers/${h.seeded.customers['Great Lakes Foods']}`))).toEqual([
      404,
      'not_found',
    ])
  })

  test('only reads: every door that changes something is shut, in plain words and in the log', async () => {
    await start()
    const ids: Record<string, string> = {
      customerId: helvetia,
      personId: clara,
      deviceId: h.seeded.devices['Balance 7'] ?? '',
    }
    const other = '00000000-0000-4000-8000-000000000000'
    // These keep the sign-in alive, end it, or begin another one.
    const own = [
      'POST /api/sign-in',
      'POST /api/sign-out',
      'POST /api/me/gesture',
      'POST /api/me/renew',
      'DELETE /api/me/viewing',
    ]
    const shut = changingDoors.filter(({ name }) => !own.includes(name))
    expect(shut.length).toBeGreaterThan(50)
    for (const { name, method, path: at } of shut) {
      const events = await told(async () => {
        const answer = await ruth.send<Refusal>(
          method,
          filled(at, (one) => ids[one] ?? other),
          {},
        )
        expect([name, ...codeOf(answer)]).toEqual([name, 403, 'view_only'])
      })
      expect([name, events.map((one) => [one.actorName, one.actorCompany, one.customerId, one.outcome])]).toEqual([
        name,
        [['Ruth Vogel as Clara Meier', 'Alpenwerk Instruments', helvetia, 'refused']],
      ])
    }
    expect((await me()).viewing).not.toBeNull()
  })

  test("shows nothing of the person's own account, and opens no stream", async () => {
    await start()
    const open = ['GET /api/me', 'GET /api/live']
    const own = guardedDoors.filter(({ name }) => name.startsWith('GET /api/me') || name.startsWith('GET /api/sign-in'))
    expect(own.length).toBeGreaterThan(3)
    for (const { name, path: at } of own.filter((one) => !open.includes(one.name)))
      expect([name, ...codeOf(await ruth.get(at))]).toEqual([name, 403, 'view_only'])
    const stream = `/api/streams/${'00000000-0000-4000-8000-000000000000'}/write`
    const events = await eventsOf(h.house, async () => {
      const answer = await knock(h.url, stream, { origin: h.url, cookie: ruth.cookie() })
      expect([answer.status, answer.body.includes('view_only')]).toEqual([403, true])
    })
    expect(events.map((one) => [one.event, one.actorName])).toContainEqual([
      'stream.refused',
      'Ruth Vogel as Clara Meier',
    ])
  })

  test('what is refused while reading stands in the log of the customer too, as done by who looks', async () => {
    await start()
    const events = await told(() => ruth.get(`/api/devices/${h.seeded.devices['Packing line 1']}`))
    expect(events.map((one) => [one.actorName, one.actorId, one.outcome])).toEqual([
      ['Ruth Vogel as Clara Meier', h.seeded.people.administrator, 'refused'],
    ])
  })
})

describe('AZ17 it ends', () => {
  // The house looks after it by itself too: whatever brings the end about is a part of `work`.
  const endedBy = async (work: () => Promise<unknown>) => {
    const events = await told(async () => {
      await work()
      await endOverdueViewings.run(h.house)
    })
    return events
      .filter(({ event }) => event === 'viewing.ended')
      .map((one) => [one.actorName, one.says, one.customerId])
  }
  const ended = (because: string) => [
    ['Ruth Vogel as Clara Meier', `No longer looks at Gatehouse as Clara Meier: ${because}`, helvetia],
  ]

  test('when it is stopped; then the viewer is himself again', async () => {
    await start()
    expect(await endedBy(() => ruth.send('DELETE', '/api/me/viewing'))).toEqual(ended('stopped'))
    expect(await me()).toMatchObject({ name: 'Ruth Vogel', viewing: null })
    expect((await ruth.get('/api/staff')).status).toBe(200)
    // Nothing is left to be stopped, and a second one may begin.
    expect((await ruth.send('DELETE', '/api/me/viewing')).status).toBe(200)
    expect((await start()).status).toBe(201)
  })

  test('at its time, not a moment later, whether anybody looks after it or not', async () => {
    await start(ruth, { minutes: 5 })
    h.clock.advance(minutes(5) - seconds(30))
    expect((await me()).viewing).not.toBeNull()
    const late = async () => {
      h.clock.advance(seconds(30))
      expect((await me()).viewing).toBeNull()
    }
    expect(await endedBy(late)).toEqual(ended('its time was over'))
  })

  test('with the sign-in', async () => {
    await start()
    expect(await endedBy(() => ruth.post('/api/sign-out'))).toEqual(ended('asked to'))
    expect(codeOf(await ruth.get('/api/me'))).toEqual([401, 'not_signed_in'])
    expect(await h.house.db.select().from(viewing)).toEqual([])
  })

  test('when the account that is looked at is disabled', async () => {
    const reader = h.seeded.people.reader
    await start(ruth, {}, reader)
    expect((await me()).name).toBe('Ines Frei')
    const disabled = async () => {
      await h.house.db.update(person).set({ disabledAt: 1 }).where(eq(person.id, reader))
      expect((await me()).viewing).toBeNull()
    }
    expect((await endedBy(disabled)).map(([, says]) => says)).toEqual([
      'No longer looks at Gatehouse as Ines Frei: the account was disabled',
    ])
    expect(codeOf(await start(ruth, {}, reader))).toEqual([409, 'wrong_state'])
    await h.house.db.update(person).set({ disabledAt: null }).where(eq(person.id, reader))
  })

  test.each(['person.view_as', 'person.view'] as const)('when the viewer loses %s', async (lost) => {
    const all = { kind: 'all' } as const
    const rights = ['person.view_as', 'person.view', 'customer.view'] as const
    await regrant(h, 'auditor', [{ activities: [...rights], scope: all }])
    const oskar = await h.as('auditor')
    expect((await start(oskar)).status).toBe(201)
    const taken = async () => {
      await regrant(h, 'auditor', [{ activities: rights.filter((one) => one !== lost), scope: all }])
      expect(await me(oskar)).toMatchObject({ name: 'Oskar Lind', viewing: null })
    }
    expect((await endedBy(taken)).map(([name, says]) => [name, says])).toEqual([
      ['Oskar Lind as Clara Meier', 'No longer looks at Gatehouse as Clara Meier: the right to it was taken'],
    ])
  })

  test('a page that was loaded as somebody else does nothing as whoever is there afterwards', async () => {
    await start()
    const as = { 'x-gatehouse-as': clara }
    expect((await ruth.send('GET', '/api/devices', undefined, as)).status).toBe(200)
    await ruth.send('DELETE', '/api/me/viewing')
    const late = [
      await ruth.send('POST', `/api/customers/${helvetia}/people/${clara}/sign-out`, {}, as),
      await ruth.send('GET', '/api/devices', undefined, as),
    ]
    expect(late.map(codeOf)).toEqual(Array(2).fill([409, 'view_over']))
    // Leaving is never refused.
    expect((await ruth.send('POST', '/api/sign-out', {}, as)).status).toBe(200)
  })
})

describe('AZ17 it is refused', () => {
  test('of who is no person of a customer, or of none that one may see', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000'
    const lakes = h.seeded.customers['Great Lakes Foods'] ?? ''
    for (const [personId, customerId] of [
      [h.seeded.people.technician, helvetia],
      [h.seeded.people.administrator, helvetia],
      [h.seeded.people.otherApprover, helvetia],
      [clara, lakes],
      [nobody, helvetia],
      ['x', helvetia],
    ] as const)
      expect(codeOf(await start(ruth, {}, personId, customerId))).toEqual([404, 'not_found'])
    await regrant(h, 'outsider', [
      { activities: ['person.view_as'], scope: { kind: 'all' } },
      { activities: ['person.view'], scope: { kind: 'customers', ids: [lakes] } },
    ])
    const tom = await h.as('outsider')
    expect(codeOf(await start(tom))).toEqual([404, 'not_found'])
    expect((await start(tom, {}, h.seeded.people.otherApprover, lakes)).status).toBe(201)
  })

  test.each(['technician', 'approver', 'reader', 'otherApprover'] as const)('of the %s', async (who) => {
    const answer = await start(await h.as(who))
    expect(answer.status).toBeGreaterThanOrEqual(403)
    expect(answer.body).toEqual(refusal(who === 'technician' ? 'not_granted' : 'not_found'))
  })

  test('AP19 without a fresh proof of who one is', async () => {
    h.clock.advance(minutes(11))
    expect(codeOf(await start())).toEqual([403, 'step_up_required'])
  })

  test.each([
    { reason: '' },
    { reason: ' ' },
    { minutes: 4 },
    { minutes: 61 },
    { minutes: 5.5 },
    { minutes: '15' },
    { until: 0 },
    { personId: 'x' },
    { signInId: 'x' },
  ])('AZ06 %j', async (more) => {
    expect((await start(ruth, more)).status).toBe(422)
  })

  test('twice in one browser', async () => {
    await start()
    expect(codeOf(await start())).toEqual([403, 'view_only'])
  })

  test('a group of a customer can never grant it', async () => {
    const own = await h.as('approver')
    const grants = [{ activities: ['person.view_as'], scope: { kind: 'all' } }]
    const answer = await own.post(`/api/customers/${helvetia}/groups`, { name: 'Lookers', grants })
    expect(answer.status).toBeGreaterThanOrEqual(400)
  })

  test('people are told by whom they can be looked at', async () => {
    const list = async (by: Visitor) => (await by.get<Page<PersonView>>(`/api/customers/${helvetia}/people`)).body.rows
    expect((await list(ruth)).find(({ id }) => id === clara)?.may.viewAs).toEqual({ ok: true })
    expect((await list(await h.as('approver'))).every(({ may }) => !may.viewAs.ok)).toBe(true)
  })
})
