import { type SessionGrant, type SessionReportMessage, signedTypes } from '@gatehouse/shared/agent/messages'
import { and, desc, eq, gt, ne, or } from 'drizzle-orm'
import type { By } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { minutes } from '../../kernel/clock.ts'
import type { House } from '../../kernel/house.ts'
import type { KnownDevice } from '../devices/door.ts'
import { endSessionIn } from './end.ts'
import { aboutSession, type SessionRow } from './store.ts'
import { session } from './tables.ts'

/** For so long a device is told again that a session is over; its streams have long been closed by then. */
const toldFor = minutes(5)
const mostEnded = 50

/** What a device has to know of its sessions: grants to be taken, and sessions whose streams it must close. */
export interface SessionsForDevice {
  /** `SessionGrant` as compact JWS. The same grant may be handed over again: it has one effect. */
  grants: string[]
  ended: { sessionId: string; epoch: number }[]
}

const grantFor = (house: House, row: SessionRow): Promise<string> =>
  house.keys.sign(signedTypes.grant, {
    // One session has one grant, however often it is signed.
    jti: row.id,
    aud: row.deviceId,
    iat: Math.floor(row.openedAt / 1_000),
    exp: Math.floor(row.endsAt / 1_000),
    sessionId: row.id,
    epoch: row.epoch,
    activities: row.activities,
    approvalId: row.approvalId,
    technician: { id: row.technicianId, name: row.technicianName.slice(0, 200) },
  } satisfies SessionGrant)

/** The grants of the sessions that wait for this device, and those that ended lately. */
export const sessionsForDevice = async (house: House, deviceId: string): Promise<SessionsForDevice> => {
  const now = house.clock.now()
  const rows = await house.db
    .select()
    .from(session)
    .where(and(eq(session.deviceId, deviceId), or(ne(session.state, 'ended'), gt(session.endedAt, now - toldFor))))
    .orderBy(desc(session.id))
    .limit(mostEnded)
  const waiting = rows.filter((row) => row.state === 'opening' && row.endsAt > now)
  return {
    grants: await Promise.all(waiting.map((row) => grantFor(house, row))),
    ended: rows.filter((row) => row.state === 'ended').map(({ id, epoch }) => ({ sessionId: id, epoch })),
  }
}

/** Takes what a device says of a session: that it refuses the grant, or that somebody at the machine ended it. */
export const takeSessionReport = async (
  house: House,
  by: By,
  device: KnownDevice,
  report: Pick<SessionReportMessage, 'sessionId' | 'epoch' | 'outcome' | 'because'>,
): Promise<void> => {
  const now = house.clock.now()
  const signals = await house.db.transaction(async (tx) => {
    // A device speaks of its own sessions only, and of an older grant to no effect.
    const [row] = await tx
      .select()
      .from(session)
      .where(and(eq(session.id, report.sessionId), eq(session.deviceId, device.deviceId)))
    if (!row || (report.epoch !== undefined && report.epoch < row.epoch)) return []
    const about = aboutSession(device, row)
    const cause = report.outcome === 'refused' ? 'device_refused' : 'at_machine'
    const ended = await endSessionIn(tx, now, row.id, cause, by)
    const fields = { device: device.name, because: report.because }
    const refused =
      report.outcome === 'refused'
        ? [entry({ by, event: 'session.refused_by_device', fields, about, outcome: 'refused' })]
        : []
    const { claimedAt } = device.about
    const ends = (ended?.entries ?? []).map((one) => ({
      ...one,
      about: { ...one.about, claimedAt: claimedAt ?? null },
    }))
    await append(tx, now, [...refused, ...ends])
    return ended?.signals ?? []
  })
  for (const signal of signals) house.bus.publish(signal)
}
