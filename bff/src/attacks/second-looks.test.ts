import { refusals } from '@gatehouse/shared/refusals'
import { eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPassword, demoPeople } from '../demo/people.ts'
import { groupMember } from '../features/groups/tables.ts'
import { person } from '../features/people/tables.ts'
import { hintsOf } from '../testing/hints.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../testing/house.ts'
import { mailsTo, tokenIn } from '../testing/mailed.ts'

vi.setConfig({ testTimeout: 60_000 })

let h: TestHouse
let owner: Sql
beforeAll(async () => {
  h = await openTestHouse()
  owner = postgres(h.ownerUrl, { max: 3, onnotice: () => undefined })
})
afterAll(async () => {
  await owner.end()
  await h.close()
})

const codeOf = ({ status, body }: Answer) => [status, (body as { error?: { code?: string } } | null)?.error?.code]
const refused = (code: keyof typeof refusals) => [refusals[code].status, code]

describe('AZ09 a stream of hints', () => {
  test('ends for whoever owes something meanwhile', async () => {
    const ines = await h.as('reader')
    const hints = await hintsOf(h.url, ines.cookie())
    await h.house.db.update(person).set({ passwordDue: true }).where(eq(person.id, h.seeded.people.reader))
    h.house.bus.publish({ kind: 'person', personId: h.seeded.people.reader })
    await hints.ended
    expect(hints.text()).toContain('signed_out')
    await h.house.db.update(person).set({ passwordDue: false }).where(eq(person.id, h.seeded.people.reader))
  })
})

describe('AZ08 a group is judged as it is when it is changed', () => {
  /** Sends a change of a group, and puts its sender into it between its door and its deed. */
  const joinedMeanwhile = async (groupId: string, send: (by: Visitor) => Promise<Answer>): Promise<Answer> => {
    const clara = await h.as('approver')
    let joined: (() => void) | undefined
    const held = owner.begin(async (tx) => {
      await tx`select 1 from "group" where id = ${groupId} for update`
      await new Promise<void>((go) => {
        joined = go
      })
      await tx`insert into group_member (group_id, person_id) values (${groupId}, ${h.seeded.people.approver})`
    })
    await vi.waitFor(() => expect(joined).toBeDefined(), 10_000)
    const sent = send(clara)
    const waiting = () =>
      owner`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    try {
      await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), 10_000)
    } finally {
      joined?.()
      await held
    }
    return sent
  }
  const root = () => `/api/customers/${h.seeded.customers['Helvetia Pharma']}/groups`
  const made = async (): Promise<string> =>
    (await (await h.as('approver')).post<{ id: string }>(root(), { name: `Own ${performance.now()}`, grants: [] })).body
      .id
  test('whoever is in it by then changes nothing', async () => {
    const groupId = await made()
    const body = { name: 'Mine now', grants: [], version: 1 }
    const answer = await joinedMeanwhile(groupId, (by) => by.send('PUT', `${root()}/${groupId}`, body))
    expect(codeOf(answer)).toEqual(refused('own_group'))
  })

  test('nor removes it', async () => {
    const groupId = await made()
    const answer = await joinedMeanwhile(groupId, (by) => by.send('DELETE', `${root()}/${groupId}`, { version: 1 }))
    expect(codeOf(answer)).toEqual(refused('own_group'))
    expect(await h.house.db.select().from(groupMember).where(eq(groupMember.groupId, groupId))).toHaveLength(1)
  })
})

describe('AU20 a change of the password', () => {
  test('voids the links that wait in a mailbox', async () => {
    const { email } = demoPeople.colleague
    const marc = await h.as('colleague')
    expect((await h.nobody.post('/api/forgotten', { email })).status).toBe(200)
    const forgotten = tokenIn((await mailsTo(h.house, email))[0]?.text, 'reset')
    const other = 'marc.aubry@helvetia.example'
    const asked = await marc.post('/api/me/address', { email: other, password: demoPassword('colleague') })
    expect(asked.status).toBe(200)
    const address = tokenIn((await mailsTo(h.house, other))[0]?.text, 'address')
    for (const token of [forgotten, address]) expect(token).toMatch(/^[\w-]{43}$/)
    await h.house.db
      .update(person)
      .set({ passwordChangedAt: h.clock.now() - 2 * 86_400_000 })
      .where(eq(person.id, h.seeded.people.colleague))
    const next = 'four herons wade at dawn'
    expect((await marc.post('/api/me/password', { present: demoPassword('colleague'), next })).status).toBe(200)
    const again = 'seven otters dive at dusk'
    expect(codeOf(await h.nobody.post('/api/reset', { token: forgotten, password: again }))).toEqual(
      refused('link_unusable'),
    )
    expect(codeOf(await marc.post('/api/me/address/confirm', { token: address }))).toEqual(refused('link_unusable'))
  })
})
