import type { Activity } from '@gatehouse/shared/activities'
import type { AuditFields } from '@gatehouse/shared/audit-events'
import { and, eq } from 'drizzle-orm'
import type { By } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { activityWords, furthest, usualUseBefore } from './rules.ts'
import type { RequestRow } from './store.ts'
import { approval, request } from './tables.ts'

/** What is given: never more activities or minutes than were asked. */
export interface Given {
  activities: Activity[]
  minutes: number
  /** Not to be used before; the wanted start unless said otherwise. */
  notBefore?: number
  /** To be used before; a day later unless said otherwise. */
  useBefore?: number
}

const checked = (row: RequestRow, given: Given, now: number): Required<Given> => {
  const notBefore = Math.max(now, given.notBefore ?? row.wantedStart)
  const useBefore = given.useBefore ?? usualUseBefore(notBefore)
  const fields: Record<string, string> = {}
  if (given.minutes > row.minutes) fields.minutes = `No more than the ${row.minutes} minutes that were asked for.`
  if (!given.activities.every((one) => row.activities.includes(one)))
    fields.activities = 'Nothing that was not asked for.'
  if (useBefore <= notBefore) fields.useBefore = 'This must be later than the start.'
  if (useBefore > notBefore + furthest.use) fields.useBefore = 'Seven days after the start at the latest.'
  if (notBefore > row.wantedStart + furthest.start) fields.notBefore = 'Within 30 days of what was asked for.'
  if (Object.keys(fields).length > 0) throw new Refused('invalid_input', { fields })
  return { ...given, notBefore, useBefore }
}

/** Moves a waiting request on to `approved` and writes its approval; the caller writes the event in the same transaction. */
export const approve = async (
  tx: Tx,
  row: RequestRow,
  given: Given,
  decided: { by: By; comment: string; hash?: string },
  now: number,
): Promise<{ id: string; fields: AuditFields<'session.approved'> }> => {
  const { activities, minutes, notBefore, useBefore } = checked(row, given, now)
  const moved = await tx
    .update(request)
    .set({
      state: 'approved',
      decidedBy: decided.by.id,
      decidedByName: decided.by.name,
      decidedAt: now,
      comment: decided.comment,
      // From here on the approval stands for exactly what was read.
      hash: decided.hash ?? row.hash,
    })
    .where(and(eq(request.id, row.id), eq(request.state, 'waiting')))
    .returning({ id: request.id })
  if (moved.length === 0) throw new Refused('already_decided')
  const id = newId()
  const { id: requestId, customerId, deviceId, technicianId } = row
  await tx
    .insert(approval)
    .values({ id, requestId, customerId, deviceId, technicianId, activities, notBefore, useBefore, minutes })
  const until = new Date(useBefore).toISOString()
  return {
    id,
    fields: { activities: activityWords(activities), technician: row.technicianName, minutes, useBefore: until },
  }
}
