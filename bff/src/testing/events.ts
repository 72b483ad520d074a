import { type AuditEventName, lookEvents, sentence } from '@gatehouse/shared/audit-events'
import { asc, eq } from 'drizzle-orm'
import { auditEvent, auditLine } from '../kernel/audit/tables.ts'
import type { House } from '../kernel/house.ts'

type Line = typeof auditLine.$inferSelect

/** What a job, a clock that was moved, or a socket of an earlier test may write at any moment, whatever a test does. */
const byThemselves: ReadonlySet<string> = new Set<AuditEventName>([
  'device.connected',
  'device.disconnected',
  'device.restarted',
  'session.unwatched',
  'request.expired',
  'request.told',
  'action.expired',
  'action.unanswered',
  'limits.reached',
  'limits.left',
  'recording.cut_off',
  'report.overdue',
  'sign_in.attacked',
  'log.checked',
])
/** Sign-ins that nobody ended, and that were over by the clock. */
const wereOver = ['inactive for 20 minutes', 'signed in for 12 hours', 'the second factor was not shown in time']
const slipsIn = ({ event, fields }: Pick<Line, 'event' | 'fields'>): boolean =>
  byThemselves.has(event) || (event === 'sign_in.ended' && wereOver.includes(String(fields.because)))

const isLook = ({ event }: { event: string }): boolean => (lookEvents as readonly string[]).includes(event)

/** What events are about. */
type About = Partial<Pick<Line, 'customerId' | 'deviceId' | 'requestId' | 'sessionId' | 'personId'>>

/**
 * Begins to listen; what it gives back tells each time all that has come into the log since, without mere looks, of what
 * it is `about`. Something else may always happen meanwhile: a job looks, a socket of an earlier test closes.
 */
export const eventsSince = async (house: House, about: About = {}) => {
  const since = await allEventsSince(house, about)
  return async () => (await since()).filter((one) => !isLook(one))
}

const allEventsSince = async (house: House, about: About) => {
  const before = new Set((await house.db.select({ id: auditEvent.id }).from(auditEvent)).map(({ id }) => id))
  const wanted = Object.entries(about)
  return async () => {
    const rows = await house.db.select().from(auditLine).orderBy(asc(auditLine.id))
    return rows
      .filter((row) => !before.has(row.id) && wanted.every(([key, id]) => row[key as keyof About] === id))
      .map((row) => ({ ...row, says: sentence(row.event, row.fields) }))
  }
}

/** As `eventsOf`, and those of mere looking as well. An id tells when it happened, by whosever clock. */
export const allEventsOf = async (house: House, work: () => Promise<unknown>, about: About = {}) => {
  const since = await allEventsSince(house, about)
  await work()
  return since()
}

/**
 * The events that `work` leaves in the log, with their sentences; without those of mere looking. All of what they are
 * `about`, where that is said; else without what comes by itself, now or then.
 */
export const eventsOf = async (house: House, work: () => Promise<unknown>, about?: About) =>
  (await allEventsOf(house, work, about)).filter((one) => !isLook(one) && (about !== undefined || !slipsIn(one)))

/** What the maker's people looked at meanwhile. */
export const looksOf = async (house: House, work: () => Promise<unknown>) =>
  (await allEventsOf(house, work)).filter(isLook)

/** The sentences of everything the log says was done with a device, oldest first. */
export const storyOf = async (house: House, deviceId: string): Promise<string[]> => {
  const rows = await house.db
    .select()
    .from(auditLine)
    .where(eq(auditLine.deviceId, deviceId))
    .orderBy(asc(auditLine.id))
  return rows.filter((row) => !isLook(row)).map((row) => `${row.actorName}: ${sentence(row.event, row.fields)}`)
}
