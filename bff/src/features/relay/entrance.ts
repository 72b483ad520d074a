import { leaseSeconds, type SessionCause } from '@gatehouse/shared/sessions/session-states'
import { bySystem } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { seconds } from '../../kernel/clock.ts'
import { isUnavailable } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { openRecorder, type Recorder } from '../recordings/door.ts'
import { demandsWatcher, type KnownSession, lookAt, markLive, reviewSession } from '../sessions/door.ts'
import { byDevice } from './by.ts'

/** What came of the try to let a session go live. */
export type Entrance =
  | { kind: 'live'; recorder: Recorder; leaseUntil: number; demands: boolean }
  | { kind: 'ended'; cause: SessionCause }
  /** Somebody of the customer has to watch, and nobody does. */
  | { kind: 'unwatched' }
  /** The database cannot be asked now. */
  | { kind: 'again' }

/**
 * The last look before the first byte: everything is asked anew, the recording is begun, and only then the session goes
 * live in the tables. What cannot be recorded does not begin.
 */
export const enter = async (
  house: House,
  known: KnownSession,
  size: { columns: number; rows: number },
  told: Parameters<typeof openRecorder>[3],
  isWatched: () => boolean,
): Promise<Entrance> => {
  const { id, customerId } = known.row
  try {
    const leaseUntil = house.clock.now() + seconds(leaseSeconds)
    const row = await lookAt(house.db, id)
    if (row?.state !== 'opening') return { kind: 'ended', cause: row?.cause ?? 'server_stopping' }
    const cause = await reviewSession(house, row)
    if (cause) return { kind: 'ended', cause }
    const demands = await demandsWatcher(house.db, row)
    if (demands && !isWatched()) return { kind: 'unwatched' }
    const recorder = await openRecorder(house, known.about, { sessionId: id, customerId, ...size }, told)
    if (await markLive(house, byDevice(known), id, leaseUntil)) return { kind: 'live', recorder, leaseUntil, demands }
    return { kind: 'ended', cause: (await lookAt(house.db, id))?.cause ?? 'server_stopping' }
  } catch (error) {
    house.log.error({ err: error, sessionId: id }, 'a session could not go live')
    if (isUnavailable(error)) return { kind: 'again' }
    const because = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? 'internal') : 'internal'
    await note(house, [
      entry({ by: bySystem, event: 'recording.failed', fields: { because }, about: known.about, outcome: 'failed' }),
    ]).catch(() => undefined)
    return { kind: 'ended', cause: 'recording_failed' }
  }
}
