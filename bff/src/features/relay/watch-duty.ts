import { watcherGraceSeconds, watcherWaitSeconds } from '@gatehouse/shared/sessions/session-states'
import { seconds } from '../../kernel/clock.ts'
import type { House } from '../../kernel/house.ts'
import { awaitWatcher, isOwnWatcher, pauseSession, resumeSession } from '../sessions/door.ts'
import type { Held } from './held.ts'

/** True while somebody of the customer watches. */
export const isWatched = ({ wire }: Held): boolean =>
  wire.watchers.some(({ actor }) => isOwnWatcher(actor, wire.session))

/** True while somebody has to watch, and nobody does. */
export const lacksWatcher = (held: Held): boolean => held.demands && !isWatched(held)

/** Writes down that a session waits for a watcher, is paused, or goes on; until the tables say what holds. */
const writeWatch = async (house: House, held: Held): Promise<void> => {
  const { wire, written } = held
  const { id } = wire.session
  while (!wire.over) {
    const due = held.watcherDue
    if (!wire.live) {
      if (written.due === due) return
      await awaitWatcher(house, id, due ?? null)
      written.due = due
    } else if (due !== undefined) {
      if (written.paused) return
      if (!(await pauseSession(house, id, due))) return
      written.paused = true
    } else {
      if (!wire.paused) return
      const because = held.demands ? 'somebody watches again' : 'nobody has to watch any more'
      if (written.paused && !(await resumeSession(house, id, because))) return
      written.paused = false
      if (!lacksWatcher(held)) wire.resume()
    }
  }
}

/**
 * Brings a session in step with whether somebody watches who has to. Where nobody does what is typed stops here and
 * now, before anything is written; it goes on only when that is written, and somebody still watches.
 */
export const heedWatchers = (house: House, held: Held): void => {
  const { wire } = held
  if (wire.over) return
  const lacks = lacksWatcher(held)
  if (lacks && wire.live) wire.pause()
  const waits = lacks && wire.hasDevice && wire.hasWriter
  if (waits && held.watcherDue === undefined)
    held.watcherDue = house.clock.now() + seconds(wire.live ? watcherGraceSeconds : watcherWaitSeconds)
  if (!lacks) held.watcherDue = undefined
  wire.wantWatcher(held.watcherDue ?? null)
  if (held.writing) return
  held.writing = true
  writeWatch(house, held)
    .catch((err: unknown) => house.log.error({ err, sessionId: wire.session.id }, 'a pause could not be stored'))
    .finally(() => {
      held.writing = false
    })
}
