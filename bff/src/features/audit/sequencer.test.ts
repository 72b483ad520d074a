import { createHash } from 'node:crypto'
import { asc, eq, sql } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { auditEvent, auditLeaf, auditNode, auditPending, auditTree } from '../../kernel/audit/tables.ts'
import { minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { roleUrlsOf } from '../../kernel/database/migrate.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { newId } from '../../kernel/ids.ts'
import { deriveFrom } from '../../kernel/keys.ts'
import { testSecret } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { auditCheck, auditFault } from '../integrity/tables.ts'
import { sequence } from './sequencer.ts'
import { frontierOf, nodesIn } from './trees.ts'

let h: TestHouse
let ours: string
let theirs: string
beforeAll(async () => {
  h = await openTestHouse()
  ours = h.seeded.customers['Helvetia Pharma']
  theirs = h.seeded.customers['Great Lakes Foods']
})
afterAll(() => h.close())

const hash = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

/** RFC 6962 section 2.1 as it is written. */
const naiveRoot = (leaves: readonly Buffer[]): Buffer => {
  const [first] = leaves
  if (!first) return hash()
  if (leaves.length === 1) return hash(Buffer.of(0), first)
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return hash(Buffer.of(1), naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)))
}

const happen = (customerId: string | null, deviceId: string | null, times = 1): Promise<void> =>
  h.house.db.transaction((tx) =>
    append(
      tx,
      h.clock.now(),
      Array.from({ length: times }, () =>
        entry({
          by: bySystem,
          event: 'device.disconnected',
          fields: { device: 'Balance' },
          about: { customerId, deviceId, ...(deviceId && { deviceName: 'Balance' }) },
        }),
      ),
    ),
  )

/** Until nothing waits; the house's own sequencer may have the lock just now. */
const drain = (): Promise<void> =>
  expect
    .poll(async () => {
      await sequence(h.house)
      return h.house.db.select().from(auditPending)
    })
    .toEqual([])

/** Everything the trees hold, made again from the events and compared. */
const expectWhole = async (): Promise<void> => {
  const { db } = h.house
  const events = await db.select().from(auditEvent)
  const leaves = await db.select().from(auditLeaf).orderBy(asc(auditLeaf.tree), asc(auditLeaf.seq))
  expect(new Set(leaves.map(({ eventId }) => eventId)).size).toBe(events.length)
  expect(leaves).toHaveLength(events.length)
  expect(await db.select().from(auditPending)).toEqual([])
  const byId = new Map(events.map((one) => [one.id, one]))
  for (const { tree, size } of await db.select().from(auditTree)) {
    const own = leaves.filter((leaf) => leaf.tree === tree)
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => at))
    expect(size).toBe(own.length)
    const counts = new Map<string, number>()
    const bytes = own.map((leaf) => {
      const event = byId.get(leaf.eventId)
      expect(event?.customerId ?? theMakerItself).toBe(tree)
      expect(event?.deviceId ?? null).toBe(leaf.deviceId)
      if (leaf.deviceId) {
        expect(leaf.deviceSeq).toBe(counts.get(leaf.deviceId) ?? 0)
        counts.set(leaf.deviceId, (counts.get(leaf.deviceId) ?? 0) + 1)
      }
      const digest = hash(event?.canonical ?? Buffer.alloc(0)).toString('base64url')
      const name = tree === theMakerItself ? 'maker' : tree
      return Buffer.from(JSON.stringify({ deviceSeq: leaf.deviceSeq, event: digest, seq: leaf.seq, tree: name, v: 1 }))
    })
    const nodes = new Map(
      (await db.select().from(auditNode).where(eq(auditNode.tree, tree))).map((one) => [
        `${one.level} ${one.index}`,
        one.hash.toString('hex'),
      ]),
    )
    // Each complete subtree stands there, and nothing else.
    let complete = 0
    for (let level = 0, width = 1; width <= size; level++, width *= 2)
      for (let index = 0; (index + 1) * width <= size; index++, complete++)
        expect(nodes.get(`${level} ${index}`)).toBe(
          naiveRoot(bytes.slice(index * width, (index + 1) * width)).toString('hex'),
        )
    expect(nodes.size).toBe(complete)
  }
}

