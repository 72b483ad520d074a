import { activities } from '@gatehouse/shared/activities'
import { eq } from 'drizzle-orm'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { policy, policyLevel } from '../features/policies/tables.ts'
import type { Stage } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import type { DeviceClient } from '../testing/device-client.ts'
import { manyDevices } from '../testing/devices.ts'
import { type Door, filled, guardedDoors } from '../testing/doors.ts'
import type { Answer, TestHouse, Visitor } from '../testing/house.ts'
import { openWatchedStage } from '../testing/openings.ts'
import { reads } from '../testing/reads.ts'
import type { Rows } from '../testing/rows.ts'
import { pathWords } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let rows: Rows
let owner: Sql
let ours: Record<string, string>
let device: DeviceClient
let close: () => Promise<void>
beforeAll(async () => {
  ;({ h, s, rows, owner, ours, close } = await openWatchedStage(2))
  ;[device] = (await manyDevices(h, 1)) as [DeviceClient]
})
afterAll(() => close())

const codeOf = ({ body }: Answer) => (body as { error?: { code?: string } } | null)?.error?.code

interface Asked {
  door: Door
  by: Visitor
  path: string
  body: unknown
}

/** One question at each of these doors, of somebody who is let in otherwise. */
const questions = async (doors: readonly Door[]): Promise<Asked[]> => {
  const asked: Asked[] = []
  for (const door of doors) {
    // Whoever signs out, or changes what is his own, is not the same afterwards.
    if (/^\/api\/(me\/(?!factors$|settings$|sign-ins$)|sign-out|live)/.test(door.path)) continue
    if (door.method === 'GET') {
      const path = filled(door.path, (name) => pathWords[name] ?? ours[name] ?? '') + (reads[door.name] ?? '')
      const who = door.path.startsWith('/api/me') ? 'approver' : 'administrator'
      asked.push({ door, by: await s.as(/approvers$/.test(path) ? 'technician' : who), path, body: undefined })
    } else {
      const deed = await prepared(s, door.name)
      asked.push({ door, by: deed.by, path: filled(door.path, (name) => deed.ids[name] ?? ''), body: deed.body })
    }
  }
  return asked
}

/** Asks all of them while something is broken: nobody is let in, and nothing is done. */
const nobodyIsLetIn = async (asked: readonly Asked[]): Promise<void> => {
  const told: unknown[] = []
  for (let from = 0; from < asked.length; from += 6)
    told.push(
      ...(await Promise.all(
        asked.slice(from, from + 6).map(async ({ door, by, path, body }) => {
          const answer = await by.send(door.method, path, body)
          return answer.status < 400 ? [door.name, answer.status, answer.body] : undefined
        }),
      )),
    )
  expect(told.filter(Boolean)).toEqual([])
}

/** What every door looks up before it lets anybody in. */
const lookups = ['sign_in', 'person', 'group_member', 'group_grant', 'network_list'] as const
const roles = ['gatehouse_app', 'gatehouse_house'] as const

