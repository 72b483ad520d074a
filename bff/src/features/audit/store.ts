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

const linesOf = async (db: Tx, ids: readonly string[]): Promise<AuditEventRow[]> =>
  ids.length === 0
    ? []
    : db
        .select()
        .from(auditLine)
        .where(inArray(auditLine.id, [...ids]))
        .orderBy(desc(auditLine.id))

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
