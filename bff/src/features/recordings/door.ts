import { count, eq, inArray, max, sum } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { recording, recordingPart } from './tables.ts'

export { openRecorder, type Recorder } from './recorder.ts'

/** What is kept of a session, for its page. */
export interface RecordingFacts {
  parts: number
  bytes: number
  milliseconds: number
  failed: boolean
}

/** What is kept of these sessions, by session; those without a recording are absent. */
export const recordingFacts = async (
  db: Tx,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, RecordingFacts>> => {
  if (sessionIds.length === 0) return new Map()
  const rows = await db
    .select({
      sessionId: recording.sessionId,
      failed: recording.failed,
      parts: count(recordingPart.part),
      bytes: sum(recordingPart.bytes),
      upTo: max(recordingPart.upTo),
    })
    .from(recording)
    .leftJoin(recordingPart, eq(recordingPart.sessionId, recording.sessionId))
    .where(inArray(recording.sessionId, [...sessionIds]))
    .groupBy(recording.sessionId)
  return new Map(
    rows.map(({ sessionId, failed, parts, bytes, upTo }) => [
      sessionId,
      { parts, bytes: Number(bytes ?? 0), milliseconds: upTo ?? 0, failed },
    ]),
  )
}
