import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { rowsRead } from '../../testing/rows-read.ts'
import { eventlessWaiting } from '../integrity/placeless.ts'
import { logsBehind } from '../limits/measure.ts'
import { sequence, sequencerLock } from './sequencer.ts'

let h: TestHouse
let ours: string
beforeAll(async () => {
  h = await openTestHouse()
  ours = h.seeded.customers['Helvetia Pharma']
  for (let n = 0; n < 20; n++) await happen(100)
  await vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
  })
})
afterAll(() => h.close())

const happen = (times: number): Promise<void> =>
  h.house.db.transaction((tx) =>
    append(
      tx,
      h.clock.now(),
      Array.from({ length: times }, () =>
        entry({ by: bySystem, event: 'customer.added', fields: { customer: 'one' }, about: { customerId: ours } }),
      ),
    ),
  )

/** The house, within a transaction. */
const within = (tx: Tx): House => Object.create(h.house, { db: { value: tx } }) as House

/** Whoever asks what waits for its place. */
const asking: readonly (readonly [string, (tx: Tx) => Promise<unknown>])[] = [
  ['the sequencer', (tx) => sequence(within(tx))],
  ['how far the log is behind', (tx) => logsBehind(within(tx), () => false)],
  ['the check of a log', (tx) => eventlessWaiting(tx, ours)],
]

test.each(asking)(
  'AL19 %s reads what waits, however long the log is and whatever the planner thinks',
  async (_, ask) => {
    await h.house.db.transaction(async (tx) => {
      // Nobody else gives them their places meanwhile.
      await tx.execute(sql`select pg_advisory_xact_lock(${sequencerLock}::bigint)`)
      await happen(3)
      const read = await rowsRead(tx, ['audit_event', 'audit_node'], () => ask(tx))
      expect(read.audit_event).toBeGreaterThan(0)
      expect(read.audit_event).toBeLessThan(50)
      expect(read.audit_node).toBeLessThan(50)
    })
  },
)
