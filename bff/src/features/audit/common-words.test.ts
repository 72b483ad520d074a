import postgres from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { eventsVisibleTo } from './store.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** More than the index of words is asked for, all in all. */
const many = 40_000

let h: TestHouse
let began: number
const by = { kind: 'system', id: null, name: 'Gatehouse', company: '', from: null } as const
const everything = {
  customerId: null,
  grants: [{ activities: ['audit.view', 'audit.view_maker'] as const, scope: { kind: 'all' as const } }],
}
beforeAll(async () => {
  h = await openTestHouse()
  began = h.clock.now()
  const fields = { device: 'Haystack', transport: 'wss' }
  await note(h.house, [entry({ by, event: 'device.connected', fields, outcome: 'failed' })])
  const owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    await owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`
      const columns = (
        await tx`select column_name as name from information_schema.columns
        where table_name = 'audit_event' and column_name not in ('id', 'outcome')`
      ).map(({ name }) => `"${name}"`)
      // All a little later than the one they are like, and well: it is the last to be found, and alone failed.
      await tx.unsafe(`create temporary table hay on commit drop as
        select overlay(gen_random_uuid()::text placing left(e.id::text, 8) from 1 for 8)::uuid as new, e.id as old
        from audit_event e join audit_text t on t.event_id = e.id, generate_series(1, ${many})
        where t.fields->>'device' = 'Haystack'`)
      await tx`update hay set new = overlay(new::text placing '-ffff-' from 9 for 6)::uuid`
      await tx.unsafe(`insert into audit_event (id, outcome, ${columns.join()})
        select new, 'done', ${columns.join()} from hay join audit_event on id = old`)
      await tx`insert into audit_text (event_id, customer_id, actor_name, from_address, fields, openings, words)
        select new, customer_id, actor_name, from_address, fields, '{}', words from hay join audit_text on event_id = old`
    })
  } finally {
    await owner.end()
  }
})
afterAll(() => h.close())

test('B7 a word that nearly everything holds is found with what rejects nearly all of it', async () => {
  const found = (filter: object) =>
    eventsVisibleTo(h.house.db, everything, { search: 'haystack', ...filter }, 50, undefined)
  expect(await found({})).toHaveLength(51)
  expect(await found({ outcomes: ['failed'] })).toMatchObject([{ outcome: 'failed', fields: { device: 'Haystack' } }])
  expect(await found({ outcomes: ['refused'] })).toEqual([])
  expect(await found({ from: began - 86_400_000, to: began })).toEqual([])
  expect(await found({ to: began })).toEqual([])
})
