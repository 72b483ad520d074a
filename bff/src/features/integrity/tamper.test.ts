import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { seedStories } from '../../testing/stories.ts'
import { checkpointTree, signCheckpoints } from '../audit/checkpoints.ts'
import { sequence } from '../audit/sequencer.ts'
import { checkTree } from './check.ts'

let h: TestHouse
/** Somebody who owns the whole database, and goes past triggers. */
let superuser: Sql
let tree: string
let size: number

const tables = ['audit_event', 'audit_text', 'audit_leaf', 'audit_node', 'audit_tree', 'audit_checkpoint']

beforeAll(async () => {
  h = await openTestHouse()
  tree = h.seeded.customers['Helvetia Pharma']
  await seedStories(h)
  const clara = await h.as('approver')
  for (const note of ['one', 'two', 'three'])
    await clara.post(`/api/alarms/${h.seeded.devices['Balance 7']}/acknowledge`, { note })
  await vi.waitFor(async () => {
    await sequence(h.house)
    if ((await h.house.db.select().from(auditPending)).length > 0) throw new Error('some events still wait')
  })
  await signCheckpoints.run(h.house)
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  await superuser.unsafe('set session_replication_role = replica')
  for (const table of tables) await superuser.unsafe(`create table kept_${table} as table ${table}`)
  size = (await checkTree(h.house, tree)).size
})
afterEach(async () => {
  for (const table of tables) await superuser.unsafe(`delete from ${table}; insert into ${table} table kept_${table}`)
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

const faults = async () => (await checkTree(h.house, tree)).faults

test('AL11 a tree that nobody touched is what its events make', async () => {
  expect(size).toBeGreaterThan(8)
  expect(await faults()).toEqual([])
})

describe('AL14 what a superuser changes is found, and named by its number', () => {
  const event = (seq: number) => `(select event_id from audit_leaf where tree = '${tree}' and seq = ${seq})`

  const deeds: [string, () => string, number | null, RegExp][] = [
    [
      'an event rewritten',
      () => `update audit_event set canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '"done"', '"dome"'), 'UTF8')
        where id = ${event(3)}`,
      3,
      /column outcome|not what its entry/,
    ],
    [
      'a column beside the evidence',
      () => `update audit_event set outcome = 'failed' where id = ${event(4)}`,
      4,
      /outcome/,
    ],
    [
      'a name in the words',
      () => `update audit_text set actor_name = 'Nobody' where event_id = ${event(2)}`,
      2,
      /words/,
    ],
    [
      'a field in the words',
      () => `update audit_text set fields = fields || '{"name": "Nobody"}' where event_id = ${event(2)}`,
      2,
      /words/,
    ],
    [
      'a name put in the place of one that is said to be erased',
      () => `update audit_text set openings = openings - 'actorName', actor_name = 'Clara Meier'
        where event_id = (select event_id from audit_leaf join audit_text using (event_id)
          where tree = '${tree}' and openings ? 'actorName' order by seq limit 1)`,
      null,
      /words/,
    ],
    ['the words thrown away', () => `delete from audit_text where event_id = ${event(5)}`, 5, /words are gone/],
    ['an event thrown away', () => `delete from audit_event where id = ${event(6)}`, 6, /event is gone/],
    ['an entry thrown away', () => `delete from audit_leaf where tree = '${tree}' and seq = 7`, 7, /entry is missing/],
    [
      'the tail cut off',
      () => `delete from audit_leaf where tree = '${tree}' and seq >= ${size - 2}`,
      null,
      /the tree has \d+ entries/,
    ],
    [
      'two entries swapped',
      () => `update audit_leaf set seq = -1 where tree = '${tree}' and seq = 3;
        update audit_leaf set seq = 3 where tree = '${tree}' and seq = 4;
        update audit_leaf set seq = 4 where tree = '${tree}' and seq = -1`,
      3,
      /not what its entry/,
    ],
    [
      'a leaf',
      () => `update audit_node set hash = sha256('x') where tree = '${tree}' and level = 0 and index = 1`,
      1,
      /not what its entry/,
    ],
    [
      'a node',
      () => `update audit_node set hash = sha256('x') where tree = '${tree}' and level = 1 and index = 0`,
      null,
      /node over entries 0 to 1/,
    ],
    [
      'a node too many',
      () => `insert into audit_node values ('${tree}', 20, -1, sha256('x'))`,
      null,
      /nodes stand in the tree that nothing makes/,
    ],
    [
      'a checkpoint',
      () => `update audit_checkpoint set note = replace(note, 'audit', 'audis')`,
      null,
      /not one that was signed/,
    ],
    [
      'the whole tree, made anew without one event',
      () => `delete from audit_leaf where tree = '${tree}' and seq = ${size - 1};
        delete from audit_node where tree = '${tree}' and ("index" + 1) * (1 << level) > ${size - 1};
        delete from audit_checkpoint where tree = '${tree}';
        update audit_tree set size = ${size - 1} where tree = '${tree}'`,
      null,
      /the signer remembers/,
    ],
  ]

  test.each(deeds)('%s', async (_, deed, seq, says) => {
    await superuser.unsafe(deed())
    const found = await faults()
    expect(found.map((one) => one.says).join('\n')).toMatch(says)
    if (seq !== null) expect(found.find((one) => says.test(one.says))?.seq).toBe(seq)
  })

  test('AL08 whoever has lost a node waits, and keeps nobody else waiting', async () => {
    const other = h.seeded.customers['Great Lakes Foods']
    await superuser.unsafe(`delete from audit_node where tree = '${tree}'`)
    await h.house.db.transaction((tx) =>
      append(
        tx,
        h.clock.now(),
        [tree, other].map((customerId) =>
          entry({ by: bySystem, event: 'customer.added', fields: { customer: 'x' }, about: { customerId } }),
        ),
      ),
    )
    await expect
      .poll(async () => {
        await sequence(h.house)
        // What it says of itself waits as well; the maker's log has told it by then.
        return new Set((await h.house.db.select().from(auditPending)).map(({ customerId }) => customerId))
      })
      .toEqual(new Set([tree]))
    await superuser.unsafe('delete from audit_pending')
  })

  test('and the signer signs none of it', async () => {
    await superuser.unsafe(`delete from audit_leaf where tree = '${tree}' and seq = ${size - 1};
      delete from audit_node where tree = '${tree}' and ("index" + 1) * (1 << level) > ${size - 1};
      update audit_tree set size = ${size - 1} where tree = '${tree}'`)
    await expect(checkpointTree(h.house, tree)).rejects.toMatchObject({ signedSize: size })
  })
})
