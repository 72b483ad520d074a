import { reportMoves } from '@gatehouse/shared/intake/reports'
import { actionMoves } from '@gatehouse/shared/remote-actions'
import { requestMoves } from '@gatehouse/shared/requests/request-states'
import { sessionMoves } from '@gatehouse/shared/sessions/session-states'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '../../testing/cluster.ts'
import { testDatabase } from '../../testing/database.ts'

let database: TestDatabase
let owner: Sql
let app: Sql
beforeAll(async () => {
  database = await testDatabase()
  owner = postgres(database.ownerUrl, { max: 1 })
  app = postgres(database.houseUrl, { max: 1 })
})
afterAll(async () => {
  await Promise.all([owner.end(), app.end()])
  await database.drop()
})

/** A row of the table in a state, put there past every rule; its id. */
type Put = (sql: Sql, id: string, state: string) => Promise<unknown>
const nobody = '00000000-0000-4000-8000-000000000000'

interface States {
  moves: Record<string, readonly string[]>
  first: string
  put: Put
  /** Columns that a state has to come with. */
  comesWith?: (state: string) => Record<string, unknown>
}

const tables: Record<string, States> = {
  request: {
    moves: requestMoves,
    first: 'waiting',
    put: (sql, id, state) => sql`
      insert into request (id, customer_id, device_id, technician_id, technician_name, activities, reason, case_number,
        wanted_start, minutes, made_at, answer_before, hash, state)
      values (${id}, ${nobody}, ${nobody}, ${nobody}, '', '{}', '', '', 0, 1, 0, 0, '', ${state})`,
  },
  session: {
    moves: sessionMoves,
    first: 'opening',
    put: (sql, id, state) => sql`
      insert into session (id, customer_id, device_id, approval_id, request_id, technician_id, technician_name, sign_in_id,
        activities, epoch, state, cause, opened_at, ends_at, lease_until)
      values (${id}, ${nobody}, gen_random_uuid(), gen_random_uuid(), ${nobody}, ${nobody}, '', '', '{}', 1, ${state},
        ${state === 'ended' ? 'technician' : null}, 0, 0, 0)`,
    comesWith: (state) => ({ cause: state === 'ended' ? 'technician' : null }),
  },
  action: {
    moves: actionMoves,
    first: 'queued',
    put: (sql, id, state) => sql`
      insert into action (id, device_id, customer_id, action, input, state, requested_by, requested_by_name, queued_at, expires_at)
      values (${id}, ${nobody}, ${nobody}, 'restart_agent', '{}', ${state}, ${nobody}, '', 0, 0)`,
  },
  security_report: {
    moves: reportMoves,
    first: 'received',
    put: (sql, id, state) => sql`
      insert into security_report (id, number, key_hash, kind, severity, title, place, details, received_at, answer_before,
        state, closed_at, closed_by_name, close_reason)
      values (${id}, ${id}, '', 'breach', 'unknown', '', '', '', 0, 0, ${state},
        ${state === 'closed' ? 0 : null}, ${state === 'closed' ? '' : null}, ${state === 'closed' ? '' : null})`,
    comesWith: (state) => (state === 'closed' ? { closed_at: 0, closed_by_name: '', close_reason: '' } : {}),
  },
}

describe.each(Object.entries(tables))(
  'AP18 the states of %s',
  (table, { moves, first, put, comesWith = () => ({}) }) => {
    const states = Object.keys(moves)
    const pairs = states.flatMap((from) =>
      states.map((to) => ({ from, to, legal: moves[from]?.includes(to) === true })),
    )

    test('move in PostgreSQL as they do in shared', async () => {
      const rows = await app`select from_state, to_state from ${app(`${table}_move`)}`
      const inDatabase = rows.map(({ from_state, to_state }) => `${from_state} → ${to_state}`).sort()
      const inShared = [
        `null → ${first}`,
        ...pairs.filter(({ legal }) => legal).map(({ from, to }) => `${from} → ${to}`),
      ]
      expect(inDatabase).toEqual(inShared.sort())
    })

    test.each(pairs.filter(({ from, to }) => from !== to))('$from → $to: $legal', async ({ from, to, legal }) => {
      const [row] = await owner.begin(async (tx) => {
        await tx`set local session_replication_role = replica`
        const id = crypto.randomUUID()
        await put(tx as unknown as Sql, id, from)
        return [id]
      })
      const id = row ?? ''
      const moved = app`update ${app(table)} set ${app({ state: to, ...comesWith(to) })} where id = ${id}`
      if (legal) await moved
      else await expect(moved).rejects.toMatchObject({ code: '23514', constraint_name: `${table}_move` })
      const [after] = await app`select state from ${app(table)} where id = ${id}`
      expect(after?.state).toBe(legal ? to : from)
    })

    test.each(states.filter((state) => state !== first))('nothing begins as %s', async (state) => {
      await expect(put(app, crypto.randomUUID(), state)).rejects.toMatchObject({ constraint_name: `${table}_move` })
    })

    test('the application cannot teach it other moves, nor make a row go away', async () => {
      for (const deed of [
        app`insert into ${app(`${table}_move`)} values ('denied', 'approved')`,
        app`delete from ${app(`${table}_move`)}`,
        app`delete from ${app(table)}`,
      ])
        await expect(deed).rejects.toMatchObject({ code: '42501' })
    })
  },
)