describe('AZ18 a lookup that fails lets nobody in:', () => {
  test.each(lookups)('%s cannot be read', async (table) => {
    const asked = await questions(guardedDoors)
    const before = await rows.now()
    for (const role of roles) await owner`revoke select on ${owner(table)} from ${owner(role)}`
    try {
      await nobodyIsLetIn(asked)
    } finally {
      for (const role of roles) await owner`grant select on ${owner(table)} to ${owner(role)}`
    }
    expect(await rows.now()).toEqual(before)
  })

  test.each(['policy_level', 'approval'] as const)('%s cannot be read, and nothing reaches a device', async (table) => {
    const touching = guardedDoors.filter(
      ({ guard }) => guard?.kind === 'activity' && activities[guard.activity].touchesDevice,
    )
    const asked = await questions(touching)
    expect(asked.length).toBeGreaterThan(3)
    for (const role of roles) await owner`revoke select on ${owner(table)} from ${owner(role)}`
    try {
      await nobodyIsLetIn(asked)
    } finally {
      for (const role of roles) await owner`grant select on ${owner(table)} to ${owner(role)}`
    }
  })

  test.each([...lookups, 'policy_level'] as const)(
    '%s is held by somebody for longer than a question may take',
    async (table) => {
      const doors = guardedDoors.filter(({ name }) =>
        [
          'POST /api/devices/:deviceId/actions/fetch_log',
          'POST /api/requests/:requestId/decision',
          'POST /api/models',
        ].includes(name),
      )
      const wanted = table === 'policy_level' ? doors.filter(({ name }) => name.endsWith('fetch_log')) : doors
      const asked = await questions(wanted)
      let release: (() => void) | undefined
      const held = owner.begin(async (tx) => {
        await tx`lock table ${tx(table)} in access exclusive mode`
        await new Promise<void>((go) => {
          release = go
        })
      })
      await vi.waitFor(() => expect(release).toBeDefined(), 10_000)
      try {
        await Promise.all(
          asked.map(async ({ door, by, path, body }) => {
            const answer = await by.send(door.method, path, body)
            expect([door.name, answer.status, codeOf(answer)]).toEqual([door.name, 503, 'unavailable'])
          }),
        )
      } finally {
        release?.()
        await held
      }
    },
  )

  test('every connection is cut, again and again, and a stranger is never let in', async () => {
    const luis = await s.as('otherApprover')
    const paths = guardedDoors
      .filter(({ method, guard }) => method === 'GET' && guard?.kind === 'activity')
      .map(({ path }) => filled(path, (name) => pathWords[name] ?? ours[name] ?? ''))
    let cutting = true
    const cut = (async () => {
      while (cutting)
        await owner`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name like 'gatehouse%'`
    })()
    const statuses = await Promise.all(paths.map(async (path) => (await luis.get(path)).status))
    cutting = false
    await cut
    for (const status of statuses) expect([401, 403, 404, 500, 503]).toContain(status)
    await vi.waitFor(async () => expect((await luis.get('/api/me')).status).toBe(200), 10_000)
  })
})

describe('AZ18 without a policy nothing reaches a device:', () => {
  const fetchLog = async () =>
    (await s.as('technician')).post(`/api/devices/${device.deviceId}/actions/fetch_log`, { input: { name: 'agent' } })

  test('no level speaks, a level cannot be understood, and there is none at all', async () => {
    const own = eq(policyLevel.customerId, ours.customerId ?? '')
    const kept = await h.house.db.select().from(policyLevel).where(own)
    const queued = await fetchLog()
    expect(queued.status).toBe(201)
    for (const rules of [
      {},
      { 'action.fetch_log': { inside: 'always' } },
      { 'action.fetch_log': 'always' },
      { 'action.fetch_log': null },
    ]) {
      await h.house.db.update(policyLevel).set({ rules }).where(own)
      const answer = await fetchLog()
      expect([answer.status, codeOf(answer)], JSON.stringify(rules)).toEqual([403, 'policy_never'])
    }
    await h.house.db.delete(policyLevel).where(own)
    expect(codeOf(await fetchLog())).toBe('policy_never')
    // What waits is judged by the same.
    const told = await device.say(device.heartbeat())
    expect(told.body.commands ?? []).toEqual([])
    const [row] = await h.house.db
      .select()
      .from(policy)
      .where(eq(policy.customerId, ours.customerId ?? ''))
    await h.house.db.delete(policy).where(eq(policy.customerId, ours.customerId ?? ''))
    expect(codeOf(await fetchLog())).toBe('policy_never')
    if (row) await h.house.db.insert(policy).values(row)
    for (const level of kept) await h.house.db.insert(policyLevel).values(level)
    expect((await fetchLog()).status).toBe(201)
  })
})

describe('AZ18 a clock that is not to be believed lets nobody in:', () => {
  test('it goes back by an hour', async () => {
    const clara = await h.as('approver')
    const path = `/api/customers/${ours.customerId}/policy/customer/${ours.customerId}`
    h.clock.advance(-3_600_000)
    try {
      expect((await clara.get('/api/me')).status).toBe(401)
      expect((await clara.send('PUT', path, { rules: {}, version: 1 })).status).toBe(401)
    } finally {
      h.clock.advance(3_600_000)
    }
  })

  test('it tells no time, or none there is', async () => {
    const clara = await h.as('approver')
    const { now } = h.clock
    for (const time of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      h.clock.now = () => time
      const answer = await clara.get('/api/devices').finally(() => {
        h.clock.now = now
      })
      expect(answer.status, String(time)).toBeGreaterThanOrEqual(400)
    }
  })
})
