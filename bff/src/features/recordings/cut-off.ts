import { and, eq, isNotNull, lte, not } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { minutes } from '../../kernel/clock.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { sessionById, sessionSignals } from '../sessions/door.ts'
import { session } from '../sessions/tables.ts'
import { partsOf } from './store.ts'
import { recording } from './tables.ts'

/** Whoever recorded a session has so long after its end to store the rest. */
const storesWithin = minutes(1)

const cutOff = async (house: House, sessionId: string): Promise<void> => {
  const signals = await house.db.transaction(async (tx) => {
    const marked = await tx
      .update(recording)
      .set({ failed: true })
      .where(and(eq(recording.sessionId, sessionId), not(recording.whole), not(recording.failed)))
      .returning({ id: recording.sessionId })
    const known = marked.length > 0 ? await sessionById(tx, sessionId) : undefined
    if (!known) return []
    const fields = { parts: (await partsOf(tx, sessionId)).length }
    const { about } = known
    await append(tx, house.clock.now(), [
      entry({ by: bySystem, event: 'recording.cut_off', fields, about, outcome: 'unknown' }),
    ])
    return sessionSignals(known, sessionId, known.row.requestId)
  })
  for (const signal of signals) if (signal.kind === 'hint') house.bus.publish(signal)
}

/** Says of recordings whose session was live and is over, and of which nobody stored the end, that they are not whole. */
export const findCutOff: Job = {
  name: 'recordings that were cut off',
  everySeconds: 15,
  run: async (house) => {
    const left = await house.db
      .select({ sessionId: recording.sessionId })
      .from(recording)
      .innerJoin(session, eq(session.id, recording.sessionId))
      .where(
        and(
          not(recording.whole),
          not(recording.failed),
          eq(session.state, 'ended'),
          isNotNull(session.liveAt),
          lte(session.endedAt, house.clock.now() - storesWithin),
        ),
      )
      .limit(100)
    await forEach(
      house,
      left,
      ({ sessionId }) => ({ sessionId }),
      ({ sessionId }) => cutOff(house, sessionId),
    )
  },
}
