import { eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import { newId } from '../../kernel/ids.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { sequence, sequencerLock } from '../audit/sequencer.ts'
import { checkTree } from './check.ts'
import { provenEntry } from './proven.ts'
import { auditFault } from './tables.ts'

let h: TestHouse
/** Somebody who owns the whole database, and goes past triggers. */
let superuser: Sql
/** Two customers that nobody has touched yet, and a device of the first. */
let ours: string
let theirs: string
let device: string

beforeAll(async () => {
  h = await openTestHouse()
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  await superuser.unsafe('set session_replication_role = replica')
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

const happen = (customerId: string, deviceId: string | null = null): Promise<void> =>
  h.house.db.transaction((tx) =>
    append(tx, h.clock.now(), [
      entry({
        by: bySystem,
        event: 'device.disconnected',
        fields: { device: 'Balance' },
        about: { customerId, customerName: 'Customer', deviceId, ...(deviceId && { deviceName: 'Balance' }) },
      }),
    ]),
  )

/** Which of the two have events that wait. */
const waiting = async () => {
  const all = (await h.house.db.select().from(auditPending)).map(({ customerId }) => customerId)
  return new Set([ours, theirs].filter((one) => all.includes(one)))
}

/** Until nothing waits but what is of these. */
const sequenceBut = (...customers: string[]): Promise<void> =>
  expect
    .poll(async () => {
      await sequence(h.house)
      return waiting()
    })
    .toEqual(new Set(customers))

/** Does something while no sequencer is at work. */
const unseen = async (work: () => Promise<unknown>): Promise<void> => {
  await superuser`select pg_advisory_lock(${sequencerLock}::bigint)`
  await work()
  await superuser`select pg_advisory_unlock(${sequencerLock}::bigint)`
}

const faultsOf = async (tree: string) => (await checkTree(h.house, tree)).faults
const newest = async (customerId: string): Promise<string> =>
  (
    await superuser<{ id: string }[]>`select id from audit_event where customer_id = ${customerId}
      order by id desc limit 1`
  )[0]?.id ?? ''

beforeEach(async () => {
  ;[ours, theirs, device] = [newId(), newId(), newId()]
  for (const one of [ours, theirs]) for (let i = 0; i < 3; i++) await happen(one, one === ours && i > 0 ? device : null)
  await sequenceBut()
  expect([await faultsOf(ours), await faultsOf(theirs)]).toEqual([[], []])
})

describe('AL14 an event whose place is not in its own log is found:', () => {
  const placeless = {
    seq: null,
    says: expect.stringMatching(/^the event has no place in the log: device.disconnected/),
  }

  test.each([
    ['before its beginning', () => `'${ours}', -1`],
    ['behind its end', () => `'${ours}', 1000000`],
    ['in no log at all', () => `'${newId()}', 0`],
  ])('%s', async (_, place) => {
    await unseen(async () => {
      await happen(ours)
      const id = await newest(ours)
      await superuser`delete from audit_pending where event_id = ${id}`
      await superuser.unsafe(`insert into audit_leaf (tree, seq, event_id) values (${place()}, '${id}')`)
    })
    expect(await faultsOf(ours)).toEqual([placeless])
  })

  test('in another customer’s, and both are told', async () => {
    await unseen(async () => {
      await happen(ours)
      await superuser`update audit_event set customer_id = ${theirs} where id = ${await newest(ours)}`
    })
    const id = await newest(theirs)
    await sequenceBut()
    await superuser`update audit_event set customer_id = ${ours} where id = ${id}`
    expect(await faultsOf(ours)).toEqual([placeless])
    expect(await faultsOf(theirs)).toEqual([{ seq: 3, says: 'it stands in another log than its own' }])
    expect((await provenEntry(h.house, h.house.db, id))?.altered).toBe('it stands in another log than its own')
  })
})

test('AL14 AL16 entries that are made those of another device are found: it would be counted from 0 again', async () => {
  await superuser`update audit_leaf set device_id = ${newId()} where device_id = ${device}`
  const says = 'its entry in the tree is that of another device'
  expect(await faultsOf(ours)).toEqual([
    { seq: 1, says },
    { seq: 2, says },
  ])
})

test.each(['', 'Nothing to be found', 'Disconnected device.disconnected failed Customer Balance'])(
  'AL14 an event that a search no longer finds by what it is about is found by the check: “%s”',
  async (words) => {
    await superuser`update audit_text set words = ${words} where event_id = ${await newest(ours)}`
    const says = 'the words by which a search finds it are not its own'
    expect(await faultsOf(ours)).toEqual([{ seq: 2, says }])
    expect((await provenEntry(h.house, h.house.db, await newest(ours)))?.altered).toBe(says)
  },
)

test('words of an earlier sentence are its own', async () => {
  await superuser`update audit_text set words = 'Went away device.disconnected Customer  Balance'
    where event_id = ${await newest(ours)}`
  expect(await faultsOf(ours)).toEqual([])
})

describe('AL08 whoever has something in the way keeps nobody else waiting, and is told what it is:', () => {
  test.each([
    ['a smaller size', () => `update audit_tree set size = size - 1 where tree = '${ours}'`, /place behind its last/],
    ['no size', () => `delete from audit_tree where tree = '${ours}'`, /place behind its last/],
    [
      'an entry where the next one comes',
      () => `insert into audit_leaf (tree, seq, event_id) values ('${ours}', 3, '${newId()}')`,
      /place behind its last/,
    ],
    [
      'a node where the next one comes',
      () => `insert into audit_node (tree, level, index, hash) values ('${ours}', 0, 3, sha256('x'))`,
      /a node stands/,
    ],
    [
      'an event that waits a second time',
      () => `insert into audit_pending (event_id, customer_id)
        select event_id, tree from audit_leaf where tree = '${ours}' and seq = 1`,
      /already waits for another/,
    ],
  ])('%s', async (_, deed, says) => {
    await unseen(async () => {
      await superuser.unsafe(deed())
      await happen(ours)
      await happen(theirs)
    })
    await sequenceBut(ours)
    // The house's own sequencer may be the one that met it, and still tells.
    await expect
      .poll(() => h.house.db.select().from(auditFault).where(eq(auditFault.tree, ours)))
      .toEqual([expect.objectContaining({ foundBy: 'sequencer', says: expect.stringMatching(says) })])
    expect(await faultsOf(theirs)).toEqual([])
  })
})

describe('AL14 what lists show is compared, not only what the tables hold:', () => {
  const altered = async (from: string, to: string) => {
    const [view] = await superuser<{ said: string }[]>`select pg_get_viewdef('audit_line') as said`
    const said = view?.said ?? ''
    expect(said).toContain(from)
    const replaced = (text: string) =>
      superuser.unsafe(`create or replace view audit_line with (security_invoker = true) as ${text}`)
    await replaced(said.replace(from, to.replace('$id', `'${await newest(ours)}'`)))
    try {
      return [await faultsOf(ours), (await provenEntry(h.house, h.house.db, await newest(ours)))?.altered]
    } finally {
      await replaced(said)
    }
  }

  test.each([
    ['e.outcome', "case when e.id = $id then 'refused' else e.outcome end as outcome", /^its outcome, as it is shown/],
    ['t.fields', "case when e.id = $id then '{}' else t.fields end as fields", /^its words are not those/],
  ])('%s in their view', async (from, to, says) => {
    expect(await altered(from, to)).toEqual([
      [{ seq: 2, says: expect.stringMatching(says) }],
      expect.stringMatching(says),
    ])
  })
})
