import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { sql } from 'drizzle-orm'
import { isUnavailable, type Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { reachesAnybody } from '../devices/door.ts'
import { placesOf, type Wanted } from './places.ts'
import type { Reader } from './store.ts'
import { sightOf } from './visible.ts'

/** So long may somebody wait to be told how many events there are, ms. */
const patience = 1_500

/** What a question gives, or `null` where it takes longer than somebody waits for a number. */
const patiently = async <T>(db: Tx, ask: (tx: Tx) => Promise<T>): Promise<T | null> => {
  try {
    return await db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', ${String(patience)}, true)`)
      return await ask(tx)
    })
  } catch (error) {
    if (isUnavailable(error)) return null
    throw error
  }
}

/** The ids of what `eventsVisibleTo` would show. */
export const idsVisibleTo = (db: Tx, actor: Reader, filter: AuditFilter, wanted: Wanted): Promise<string[]> =>
  placesOf(db, sightOf(actor), filter, wanted, reachesAnybody(actor))

/** How many events from before this id meet `filter` and are seen by `actor`; `null` where they are more than `most`. */
export const countVisibleTo = async (
  db: Tx,
  actor: Reader,
  filter: AuditFilter,
  before: string,
  most: number,
): Promise<number | null> => {
  const ids = await patiently(db, (tx) => idsVisibleTo(tx, actor, filter, { most: most + 1, before }))
  return ids === null || ids.length > most ? null : ids.length
}

/** The customers, `null` for the maker, of whom there is anything among the newest `most` events that fit. */
export const customersVisibleTo = async (
  db: Tx,
  actor: Reader,
  filter: AuditFilter,
  most: number,
): Promise<{ id: string | null; name: string | null }[]> => {
  const rows = await patiently(db, async (tx) => {
    const ids = await idsVisibleTo(tx, actor, filter, { most, before: undefined })
    return prepared<{ id: string | null; name: string | null }>(
      tx,
      `select distinct on (customer_id) customer_id as id, customer_name as name from audit_event
       where id = any($1::uuid[]) order by customer_id, id desc`,
      [ids],
    )
  })
  return rows ?? []
}
