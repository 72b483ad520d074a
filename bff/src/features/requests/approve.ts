import type { AuditFields } from '@gatehouse/shared/audit-events'
import { openStates } from '@gatehouse/shared/requests/request-states'
import { and, eq, inArray } from 'drizzle-orm'
import type { By } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { activityWords, type Offer, timesOf } from './rules.ts'
import type { RequestRow } from './store.ts'
import { approval, request } from './tables.ts'

/**
 * Moves a request that waits on to `approved` and writes its approval; the caller has seen that no more is given than
 * was asked, and writes the event in the same transaction.
 */
export const approve = async (
  tx: Tx,
  row: RequestRow,
  given: Offer,
  decided: { by: By; comment: string; question?: string },
  now: number,
): Promise<{ id: string; fields: AuditFields<'session.approved'> }> => {
  const { minutes } = given
  const activities = [...given.activities]
  const { notBefore, useBefore } = timesOf(row.wantedStart, given, now)
  const moved = await tx
    .update(request)
    .set({
      state: 'approved',
      decidedBy: decided.by.id,
      decidedByName: decided.by.name,
      decidedAt: now,
      comment: decided.comment,
      // From here on the approval stands for exactly what was read.
      hash: decided.question ?? row.hash,
    })
    .where(and(eq(request.id, row.id), inArray(request.state, [...openStates])))
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
