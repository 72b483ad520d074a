import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditEvent, auditLine } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { reachesAnybody } from '../devices/door.ts'
import { placesOf } from './places.ts'
import { sightOf, withinSight } from './visible.ts'

export type AuditEventRow = typeof auditLine.$inferSelect

/** Who reads the log, as far as what he may see goes. */
export type Reader = Pick<Actor, 'customerId' | 'grants'> & {
  /** Customers of which he is shown nothing as long as he has not said what for. */
  without?: readonly string[]
}

/** Stands in the place of words that should be beside an event and are not: taken away, or made another customer's. */
const goneWord = '(gone)'

/** Events whose words are gone, without them: what somebody took words of is seen all the same, and opens as altered. */
const wordlessOf = async (db: Tx, ids: readonly string[]): Promise<AuditEventRow[]> =>
  (
    await db
      .select()
      .from(auditEvent)
      .where(inArray(auditEvent.id, [...ids]))
  ).map((event) => ({
    ...event,
    actorName: goneWord,
    fromAddress: null,
    fields: {},
  }))

const linesOf = async (db: Tx, ids: readonly string[]): Promise<AuditEventRow[]> => {
  if (ids.length === 0) return []
  const lines = await db
    .select()
    .from(auditLine)
    .where(inArray(auditLine.id, [...ids]))
    .orderBy(desc(auditLine.id))
  if (lines.length === ids.length) return lines
  const found = new Set(lines.map(({ id }) => id))
  const wordless = await wordlessOf(
    db,
    ids.filter((id) => !found.has(id)),
  )
  return [...lines, ...wordless].sort((a, b) => (a.id < b.id ? 1 : -1))
}

/** The event of this id, where `actor` may see it now; `db` is his wall. */
export const eventVisibleTo = async (db: Tx, actor: Reader, id: string): Promise<AuditEventRow | undefined> => {
  const seen = await db
    .select({ id: auditEvent.id })
    .from(auditEvent)
    .where(and(eq(auditEvent.id, id), withinSight(sightOf(actor))))
  return (
    await linesOf(
      db,
      seen.map((one) => one.id),
    )
  )[0]
}

/**
 * What `actor` may see now of what meets `filter`, newest first, one row more than `limit`; `before` is the id of the last
 * row already shown. `db` is his wall: `behindWall(house, await house.access.reach(actor)).db`, as a room behind a guard
 * is handed it.
 */
export const eventsVisibleTo = async (
  db: Tx,
  actor: Reader,
  filter: AuditFilter,
  limit: number,
  before: string | undefined,
): Promise<AuditEventRow[]> =>
  linesOf(
    db,
    await placesOf(
      db,
      sightOf(actor),
      { ...filter, ...(actor.without && { without: actor.without }) },
      { most: limit + 1, before },
      reachesAnybody(actor),
    ),
  )
