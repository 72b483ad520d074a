import { sessionActivities } from '@gatehouse/shared/activities'
import { severities } from '@gatehouse/shared/devices/declaration'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { and, arrayOverlaps, asc, desc, eq, gt, inArray, isNull, lte, ne, or, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { alarm } from '../alarms/tables.ts'
import { customer, site } from '../customers/tables.ts'
import { approval } from '../requests/tables.ts'
import { session } from '../sessions/tables.ts'
import { rankOf } from './fleet-marks.ts'
import { device, deviceLink, enrolmentCode, model } from './tables.ts'

/** Everything a list or a page shows of these devices, in no order. The caller has asked which may be seen. */
export const shownDevices = async (db: Tx, ids: readonly string[]) => {
  if (ids.length === 0) return []
  const alarms = db
    .select({
      open: sql<number>`count(*)::int`.as('open'),
      worst: sql<number | null>`max(${rankOf(alarm.severity)})`.as('worst'),
    })
    .from(alarm)
    .where(and(eq(alarm.deviceId, device.id), isNull(alarm.clearedAt)))
    .as('alarms')
  const open = db
    .select({ id: session.id, state: session.state, technicianId: session.technicianId, name: session.technicianName })
    .from(session)
    .where(and(eq(session.deviceId, device.id), ne(session.state, 'ended')))
    .limit(1)
    .as('open_session')
  return db
    .select({
      device,
      site: { id: site.id, name: site.name, zone: site.zone },
      customer: { id: customer.id, name: customer.name },
      model: { id: model.id, name: model.name },
      link: deviceLink,
      alarms: { open: alarms.open, worst: alarms.worst },
      session: { id: open.id, state: open.state, technicianId: open.technicianId, technicianName: open.name },
    })
    .from(device)
    .innerJoin(site, eq(site.id, device.siteId))
    .innerJoin(customer, eq(customer.id, device.customerId))
    .innerJoin(model, eq(model.id, device.modelId))
    .leftJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .leftJoinLateral(alarms, sql`true`)
    .leftJoinLateral(open, sql`true`)
    .where(inArray(device.id, [...ids]))
}
export type ShownDevice = Awaited<ReturnType<typeof shownDevices>>[number]

/** The severity of a rank of `rankOf`. */
export const severityOf = (rank: number | null) => (rank === null ? null : (severities[rank - 1] ?? null))

/** The approval with which this technician may open a session on the device at `now`, the one that lasts longest. */
export const usableApproval = async (
  db: Tx,
  deviceId: string,
  technicianId: string,
  now: number,
): Promise<DeviceView['usableApproval']> => {
  const [row] = await db
    .select({ requestId: approval.requestId, activities: approval.activities, useBefore: approval.useBefore })
    .from(approval)
    .where(
      and(
        eq(approval.deviceId, deviceId),
        eq(approval.technicianId, technicianId),
        arrayOverlaps(approval.activities, [...sessionActivities]),
        isNull(approval.revokedAt),
        isNull(approval.sessionId),
        // An action may have begun it already: then its clock runs.
        or(
          and(isNull(approval.endsAt), lte(approval.notBefore, now), gt(approval.useBefore, now)),
          gt(approval.endsAt, now),
        ),
      ),
    )
    .orderBy(desc(approval.useBefore), asc(approval.id))
    .limit(1)
  return row ?? null
}

/** A device's row, locked until the end of the transaction; `undefined` once it has been removed. */
export const lockDevice = async (tx: Tx, deviceId: string) => {
  const [row] = await tx
    .select()
    .from(device)
    .where(and(eq(device.id, deviceId), isNull(device.removedAt)))
    .for('update')
  return row
}

/** Keeps sites from being changed until the end of the transaction, in one order. */
export const holdSites = (tx: Tx, siteIds: readonly string[]): Promise<unknown> =>
  tx
    .select({ id: site.id })
    .from(site)
    .where(inArray(site.id, [...siteIds]))
    .orderBy(asc(site.id))
    .for('share')

/** The open session of a device, if there is one. */
export const openSessionId = async (tx: Tx, deviceId: string): Promise<string | undefined> => {
  const [row] = await tx
    .select({ id: session.id })
    .from(session)
    .where(and(eq(session.deviceId, deviceId), ne(session.state, 'ended')))
  return row?.id
}

/** Makes every unused code of a device worthless from `now` on. */
export const killCodes = (tx: Tx, deviceId: string, now: number): Promise<unknown> =>
  tx
    .update(enrolmentCode)
    .set({ expiresAt: now })
    .where(and(eq(enrolmentCode.deviceId, deviceId), isNull(enrolmentCode.usedAt), gt(enrolmentCode.expiresAt, now)))
