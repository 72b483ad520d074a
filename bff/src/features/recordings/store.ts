import { asc, eq } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { type About, append, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { recording, recordingPart } from './tables.ts'

export type PartRow = typeof recordingPart.$inferSelect

/** Begins a recording: the row its parts belong to; begun once, also where that has to be tried again. */
export const beginRecording = (
  db: Tx,
  one: { sessionId: string; customerId: string; startedAt: number; columns: number; rows: number },
): Promise<unknown> => db.insert(recording).values(one).onConflictDoNothing()

/** A part and its event, in one transaction: no event, no part. */
export const storePart = (house: House, about: About, part: PartRow): Promise<void> =>
  house.db.transaction(async (tx) => {
    await tx.insert(recordingPart).values(part)
    const fields = { part: part.part, hash: part.hash }
    await append(tx, house.clock.now(), [entry({ by: bySystem, event: 'recording.stored', fields, about })])
  })

/** Says in the log, and beside the recording, that it is not whole. */
export const markFailed = (house: House, about: About, sessionId: string, because: string): Promise<void> =>
  house.db.transaction(async (tx) => {
    await tx.update(recording).set({ failed: true }).where(eq(recording.sessionId, sessionId))
    await append(tx, house.clock.now(), [
      entry({ by: bySystem, event: 'recording.failed', fields: { because }, about, outcome: 'failed' }),
    ])
  })

/** Notes that everything that crossed is stored. */
export const markWhole = (db: Tx, sessionId: string): Promise<unknown> =>
  db.update(recording).set({ whole: true }).where(eq(recording.sessionId, sessionId))

/** The parts of a session's recording in order; none where nothing was recorded. */
export const partsOf = (db: Tx, sessionId: string): Promise<PartRow[]> =>
  db.select().from(recordingPart).where(eq(recordingPart.sessionId, sessionId)).orderBy(asc(recordingPart.part))

/** When a recording began, ms; `undefined` where there is none. */
export const startOf = async (db: Tx, sessionId: string): Promise<number | undefined> =>
  (await db.select({ at: recording.startedAt }).from(recording).where(eq(recording.sessionId, sessionId)))[0]?.at
