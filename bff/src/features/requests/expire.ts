import { openStates, type RequestState } from '@gatehouse/shared/requests/request-states'
import { and, eq, inArray, isNull, lte } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { tell } from '../profile/door.ts'
import { mailOfRunningOut } from './mails.ts'
import { changedSignals } from './signals.ts'
import { lockRequest, requestById } from './store.ts'
import { approval, request } from './tables.ts'

/** How many are looked at in one go. */
const batch = 200

const unansweredBecause = (before: RequestState | undefined): string =>
  before === 'partly_approved' ? 'a second approval did not come in time' : 'nobody answered in time'

/** Lets one request expire if its time is over: silence is never an approval. Whoever was quicker has won. */
export const expireRequest = async (house: House, id: string): Promise<void> => {
  const now = house.clock.now()
  const signals = await house.db.transaction(async (tx) => {
    await lockRequest(tx, id)
    const before = (await requestById(tx, id))?.row.state
    const unanswered = await tx
      .update(request)
      .set({ state: 'expired_unanswered' })
      .where(and(eq(request.id, id), inArray(request.state, [...openStates]), lte(request.answerBefore, now)))
      .returning({ id: request.id })
    const because = unanswered.length > 0 ? unansweredBecause(before) : await expireUnused()
    const known = because && (await requestById(tx, id))
    if (!known) return []
    await append(tx, now, [entry({ by: bySystem, event: 'request.expired', fields: { because }, about: known.about })])
    await tell(house, tx, 'ran_out', known.row.technicianId, (to) => mailOfRunningOut(house, to, known))
    return changedSignals(known, id)

    async function expireUnused(): Promise<string | undefined> {
      const [over] = await tx
        .select({ id: approval.id })
        .from(approval)
        .where(and(eq(approval.requestId, id), isNull(approval.startedAt), lte(approval.useBefore, now)))
      if (!over) return undefined
      const unused = await tx
        .update(request)
        .set({ state: 'expired_unused' })
        .where(and(eq(request.id, id), eq(request.state, 'approved')))
        .returning({ id: request.id })
      return unused.length > 0 ? 'it was approved, and not used in time' : undefined
    }
  })
  for (const signal of signals) house.bus.publish(signal)
}

/** Lets every request expire that nobody answered, or that nobody used, in time. */
export const expireRequests: Job = {
  name: 'requests whose time is over',
  everySeconds: 1,
  run: async (house) => {
    const now = house.clock.now()
    const [unanswered, unused] = await Promise.all([
      house.db
        .select({ id: request.id })
        .from(request)
        .where(and(inArray(request.state, [...openStates]), lte(request.answerBefore, now)))
        .limit(batch),
      house.db
        .select({ id: request.id })
        .from(approval)
        .innerJoin(request, eq(request.id, approval.requestId))
        .where(and(eq(request.state, 'approved'), isNull(approval.startedAt), lte(approval.useBefore, now)))
        .limit(batch),
    ])
    const over = [...unanswered, ...unused].map(({ id }) => ({ requestId: id }))
    await forEach(
      house,
      over,
      (one) => one,
      ({ requestId }) => expireRequest(house, requestId),
    )
  },
}
