import { type SessionCause, sessionCauses } from '@gatehouse/shared/sessions/session-states'
import { eq, type SQL } from 'drizzle-orm'
import { type By, bySystem } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { deviceById } from '../devices/door.ts'
import { sessionSignals } from './signals.ts'
import { aboutSession, markEnded, openSessions } from './store.ts'
import { session } from './tables.ts'

/**
 * Ends a session within the caller's transaction; `undefined` where it had ended before. The caller appends the entries
 * and publishes the signals after the commit.
 */
export const endSessionIn = async (
  tx: Tx,
  now: number,
  sessionId: string,
  cause: SessionCause,
  by: By,
  comment = '',
): Promise<{ entries: Entry[]; signals: Signal[] } | undefined> => {
  const row = await markEnded(tx, sessionId, { cause, endedByName: by.name, endedAt: now })
  const device = row && (await deviceById(tx, row.deviceId))
  if (!row || !device) return undefined
  const words = comment ? `${sessionCauses[cause]}: “${comment}”` : sessionCauses[cause]
  return {
    entries: [entry({ by, event: 'session.ended', fields: { cause: words }, about: aboutSession(device, row) })],
    signals: sessionSignals(device, row.id, row.requestId),
  }
}

/** Ends a session with its one event; false where it had ended before, whose cause then stands. */
export const endSession = async (
  house: House,
  by: By,
  sessionId: string,
  cause: SessionCause,
  comment = '',
): Promise<boolean> => {
  const now = house.clock.now()
  const ended = await house.db.transaction(async (tx) => {
    const one = await endSessionIn(tx, now, sessionId, cause, by, comment)
    if (one) await append(tx, now, one.entries)
    return one
  })
  for (const signal of ended?.signals ?? []) house.bus.publish(signal)
  return ended !== undefined
}

const endAll = async (house: House, where: SQL | undefined, cause: SessionCause, by: By): Promise<void> => {
  for (const id of await openSessions(house.db, where)) await endSession(house, by, id, cause)
}

/** Ends every session that was opened from this sign-in. */
export const endSessionsOfSignIn = (house: House, signInId: string, cause: SessionCause): Promise<void> =>
  endAll(house, eq(session.signInId, signInId), cause, bySystem)

/** Ends every session of this technician. */
export const endSessionsOfPerson = (house: House, personId: string, cause: SessionCause): Promise<void> =>
  endAll(house, eq(session.technicianId, personId), cause, bySystem)

/** Ends every session on this device. */
export const endSessionsOfDevice = (
  house: House,
  deviceId: string,
  cause: SessionCause,
  by = bySystem,
): Promise<void> => endAll(house, eq(session.deviceId, deviceId), cause, by)

/** Ends whatever another run of the server has left: nothing resumes by itself. */
export const endSessionsLeftOver = (house: House): Promise<void> =>
  endAll(house, undefined, 'server_stopping', bySystem)
