import type { Who } from '@gatehouse/shared/decide'
import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import { and, desc, eq, lt, ne, type SQL } from 'drizzle-orm'
import type { About } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { isUuid } from '../../kernel/ids.ts'
import { deviceById, grantedDevices, type KnownDevice } from '../devices/door.ts'
import { device } from '../devices/tables.ts'
import { session } from './tables.ts'

export type SessionRow = typeof session.$inferSelect

/** A session with the device it is on, as a target. */
export interface KnownSession extends KnownDevice {
  row: SessionRow
}

/** What the log says a session's events are about. */
export const aboutSession = (device: KnownDevice, row: SessionRow): About => ({
  ...device.about,
  personId: row.technicianId,
  requestId: row.requestId,
  sessionId: row.id,
  approvalId: row.approvalId,
})

/** The session of this id with its device; `undefined` for what does not exist or is no id. */
export const sessionById = async (db: Tx, id: string): Promise<KnownSession | undefined> => {
  if (!isUuid(id)) return undefined
  const [row] = await db.select().from(session).where(eq(session.id, id))
  const on = row && (await deviceById(db, row.deviceId))
  return on && { ...on, about: aboutSession(on, row), row }
}

/** The session named in the path, as a target of its device. */
export const theSession: Finder<KnownSession> = (house, c) => sessionById(house.db, c.req.param('sessionId') ?? '')

/** Ids of the sessions that are not over and meet `where`. */
export const openSessions = async (db: Tx, where?: SQL): Promise<string[]> => {
  const rows = await db
    .select({ id: session.id })
    .from(session)
    .where(and(ne(session.state, 'ended'), where))
  return rows.map(({ id }) => id)
}

/** Ends a session once: its row, or `undefined` where that had been done before. */
export const markEnded = async (
  tx: Tx,
  id: string,
  how: { cause: SessionCause; endedByName: string; endedAt: number },
): Promise<SessionRow | undefined> => {
  const [row] = await tx
    .update(session)
    .set({ state: 'ended', ...how })
    .where(and(eq(session.id, id), ne(session.state, 'ended')))
    .returning()
  return row
}

export interface SessionFilter {
  /** Those that are not over, or all. */
  state: 'live' | 'all'
  deviceId?: string
  technicianId?: string
}

/** Sessions on devices that `who` may see, newest first, one more than `limit`; `before` is the last id already shown. */
export const sessionsVisibleTo = async (
  db: Tx,
  who: Who,
  filter: SessionFilter,
  limit: number,
  before: string | undefined,
): Promise<SessionRow[]> => {
  const rows = await db
    .select({ session })
    .from(session)
    .innerJoin(device, eq(device.id, session.deviceId))
    .where(
      and(
        grantedDevices(who, 'device.view'),
        filter.state === 'live' ? ne(session.state, 'ended') : undefined,
        filter.deviceId ? eq(session.deviceId, filter.deviceId) : undefined,
        filter.technicianId ? eq(session.technicianId, filter.technicianId) : undefined,
        before ? lt(session.id, before) : undefined,
      ),
    )
    .orderBy(desc(session.id))
    .limit(limit + 1)
  return rows.map((row) => row.session)
}
