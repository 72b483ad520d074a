import { sentence } from '@gatehouse/shared/audit-events'
import { asc, eq, gt } from 'drizzle-orm'
import { auditLine } from '../kernel/audit/tables.ts'
import type { House } from '../kernel/house.ts'

/** The events that `work` leaves in the log, with their sentences. */
export const eventsOf = async (house: House, work: () => Promise<unknown>) => {
  const [last] = await house.db.execute<{ id: string }>('select max(id::text) as id from audit_line')
  await work()
  const rows = await house.db
    .select()
    .from(auditLine)
    .where(gt(auditLine.id, last?.id ?? '00000000-0000-0000-0000-000000000000'))
    .orderBy(asc(auditLine.id))
  return rows.map((row) => ({ ...row, says: sentence(row.event, row.fields) }))
}

/** The sentences of everything the log says about a device, oldest first. */
export const storyOf = async (house: House, deviceId: string): Promise<string[]> => {
  const rows = await house.db
    .select()
    .from(auditLine)
    .where(eq(auditLine.deviceId, deviceId))
    .orderBy(asc(auditLine.id))
  return rows.map((row) => `${row.actorName}: ${sentence(row.event, row.fields)}`)
}
