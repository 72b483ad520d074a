import { lookEvents, sentence } from '@gatehouse/shared/audit-events'
import { asc, eq } from 'drizzle-orm'
import { auditEvent, auditLine } from '../kernel/audit/tables.ts'
import type { House } from '../kernel/house.ts'

const isLook = ({ event }: { event: string }): boolean => (lookEvents as readonly string[]).includes(event)

/** The events that `work` leaves in the log, with their sentences; without those of mere looking. */
export const eventsOf = async (house: House, work: () => Promise<unknown>) =>
  (await allEventsOf(house, work)).filter((one) => !isLook(one))

/** What the maker's people looked at meanwhile. */
export const looksOf = async (house: House, work: () => Promise<unknown>) =>
  (await allEventsOf(house, work)).filter(isLook)

/** As `eventsOf`, and those of mere looking as well. An id tells when it happened, by whosever clock. */
export const allEventsOf = async (house: House, work: () => Promise<unknown>) => {
  const before = new Set((await house.db.select({ id: auditEvent.id }).from(auditEvent)).map(({ id }) => id))
  await work()
  const rows = await house.db.select().from(auditLine).orderBy(asc(auditLine.id))
  return rows.filter(({ id }) => !before.has(id)).map((row) => ({ ...row, says: sentence(row.event, row.fields) }))
}

/** The sentences of everything the log says was done with a device, oldest first. */
export const storyOf = async (house: House, deviceId: string): Promise<string[]> => {
  const rows = await house.db
    .select()
    .from(auditLine)
    .where(eq(auditLine.deviceId, deviceId))
    .orderBy(asc(auditLine.id))
  return rows.filter((row) => !isLook(row)).map((row) => `${row.actorName}: ${sentence(row.event, row.fields)}`)
}
