import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { whatWaits } from '../audit/door.ts'

/** An event that has no place in the log of whose it is, and does not wait for one. */
export interface Placeless {
  id: string
  /** When it says it happened; ms. */
  at: number
  event: string
}

/**
 * Customers with events and no log: their events would be looked for by nobody. From one customer to the next along the
 * index, so that ten million events cost no more than as many look-ups as there are customers.
 */
export const customersWithoutLog = async (db: Tx): Promise<string[]> => {
  const rows = await prepared<{ id: string }>(
    db,
    `with recursive one(id) as (
       (select customer_id from audit_event where customer_id is not null order by customer_id limit 1)
       union all
       select (select customer_id from audit_event where customer_id > one.id order by customer_id limit 1)
       from one where one.id is not null)
     select one.id from one where one.id is not null and not exists (select from audit_tree where tree = one.id)`,
    [],
  )
  return rows.map(({ id }) => id)
}

/** Words that belong to no event and to no entry of a log, by the id that they name, a page of words at a time. */
export async function* eventlessWords(db: Tx): AsyncGenerator<string[]> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await prepared<{ id: string; eventless: boolean }>(
      db,
      `select words.event_id as id, event.id is null
         and not exists (select from audit_leaf leaf where leaf.event_id = words.event_id) as eventless
       from (select event_id from audit_text where event_id > $1 order by event_id limit ${manyWords}) words
       left join audit_event event on event.id = words.event_id order by words.event_id`,
      [after],
    )
    yield rows.filter(({ eventless }) => eventless).map(({ id }) => id)
    const last = rows.at(-1)
    if (!last || rows.length < manyWords) return
    after = last.id
  }
}

/** What waits for a place in a tree and is there no more, by the id that it had: who took it away forgot the queue. */
export const eventlessWaiting = async (db: Tx, tree: string): Promise<string[]> => {
  const own =
    tree === theMakerItself ? 'pending.customer_id is null and $1::uuid is not null' : 'pending.customer_id = $1'
  const rows = await prepared<{ id: string }>(
    db,
    `select pending.event_id as id from ${whatWaits} where ${own} and event.id is null`,
    [tree],
  )
  return rows.map(({ id }) => id)
}

/** Words that are looked at in one go: two indexes alone are read for it. */
const manyWords = 10_000

/** Events that are looked at in one go. */
const page = 2_000

interface Row {
  id: string
  at: string
  event: string
  placeless: boolean
}

/**
 * Events of a tree's customer without a place, a page of events at a time. Every event waits or has its place, from the
 * transaction that writes it on: so it is in whatever one statement sees, and no event is too young to be looked at.
 */
export async function* placelessEvents(db: Tx, tree: string): AsyncGenerator<Placeless[]> {
  const own = tree === theMakerItself ? 'customer_id is null and $2::uuid is not null' : 'customer_id = $2'
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await prepared<Row>(
      db,
      // A place anywhere else is none: no check of this log comes to it. One by one (`offset 0`), or the planner may read the whole log for each page.
      `select one.id, one.at, one.event, leaf.event_id is null and pending.event_id is null as placeless
       from (select id, at, event from audit_event where ${own} and id > $1 order by id limit ${page}) one
       left join lateral (select event_id, tree, seq from audit_leaf where event_id = one.id offset 0) as leaf
         on leaf.tree = $2 and leaf.seq >= 0 and leaf.seq < (select size from audit_tree where tree = $2)
       left join audit_pending pending on pending.event_id = one.id
       order by one.id`,
      [after, tree],
    )
    yield rows.filter(({ placeless }) => placeless).map(({ id, at, event }) => ({ id, at: Number(at), event }))
    const last = rows.at(-1)
    if (!last || rows.length < page) return
    after = last.id
  }
}
