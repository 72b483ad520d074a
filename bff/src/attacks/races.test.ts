import type { ActionView } from '@gatehouse/shared/views/actions'
import { and, eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { groupMember } from '../features/groups/tables.ts'
import { policyLevel } from '../features/policies/tables.ts'
import { type Stage, stageOf } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import type { DeviceClient } from '../testing/device-client.ts'
import { manyDevices } from '../testing/devices.ts'
import { changingDoors, filled, idFields } from '../testing/doors.ts'
import { hintsOf } from '../testing/hints.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../testing/house.ts'
import { knock } from '../testing/raw.ts'
import { type Rows, rowsOf } from '../testing/rows.ts'
import { sceneOf } from '../testing/scene.ts'
import { seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let rows: Rows
let owner: Sql
let ruth: Visitor
let clara: Visitor
let anna: Visitor
let theirs: Record<string, string>
beforeAll(async () => {
  h = await openTestHouse()
  s = stageOf(h)
  rows = await rowsOf(h.ownerUrl)
  owner = postgres(h.ownerUrl, { max: 4, onnotice: () => undefined })
  ;[ruth, clara, anna] = await Promise.all([s.as('administrator'), s.as('approver'), s.as('technician')])
  theirs = await seedStories(h, 'Great Lakes Foods')
})
afterAll(async () => {
  await s.close()
  await rows.close()
  await owner.end()
  await h.close()
})

const ok = <T>({ status, body }: Answer<T>): T => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

describe('AZ04 one bad id, and nothing is done:', () => {
  const lists = changingDoors.filter((door) => idFields(door, 'json').some((field) => field.endsWith('[]')))
  const kindsOf = { group: 'groupId', site: 'siteId', device: 'deviceId', person: 'personId' } as const
  /** Every list of ids in a body, with another id behind its own. */
  const spoiled = (body: unknown, with_: (kind: string) => string | undefined): unknown[] => {
    const found: unknown[] = []
    const text = JSON.stringify(body)
    for (const list of new Set(text.match(/\["[0-9a-f-]{36}"\]/g) ?? [])) {
      const [id = ''] = JSON.parse(list) as string[]
      const other = with_(s.kinds.get(id) ?? '')
      if (other) found.push(JSON.parse(text.replace(list, JSON.stringify([id, other]))))
    }
    return found
  }

  test('there are such doors', () => expect(lists.length).toBeGreaterThan(7))

  test.each(lists.map((door) => [door.name, door] as const))('%s', async (_, door) => {
    const { by, ids, body } = await prepared(s, door.name)
    const path = filled(door.path, (name) => ids[name] ?? '')
    const foreignOf = (kind: string) => theirs[kindsOf[kind as keyof typeof kindsOf] ?? '']
    const atMaker = !door.path.includes(':customerId')
    const before = await rows.now()
    for (const [what, bodies] of [
      // The maker's own groups may reach the sites and devices of any customer.
      ['foreign', spoiled(body, (kind) => (atMaker && kind !== 'group' ? undefined : foreignOf(kind)))],
      ['unknown', spoiled(body, () => '0198c0de-0000-7000-8000-000000000000')],
    ] as const) {
      if (what === 'unknown' && !door.path.includes('/policy/')) expect(bodies.length).toBeGreaterThan(0)
      for (const one of bodies) {
        const answer = await by.send(door.method, path, one)
        // A draft that asks nobody is only looked at; that both are answered alike is tested where ids are.
        const isDraft = door.path.endsWith(':levelId/preview')
        expect([what, answer.status], JSON.stringify(answer.body)).toEqual([what, isDraft ? 200 : 422])
      }
    }
    expect(await rows.now()).toEqual(before)
  })
})

const technicians = () => h.seeded.groups['Technicians Helvetia'] ?? ''
const membership = () =>
  and(eq(groupMember.groupId, technicians()), eq(groupMember.personId, h.seeded.people.technician))
/** Takes Anna out of the group that all her rights come from. */
const takeOut = async (): Promise<void> => {
  ok(await ruth.post(`/api/staff/${h.seeded.people.technician}/groups`, { remove: [technicians()] }))
}
const putBack = async (): Promise<void> => {
  ok(await ruth.post(`/api/staff/${h.seeded.people.technician}/groups`, { add: [technicians()] }))
}
const queue = async ({ deviceId }: DeviceClient): Promise<string> =>
  ok(await anna.post<ActionView>(`/api/devices/${deviceId}/actions/fetch_log`, { input: { name: 'agent', lines: 10 } }))
    .id
const stateOf = async (id: string) => ok(await clara.get<ActionView>(`/api/actions/${id}`)).state
const commandsIn = (answer: { body: { commands?: string[] } }) => answer.body.commands ?? []
/** How many connections wait for a row that another has. */
const waiting = async (): Promise<number> => {
  const [row] = await owner<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  return row?.n ?? 0
}
const aDevice = async (): Promise<DeviceClient> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  return device
}

describe('AZ10 what waits is done with the rights of the moment:', () => {
  test('of a command that leaves and a right that goes at the same moment one is first, every time', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 30; i++) {
      const device = await aDevice()
      const id = await queue(device)
      // clock: lets the two meet in another order each time
      const later = () => new Promise((go) => setTimeout(go, Math.random() * 12))
      const [answer] = await Promise.all([later().then(() => device.say(device.heartbeat())), later().then(takeOut)])
      const state = await stateOf(id)
      seen.add(state)
      expect(commandsIn(answer).length, state).toBe(state === 'delivered' ? 1 : 0)
      // Whatever came first: from here on nothing leaves, and nothing is sent again.
      const again = await device.say(device.heartbeat())
      expect(commandsIn(again)).toEqual([])
      expect(await stateOf(id)).toBe(state === 'delivered' ? 'delivered' : 'refused')
      await putBack()
    }
    expect(seen.size, 'they met in more than one order').toBeGreaterThan(1)
  })

  /** A check-in that has decided and cannot go on, because somebody holds its action. */
  const heldUp = async (takeAway: () => Promise<unknown>): Promise<{ first: 'gone' | 'left'; commands: number }> => {
    const device = await aDevice()
    const id = await queue(device)
    let release: (() => void) | undefined
    const held = owner.begin(async (tx) => {
      await tx`select 1 from action where id = ${id} for update`
      await new Promise<void>((go) => {
        release = go
      })
    })
    await vi.waitFor(() => expect(release).toBeDefined(), 10_000)
    try {
      const checkIn = device.say(device.heartbeat())
      await vi.waitFor(async () => expect(await waiting()).toBe(1), 10_000)
      let gone = false
      const removal = takeAway().then(() => {
        gone = true
      })
      await vi.waitFor(async () => expect(gone || (await waiting()) > 1).toBe(true), 10_000)
      const first = gone ? 'gone' : 'left'
      release?.()
      const [answer] = await Promise.all([checkIn, removal])
      return { first, commands: commandsIn(answer).length }
    } finally {
      release?.()
      await held
    }
  }

  test('nothing leaves after a group was lost, however slow the moment between is', async () => {
    const { first, commands } = await heldUp(takeOut)
    await putBack()
    expect(commands).toBe(first === 'gone' ? 0 : 1)
  })

  test('nor after the account was disabled', async () => {
    const path = `/api/staff/${h.seeded.people.technician}`
    const { first, commands } = await heldUp(async () => ok(await ruth.post(`${path}/disable`)))
    ok(await ruth.post(`${path}/enable`))
    anna = await h.as('technician')
    expect(commands).toBe(first === 'gone' ? 0 : 1)
  })

  test('nor after the policy was changed', async () => {
    const { customerId } = { customerId: h.seeded.customers['Helvetia Pharma'] }
    const [level] = await h.house.db
      .select()
      .from(policyLevel)
      .where(and(eq(policyLevel.customerId, customerId), eq(policyLevel.level, 'customer')))
    const put = async (rules: object) => {
      const { version } = ok(await clara.get<{ version: number }>(`/api/customers/${customerId}/policy`))
      return ok(
        await clara.send('PUT', `/api/customers/${customerId}/policy/customer/${customerId}`, { rules, version }),
      )
    }
    const rules = { ...level?.rules }
    const { first, commands } = await heldUp(() =>
      put({ ...rules, 'action.fetch_log': { inside: 'never', outside: 'never' } }),
    )
    await put(rules)
    expect(commands).toBe(first === 'gone' ? 0 : 1)
  })
})

