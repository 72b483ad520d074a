import type { SessionCause, SessionState } from '@gatehouse/shared/sessions/session-states'
import { and, eq, isNull, lte, ne, or, sql } from 'drizzle-orm'
import { type By, bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { deviceById } from '../devices/door.ts'
import { deviceLink } from '../devices/tables.ts'
import { openingTime } from './rules.ts'
import { sessionSignals } from './signals.ts'
import { aboutSession, type SessionRow } from './store.ts'
import { session } from './tables.ts'

/** The session as the tables have it now. */
export const lookAt = async (db: Tx, id: string): Promise<SessionRow | undefined> =>
  (await db.select().from(session).where(eq(session.id, id)))[0]

/** Moves an opening session on to `live` with its event; false where it is no longer opening. */
export const markLive = async (house: House, by: By, id: string, leaseUntil: number): Promise<boolean> => {
  const now = house.clock.now()
  const signals = await house.db.transaction(async (tx) => {
    const [row] = await tx
      .update(session)
      .set({ state: 'live', liveAt: now, leaseUntil, watcherDue: null })
      .where(and(eq(session.id, id), eq(session.state, 'opening')))
      .returning()
    const device = row && (await deviceById(tx, row.deviceId))
    if (!row || !device) return undefined
    await append(tx, now, [
      entry({ by, event: 'session.live', fields: { device: device.name }, about: aboutSession(device, row) }),
    ])
    return sessionSignals(device, row.id, row.requestId)
  })
  for (const signal of signals ?? []) house.bus.publish(signal)
  return signals !== undefined
}

const step = async (
  house: House,
  id: string,
  moves: { from: SessionState; to: SessionState; watcherDue: number | null },
  event: 'session.paused' | 'session.resumed',
  because: string,
): Promise<boolean> => {
  const now = house.clock.now()
  const { from, to: state, watcherDue } = moves
  const signals = await house.db.transaction(async (tx) => {
    const [row] = await tx
      .update(session)
      .set({ state, watcherDue })
      .where(and(eq(session.id, id), eq(session.state, from)))
      .returning()
    const device = row && (await deviceById(tx, row.deviceId))
    if (!row || !device) return undefined
    await append(tx, now, [entry({ by: bySystem, event, fields: { because }, about: aboutSession(device, row) })])
    return sessionSignals(device, row.id, row.requestId)
  })
  for (const signal of signals ?? []) house.bus.publish(signal)
  return signals !== undefined
}

/** Pauses a live session because nobody watches who has to; it is over at `due`. False where it is not live. */
export const pauseSession = (house: House, id: string, due: number): Promise<boolean> =>
  step(
    house,
    id,
    { from: 'live', to: 'paused', watcherDue: due },
    'session.paused',
    "nobody of the customer's watches, which its policy demands",
  )

/** Lets a paused session go on; false where it is not paused. */
export const resumeSession = (house: House, id: string, because: string): Promise<boolean> =>
  step(house, id, { from: 'paused', to: 'live', watcherDue: null }, 'session.resumed', because)

/** Keeps until when an opening session waits for a watcher; `null` where it waits for none. Open pages look again. */
export const awaitWatcher = async (house: House, id: string, due: number | null): Promise<void> => {
  const [row] = await house.db
    .update(session)
    .set({ watcherDue: due })
    .where(and(eq(session.id, id), eq(session.state, 'opening')))
    .returning()
  const device = row && (await deviceById(house.db, row.deviceId))
  if (!row || !device) return
  for (const signal of sessionSignals(device, row.id, row.requestId))
    if (signal.kind === 'hint') house.bus.publish(signal)
}

/** Renews the lease of a session that is not over; false where it is. */
export const renewLease = async (db: Tx, id: string, until: number): Promise<boolean> => {
  const rows = await db
    .update(session)
    .set({ leaseUntil: until })
    .where(and(eq(session.id, id), ne(session.state, 'ended')))
    .returning({ id: session.id })
  return rows.length > 0
}

/** Sessions whose time, lease or opening is over by the clock, with the reason that the tables alone can tell. */
export const overdueSessions = async (db: Tx, now: number): Promise<{ id: string; cause: SessionCause }[]> => {
  const rows = await db
    .select({ row: session, transport: deviceLink.transport })
    .from(session)
    .leftJoin(deviceLink, eq(deviceLink.deviceId, session.deviceId))
    .where(
      and(
        ne(session.state, 'ended'),
        or(
          lte(session.endsAt, now),
          lte(session.leaseUntil, now),
          lte(session.watcherDue, now),
          and(
            eq(session.state, 'opening'),
            isNull(session.watcherDue),
            lte(session.openedAt, sql`${now - openingTime(null)}`),
          ),
        ),
      ),
    )
  return rows.flatMap(({ row, transport }): { id: string; cause: SessionCause }[] => {
    if (row.endsAt <= now) return [{ id: row.id, cause: row.endsFor }]
    if (row.watcherDue !== null && row.watcherDue <= now) return [{ id: row.id, cause: 'watcher_gone' }]
    const isLate = row.state === 'opening' && row.watcherDue === null
    const isOver = isLate ? now - row.openedAt >= openingTime(transport) : row.leaseUntil <= now
    return isOver ? [{ id: row.id, cause: 'device_lost' }] : []
  })
}
