import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DemoCustomer } from '../demo/models.ts'
import { demoPeople, type Persona } from '../demo/people.ts'
import type { DeviceClient } from '../testing/device-client.ts'
import { enrolDevice } from '../testing/device-client.ts'
import { codeFor } from '../testing/devices.ts'
import { filled, guardedDoors, peoplesDoors, queryFields } from '../testing/doors.ts'
import { type Hints, hintsOf } from '../testing/hints.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../testing/house.ts'
import { mailsTo } from '../testing/mailed.ts'
import { reads } from '../testing/reads.ts'
import { goLive, type LiveSession, untilSaid } from '../testing/sessions.ts'
import { formsOf } from '../testing/sinks.ts'
import { pathWords, seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let h: TestHouse
let ruth: Visitor
/** The ids of everything at a customer. */
const ids: Record<string, Record<string, string>> = {}

/** What stands in everything of a customer that has a name or a text. */
const canaries = { 'Helvetia Pharma': 'quetzal-7f3a', 'Great Lakes Foods': 'ibis-91cd' } as const
const casts = {
  'Helvetia Pharma': { technician: 'technician', approver: 'approver', reader: 'reader', site: 'Basel' },
  'Great Lakes Foods': {
    technician: 'outsider',
    approver: 'otherApprover',
    reader: 'otherApprover',
    site: 'Milwaukee',
  },
} as const satisfies Record<DemoCustomer, { technician: Persona; approver: Persona; reader: Persona; site: string }>
const other = { 'Helvetia Pharma': 'Great Lakes Foods', 'Great Lakes Foods': 'Helvetia Pharma' } as const
const customers = Object.keys(canaries) as DemoCustomer[]

const ok = <T>(answer: { status: number; body: T }): T => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** Lets everything happen at a customer that leaves a text behind, its canary in each. */
const live = async (customer: DemoCustomer): Promise<LiveSession> => {
  const canary = canaries[customer]
  const cast = casts[customer]
  const id = h.seeded.customers[customer]
  const root = `/api/customers/${id}`
  const approver = await h.as(cast.approver)
  const technician = await h.as(cast.technician)
  ok(await ruth.send('PATCH', root, { name: `${customer} ${canary}` }))
  const site = ok(
    await ruth.post<{ id: string }>(`${root}/sites`, {
      name: `Site ${canary}`,
      zone: 'Europe/Zurich',
      address: `${canary} street`,
    }),
  )
  const added = ok(
    await ruth.post<{ id: string }>(`${root}/devices`, {
      name: `Device ${canary}`,
      serial: `S-${canary}`,
      siteId: site.id,
      modelId: h.seeded.models.balance,
      tags: [`tag-${canary}`],
    }),
  )
  const group = ok(await approver.post<{ id: string }>(`${root}/groups`, { name: `Group ${canary}`, grants: [] }))
  ok(
    await approver.post(`${root}/people`, {
      name: `Person ${canary}`,
      email: `${canary}@somewhere.example`,
      groups: [group.id],
    }),
  )
  ok(
    await approver.send('PUT', `${root}/networks`, {
      networks: [
        { cidr: '127.0.0.0/8', note: `Net ${canary}` },
        { cidr: '::1/128', note: '' },
      ],
      version: 0,
    }),
  )
  const device: DeviceClient = await enrolDevice(h.url, await codeFor(h, added.id), h.clock.now)
  const line = await device.connect()
  await line.say(device.heartbeat({ platform: `platform ${canary}`, agentVersion: `1-${canary}` }), {
    type: 'alarm',
    at: h.clock.now(),
    code: 'overload',
    raised: true,
    severity: 'critical',
    message: `Alarm ${canary}`,
  })
  const session = await goLive(
    h,
    { technician, approver, device, line },
    { reason: `Because of ${canary}`, caseNumber: canary },
  )
  session.writer.send(frameKinds.data, `typed ${canary}\r`)
  await untilSaid(session.device, canary)
  const waiting = ok(
    await technician.post<{ id: string; hash: string }>(`/api/devices/${added.id}/requests`, {
      activities: ['session.terminal'],
      reason: `Again because of ${canary}`,
      caseNumber: canary,
      wantedStart: h.clock.now(),
      minutes: 30,
    }),
  )
  ok(
    await approver.post(`/api/requests/${waiting.id}/decision`, {
      answer: 'deny',
      hash: waiting.hash,
      comment: `No, ${canary}`,
    }),
  )
  const { rows: alarms } = ok(await approver.get<{ rows: { id: string }[] }>(`/api/devices/${added.id}/alarms`))
  if (alarms[0]) ok(await approver.post(`/api/alarms/${alarms[0].id}/acknowledge`, { note: `Seen by ${canary}` }))
  ids[customer] = {
    ...(await seedStories(h, customer)),
    deviceId: added.id,
    siteId: site.id,
    levelId: site.id,
    groupId: group.id,
    requestId: waiting.id,
    sessionId: session.session.id,
    ...(alarms[0] && { alarmId: alarms[0].id }),
  }
  return session
}

const sessions: Partial<Record<DemoCustomer, LiveSession>> = {}
beforeAll(async () => {
  h = await openTestHouse()
  ruth = await h.as('administrator')
  for (const customer of customers) sessions[customer] = await live(customer)
})
afterAll(() => h.close())

/** Everything that an answer says, as bytes. */
const bytesOf = ({ headers, body }: { headers: Headers; body: unknown }): string =>
  `${[...headers.entries()].map(([name, value]) => `${name}: ${value}`).join('\n')}\n${JSON.stringify(body)}`

const expectNone = (text: string, canary: string, where: string): void => {
  for (const form of formsOf(canary)) expect(text.includes(form), `${canary} in ${where}`).toBe(false)
}

const reading = guardedDoors.filter(({ method, path }) => method === 'GET' && path !== '/api/live')

describe('AZ16 no byte of a customer reaches another:', () => {
  test('the canaries are where they should be: whoever may finds them', async () => {
    for (const customer of customers) {
      const visitor = await h.as(casts[customer].approver)
      let found = 0
      for (const door of reading) {
        const path =
          filled(door.path, (name) => pathWords[name] ?? ids[customer]?.[name] ?? '') + (reads[door.name] ?? '')
        if (JSON.stringify((await visitor.get(path)).body).includes(canaries[customer])) found += 1
      }
      expect(found).toBeGreaterThan(15)
    }
  })

  const everybody = [
    ['technician', 'Helvetia Pharma'],
    ['approver', 'Helvetia Pharma'],
    ['reader', 'Helvetia Pharma'],
    ['outsider', 'Great Lakes Foods'],
    ['otherApprover', 'Great Lakes Foods'],
  ] as const satisfies [Persona, DemoCustomer][]
  test.each(everybody)('to %s of %s no route says any, whatever it is asked for', async (who, customer) => {
    const visitor = await h.as(who)
    const canary = canaries[other[customer]]
    for (const door of reading)
      for (const of of customers) {
        const path = filled(door.path, (name) => pathWords[name] ?? ids[of]?.[name] ?? '')
        const query = reads[door.name] ?? ''
        const asked = [path + query]
        if (queryFields(door).includes('search')) asked.push(`${path}?search=${canary}`)
        if (queryFields(door).includes('tag')) asked.push(`${path}?tag=tag-${canary}`)
        for (const one of asked)
          expectNone(bytesOf(await visitor.get(one)).replaceAll(`search=${canary}`, ''), canary, one)
      }
  })

  test('no refusal says any', async () => {
    for (const customer of customers) {
      const visitor = await h.as(casts[customer].approver)
      const theirs = ids[other[customer]] ?? {}
      for (const door of peoplesDoors.filter(({ method, guard }) => method !== 'GET' && guard?.kind === 'activity')) {
        const path = filled(door.path, (name) => pathWords[name] ?? theirs[name] ?? '')
        const answer = await visitor.send(door.method, path, {})
        expect(answer.status, door.name).toBeGreaterThanOrEqual(400)
        expectNone(bytesOf(answer), canaries[other[customer]], door.name)
      }
    }
  })

  test('no mail says any', async () => {
    for (const [who, customer] of everybody) {
      const mails = await mailsTo(h.house, demoPeople[who].email)
      expectNone(JSON.stringify(mails), canaries[other[customer]], `the mails of ${who}`)
    }
    expect(JSON.stringify(await mailsTo(h.house, demoPeople.approver.email))).toContain(canaries['Helvetia Pharma'])
  })

  test('no stream of hints, no channel of a session and no line of a device says any', async () => {
    const heard: Partial<Record<DemoCustomer, Hints>> = {}
    for (const customer of customers)
      heard[customer] = await hintsOf(h.url, (await h.as(casts[customer].approver)).cookie())
    for (const customer of customers) {
      const canary = canaries[customer]
      const technician = await h.as(casts[customer].technician)
      ok(
        await ruth.send('PATCH', `/api/devices/${ids[customer]?.deviceId}`, {
          name: `Again ${canary}`,
          tags: [`tag-${canary}`],
        }),
      )
      ok(
        await technician.post(`/api/devices/${ids[customer]?.deviceId}/requests`, {
          activities: ['session.terminal'],
          reason: `Once more because of ${canary}`,
          caseNumber: canary,
          wantedStart: h.clock.now(),
          minutes: 30,
        }),
      )
      await vi.waitFor(() => expect(heard[customer]?.text()).toContain('requests'), 10_000)
    }
    for (const customer of customers) {
      const [theirs, id] = [canaries[other[customer]], h.seeded.customers[other[customer]]]
      expectNone(heard[customer]?.text() ?? '', theirs, 'the stream of hints')
      expect(heard[customer]?.text(), 'an id of the other').not.toContain(id)
      const session = sessions[customer]
      expect(session).toBeDefined()
      expectNone(session?.writer.frames.map(String).join('') ?? '', theirs, 'the channel of a session')
      expectNone(session?.device.frames.map(String).join('') ?? '', theirs, 'the stream of a device')
      expectNone(JSON.stringify(session?.line.heard), theirs, 'the line of a device')
      const orders = JSON.stringify(session?.line.heard.flatMap((message) => Object.values(message)))
      for (const token of orders.match(/[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/g) ?? [])
        expectNone(
          Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
          theirs,
          'what is signed for a device',
        )
    }
    for (const one of Object.values(heard)) one.close()
  })
})

describe('AZ13 requests know nothing of each other:', () => {
  test('of 200 at once, held up here and there, each says only what is its own', async () => {
    const { access } = h.house
    const { actor, facts } = access
    /** The house waits where it looks something up, each time for another while. */
    const held = async <T>(work: Promise<T>): Promise<T> => {
      const done = await work
      // clock: holds up a request, decides nothing
      await new Promise((go) => setTimeout(go, Math.random() * 20))
      return done
    }
    access.actor = (...of) => held(actor(...of))
    access.facts = (...of) => held(facts(...of))
    try {
      const people = await Promise.all(
        customers.map(async (customer) => ({
          customer,
          visitor: await h.as(casts[customer].approver),
          me: h.seeded.people[casts[customer].approver],
        })),
      )
      const all = Array.from({ length: 200 }, (_, i) => ({
        ...people[i % 2],
        door: reading[Math.floor(i / 2) % reading.length],
      }))
      await Promise.all(
        all.map(async ({ customer = 'Helvetia Pharma', visitor, me, door }) => {
          if (!visitor || !door) throw new Error('nobody')
          const path =
            filled(door.path, (name) => pathWords[name] ?? ids[customer]?.[name] ?? '') + (reads[door.name] ?? '')
          const answer = await visitor.get<{ id?: string }>(path)
          if (door.path === '/api/me') expect(answer.body.id).toBe(me)
          expectNone(bytesOf(answer), canaries[other[customer]], path)
          expect(answer.status, path).toBeLessThan(500)
        }),
      )
    } finally {
      Object.assign(access, { actor, facts })
    }
  })
})