describe('AZ09 what is open when a right goes', () => {
  test('an open page: the next look shows nothing, nor does the next page of a list', async () => {
    const page = ok(await anna.get<{ next: string | null }>('/api/devices?limit=1'))
    expect(page.next).not.toBeNull()
    await takeOut()
    expect(ok(await anna.get<{ rows: unknown[] }>(`/api/devices?limit=1&cursor=${page.next}`)).rows).toEqual([])
    expect((await anna.get(`/api/devices/${h.seeded.devices['Balance 7']}`)).status).toBe(404)
    await putBack()
  })

  test('a stream of hints: it goes on, and says nothing more of what he may not see', async () => {
    const path = `/api/devices/${h.seeded.devices['Balance 7']}`
    ok(await anna.get('/api/me'))
    const hints = await hintsOf(h.url, anna.cookie())
    ok(await ruth.send('PATCH', path, { tags: ['before'] }))
    await vi.waitFor(() => expect(hints.text()).toContain('"about":"device"'), 10_000)
    await takeOut()
    await vi.waitFor(() => expect(hints.text()).toContain('"about":"rights"'), 10_000)
    const soFar = hints.text().length
    ok(await ruth.send('PATCH', path, { tags: ['after'] }))
    await putBack()
    await vi.waitFor(() => expect(hints.text().slice(soFar)).toContain('"about":"rights"'), 10_000)
    expect(hints.text().slice(soFar)).not.toContain('"about":"device"')
    hints.close()
    ok(await anna.get('/api/me'))
  })

  test('a live session: it ends, for both', async () => {
    const live = await sceneOf(h, anna, clara).live()
    await takeOut()
    await Promise.all([live.writer.closed, live.device.closed])
    expect(ok(await clara.get<{ cause: string }>(`/api/sessions/${live.session.id}`)).cause).toBe('rights_changed')
    await putBack()
    await live.line.close()
  })

  test('a ticket that was given before opens nothing after', async () => {
    const live = await sceneOf(h, anna, clara).live()
    const given = ok(
      await clara.post<{ ticket: string }>(`/api/sessions/${live.session.id}/tickets`, { direction: 'watch' }),
    )
    await h.house.db.delete(groupMember).where(eq(groupMember.personId, h.seeded.people.approver))
    const told = await knock(h.url, `/api/streams/${live.session.id}/terminal`, {
      origin: h.url,
      cookie: clara.cookie(),
      'sec-websocket-protocol': `gatehouse.v1, ticket.${given.ticket}`,
    })
    expect(told.status).not.toBe(101)
    const groupId = h.seeded.groups['Helvetia approvers'] ?? ''
    await h.house.db.insert(groupMember).values({ groupId, personId: h.seeded.people.approver })
    expect(await h.house.db.select().from(groupMember).where(membership())).toHaveLength(1)
    await live.line.close()
  })
})
