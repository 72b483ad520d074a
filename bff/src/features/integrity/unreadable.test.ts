import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import type { House } from '../../kernel/house.ts'
import { newId, newIdAt } from '../../kernel/ids.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { rowsRead } from '../../testing/rows-read.ts'
import { signAll } from '../../testing/signing.ts'
import { sequence } from '../audit/sequencer.ts'
import { checkTree, Unchecked } from './check.ts'
import { runChecks } from './checks.ts'
import { needlessNodes } from './nodes.ts'
import { auditCheck, auditFault } from './tables.ts'

let h: TestHouse
let tree: string
let superuser: Sql
beforeAll(async () => {
  h = await openTestHouse()
  tree = h.seeded.customers['Helvetia Pharma']
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  await superuser`set session_replication_role = replica`
  await vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
  })
  await signAll(h.house)
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

const idOf = (seq: number) => `(select event_id from audit_leaf where tree = '${tree}' and seq = ${seq})`
const altered = () => `update audit_event set outcome = 'failed' where id = ${idOf(1)}`
const node = (level: number, index: string | number) => () =>
  `insert into audit_node values ('${tree}', ${level}, ${index}, sha256('x'))`
const most = '9223372036854775807'

/** An event beside the log that says it happened at no time. */
const slipped = () => {
  const id = newIdAt(h.clock.now())
  return `insert into audit_event select (jsonb_populate_record(one, '{"id": "${id}", "at": ${most}}')).*
    from audit_event one where id = ${idOf(1)}`
}

const said = ({ seq, says }: { seq: number | null; says: string }) => `${seq ?? '-'} ${says}`

/** What the check finds of a log after these, which are undone again. */
const foundAfter = async (...deeds: string[]): Promise<string[]> => {
  const undone = new Error('undone')
  let found: string[] = []
  await drizzle(superuser)
    .transaction(async (tx) => {
      // raw: the deeds below
      for (const deed of deeds) await tx.execute(sql.raw(deed))
      const house = Object.create(h.house, { db: { value: tx } }) as House
      found = (await checkTree(house, tree)).faults.map(said)
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  return found
}

test.each<[string, () => string, RegExp]>([
  ['a node too high', node(62, 3), /^- 1 nodes stand in the tree that nothing makes/],
  ['a node far above', node(2_000_000_000, most), /^- 1 nodes stand/],
  ['a node below all', node(-1, 0), /^- 1 nodes stand/],
  ['a node before all', node(1, -1), /^- 1 nodes stand/],
  ['a node where another is to come', node(0, 1_000_000), /^- 1 nodes stand/],
  [
    'evidence that is nothing',
    () => `update audit_event set canonical = 'null' where id = ${idOf(2)}`,
    /^2 its evidence cannot be read/,
  ],
  [
    'what can be no number of a device’s event',
    () => `update audit_leaf set device_seq = -1 where tree = '${tree}' and seq = 2`,
    /^2 an event of its device is missing/,
  ],
  ['an event of no time, beside the log', slipped, /^- the event has no place in the log: .* of no time/],
])('AL14 %s keeps the check of a log from nothing', async (_, deed, says) => {
  const found = await foundAfter(altered(), deed())
  expect(found).toContainEqual(expect.stringMatching(says))
  expect(found).toContainEqual(expect.stringMatching(/^1 its outcome/))
})

test('AL14 a check that is kept from its end says so, and what it had found', async () => {
  await superuser.unsafe(altered())
  const kept = await checkTree(h.house, tree, () => Promise.reject(new Error('kept from it'))).catch((error) => error)
  expect(kept).toBeInstanceOf(Unchecked)
  expect(kept.faults.map(said)).toEqual([
    expect.stringMatching(/^1 its outcome/),
    '- something that stands in it keeps it from being checked to its end',
  ])
  await superuser.unsafe(`insert into audit_checkpoint values ('${tree}', ${most}, 'x', 0)`)
  const id = newId()
  await h.house.db.insert(auditCheck).values({ id, tree, askedAt: h.clock.now() })
  await vi.waitFor(async () => {
    await runChecks.run(h.house)
    const [check] = await h.house.db.select().from(auditCheck).where(eq(auditCheck.id, id))
    expect(check).toMatchObject({ endedAt: expect.any(Number), failed: expect.any(String) })
  })
  const faults = await h.house.db.select().from(auditFault).where(eq(auditFault.tree, tree))
  expect(faults).toMatchObject([{ foundBy: 'nightly_check', says: expect.stringContaining('keeps it from') }])
  for (const { email } of [demoPeople.administrator, demoPeople.approver])
    expect((await mailsTo(h.house, email))[0]?.text).toContain('keeps it from being checked to its end')
})

test('AL19 how many nodes nothing makes is known without counting those that are right', async () => {
  const long = newId()
  const undone = new Error('undone')
  const size = 10_000
  const asked = drizzle(superuser).transaction(async (tx) => {
    await tx.execute(sql`insert into audit_tree values (${long}, ${size}, 0)`)
    await tx.execute(sql`insert into audit_node select ${long}::uuid, level, index, sha256('x')
      from generate_series(0, 13) level, generate_series(0, (${size}::bigint >> level) - 1) index`)
    const read = await rowsRead(tx, ['audit_node'], async () => expect(await needlessNodes(tx, long)).toBe(0))
    expect(read.audit_node).toBeLessThan(50)
    throw undone
  })
  await expect(asked).rejects.toBe(undone)
})