describe('AL08 the sequencer', () => {
  test('gives every event its place, without gaps in its tree and of its device', async () => {
    await drain()
    const device = h.seeded.devices['Balance 7'] ?? ''
    await happen(ours, device, 5)
    await happen(null, null, 3)
    await happen(theirs, null, 1)
    await happen(ours, null, 2)
    await happen(ours, device, 4)
    await drain()
    await expectWhole()
    const [, tree] = await Promise.all([drain(), frontierOf(h.house.db, ours)])
    expect(tree.hashes).toEqual(
      await nodesIn(
        h.house.db,
        ours,
      )(
        [...tree.size.toString(2)]
          .reverse()
          .flatMap((bit, level) => (bit === '1' ? [level] : []))
          .reverse()
          .map((level) => ({
            level,
            index: (tree.size >> (level + 1)) * 2,
          })),
      ),
    )
  })

  test('AL09 keeps 64 writers and two sequencers in one order, each event once', async () => {
    const devices = Object.values(h.seeded.devices)
    let writing = true
    const sequencers = [0, 1].map(async () => {
      while (writing) await sequence(h.house)
    })
    await Promise.all(
      Array.from({ length: 64 }, async (_, n) => {
        for (let i = 0; i < 5; i++)
          await happen([ours, theirs, null][n % 3] ?? null, n % 3 === 2 ? null : (devices[n % devices.length] ?? null))
      }),
    )
    writing = false
    await Promise.all(sequencers)
    await drain()
    await expectWhole()
  }, 60_000)

  test('AL10 misses nothing that commits late: it comes later, wherever its id stands', async () => {
    let commit = () => {}
    const held = new Promise<void>((resolve) => {
      commit = resolve
    })
    let inside = () => {}
    const begun = new Promise<void>((resolve) => {
      inside = resolve
    })
    const late = h.house.db.transaction(async (tx) => {
      const about = { customerId: ours }
      await append(tx, h.clock.now(), [
        entry({ by: bySystem, event: 'customer.added', fields: { customer: 'late' }, about }),
      ])
      inside()
      await held
    })
    await begun
    // Open for five minutes of the house, while others come and get their places.
    for (let minute = 0; minute < 5; minute++) {
      h.clock.advance(minutes(1))
      await happen(ours, null, 3)
      await drain()
    }
    commit()
    await late
    await drain()
    await expectWhole()
    const [last] = await h.house.db.execute<{ event: string }>(
      sql`select event from audit_leaf join audit_event on id = event_id where tree = ${ours} order by seq desc limit 1`,
    )
    expect(last?.event).toBe('customer.added')
  })

  test.each(['behind a wall', 'of the house', 'within a savepoint'])(
    'AL03 a deed whose event is refused after it has come to its end is not done, and says so: %s',
    async (where) => {
      const lost = newId()
      const db = where === 'behind a wall' ? h.house.dbOf([ours]) : h.house.db
      const deed = async (tx: Tx) => {
        await tx.insert(auditCheck).values({ id: lost, tree: ours, askedAt: 1 })
        // Behind the wall it is another's; elsewhere there is no such id.
        const about = { customerId: where === 'behind a wall' ? theirs : 'nobody' }
        await append(tx, 1, [entry({ by: bySystem, event: 'customer.added', fields: { customer: 'none' }, about })])
        return 'done'
      }
      const asked = db.transaction((tx) => (where === 'within a savepoint' ? tx.transaction(deed) : deed(tx)))
      await expect(asked).rejects.toThrow(/row-level security|invalid input syntax|audit_append/)
      expect(await h.house.db.select().from(auditCheck).where(eq(auditCheck.id, lost))).toEqual([])
      // The connection is whole: what comes next is done, and seen to be.
      await happen(ours, null)
      await drain()
    },
  )

  test('an event whose deed came to nothing has no place', async () => {
    const before = await h.house.db.select().from(auditTree).where(eq(auditTree.tree, ours))
    await expect(
      h.house.db.transaction(async (tx) => {
        const about = { customerId: ours }
        await append(tx, 1, [entry({ by: bySystem, event: 'customer.added', fields: { customer: 'none' }, about })])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await drain()
    expect(await h.house.db.select().from(auditTree).where(eq(auditTree.tree, ours))).toEqual(before)
  })
})

test('AL01 an event is written alike, alone and among others', async () => {
  const id = newId()
  const one = entry({
    by: { kind: 'person', id, name: 'Anna “A.” Ödön', company: 'Maker', from: '192.0.2.7' },
    event: 'device.changed',
    fields: { device: 'Balance "7"', change: 'name: “a\\b” → “c”' },
    about: {
      customerId: ours,
      customerName: 'Helvetia',
      deviceId: id,
      deviceName: 'Balance "7"',
      siteId: id,
      personId: id,
      requestId: id,
      sessionId: id,
      approvalId: id,
      claimedAt: 7,
    },
    outcome: 'refused',
  })
  const at = h.clock.now()
  await h.house.db.transaction((tx) => append(tx, at, [one]))
  await h.house.db.transaction((tx) => append(tx, at, [one, one]))
  const rows = await h.house.db.execute<Record<string, unknown>>(
    sql`select event.*, text.*, convert_from(canonical, 'UTF8')::jsonb as canonical,
        exists (select from audit_pending where event_id = event.id) or exists (select from audit_leaf where event_id = event.id) as placed
      from audit_event event join audit_text text on event_id = id where actor_id = ${id}`,
  )
  expect(rows).toHaveLength(3)
  // Salts, and so what is committed to, are each time others.
  const alike = rows.map((row) => {
    const { id: _, event_id, openings, canonical, ...others } = row
    expect(event_id).toBe(row.id)
    const { actorName, fromAddress, fields, id: said, ...told } = canonical as Record<string, object>
    expect(said).toBe(row.id)
    return {
      ...others,
      told,
      opened: Object.entries(openings as Record<string, { value: string }>).map(([path, { value }]) => [path, value]),
      committed: [actorName, fromAddress, fields].map((value) => Object.keys(value ?? {})),
    }
  })
  expect(alike[0]).toMatchObject({ placed: true, claimed_at: '7', fields: one.fields, actor_name: 'Anna “A.” Ödön' })
  expect(alike[1]).toEqual(alike[0])
  expect(alike[2]).toEqual(alike[0])
})

test.each(['audit_append', 'audit_append_one'])(
  'AL01 whatever an event has a column for is written: %s leaves none out',
  async (procedure) => {
    const [written] = await h.house.db.execute<{ text: string }>(
      sql`select prosrc as text from pg_proc where proname = ${procedure}`,
    )
    for (const table of ['audit_event', 'audit_text', 'audit_pending']) {
      const columns = await h.house.db.execute<{ name: string }>(
        sql`select column_name as name from information_schema.columns where table_name = ${table} and is_generated = 'NEVER'`,
      )
      const [, listed = ''] = new RegExp(`insert into public.${table} \\(([^)]*)\\)`).exec(written?.text ?? '') ?? []
      expect(listed.split(/,\s*/).sort(), table).toEqual(columns.map(({ name }) => name).sort())
    }
  },
)

describe('AL05 nobody changes what is written', () => {
  const statements = [
    "update audit_text set actor_name = 'x'",
    "update audit_event set event = 'x'",
    'delete from audit_event',
    'truncate audit_event cascade',
    'update audit_leaf set seq = seq + 1000000',
    'delete from audit_leaf',
    'truncate audit_leaf',
    "update audit_node set hash = 'x'",
    'delete from audit_node',
    'truncate audit_node',
    "update audit_checkpoint set note = 'x'",
    'delete from audit_checkpoint',
    'truncate audit_checkpoint',
    'delete from audit_text',
    'truncate audit_text',
    "update audit_fault set says = 'x'",
    'delete from audit_fault',
    'truncate audit_fault cascade',
    "update audit_explanation set reason = 'x'",
    'delete from audit_explanation',
    'truncate audit_explanation',
    'update audit_check set faults = 0',
    'delete from audit_check',
    'truncate audit_check',
  ]
  const clients: Record<string, Sql> = {}
  beforeAll(async () => {
    const [id, at] = [newId(), h.clock.now()]
    const fault = {
      id,
      tree: ours,
      says: 'a test',
      kind: 'a test',
      foundBy: 'signer',
      firstAt: at,
      lastAt: at,
    } as const
    await h.house.db.insert(auditFault).values(fault)
    const ended = { tree: ours, askedAt: at, endedAt: at, faults: 1 }
    await h.house.db.insert(auditCheck).values({ id: newId(), ...ended })
    const { appUrl, houseUrl } = roleUrlsOf(h.ownerUrl, deriveFrom(testSecret, 'database role').toString('base64url'))
    clients.gatehouse_app = postgres(appUrl, { max: 1, onnotice: () => undefined })
    clients.gatehouse_house = postgres(houseUrl, { max: 1, onnotice: () => undefined })
    clients['the owner of the tables'] = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  })
  afterAll(() => Promise.all(Object.values(clients).map((client) => client.end())))

  test.each(
    ['gatehouse_app', 'gatehouse_house', 'the owner of the tables'].flatMap((role) =>
      statements.map((statement) => [role, statement] as const),
    ),
  )('%s may not: %s', async (role, statement) => {
    await expect(clients[role]?.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
  })

  test.each([
    'insert into audit_leaf (tree, seq, event_id) select tree, seq + 1000000, gen_random_uuid() from audit_leaf limit 1',
    "insert into audit_node select tree, level, index + 1000000, 'x' from audit_node limit 1",
    'update audit_tree set size = 0',
    "update audit_text set actor_name = 'x'",
    'delete from audit_pending',
  ])('who serves requests may not: %s', async (statement) => {
    await expect(clients.gatehouse_app?.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
  })
})
