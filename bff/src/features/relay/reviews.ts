import { leaseSeconds } from '@gatehouse/shared/sessions/session-states'
import { streamCloses } from '@gatehouse/shared/sessions/terminal-frames'
import { seconds } from '../../kernel/clock.ts'
import type { House } from '../../kernel/house.ts'
import { demandsWatcher, lookAt, mayStillWatch, renewLease, reviewSession } from '../sessions/door.ts'
import type { Finish, Held } from './held.ts'
import { heedWatchers } from './watch-duty.ts'

const reviewWatchers = async (house: House, { wire }: Held): Promise<void> => {
  for (const { socket, actor } of wire.watchers)
    if (!(await mayStillWatch(house, actor, wire.session))) {
      // He does not count from here on, however long his browser takes to say goodbye.
      wire.removeWatcher(socket)
      socket.close(streamCloses.notAllowed, 'not allowed')
    }
}

const reviewOnce = async (house: House, held: Held, finish: Finish): Promise<void> => {
  const { wire } = held
  const { db, clock, log } = house
  try {
    const until = clock.now() + seconds(leaseSeconds)
    const row = await lookAt(db, wire.session.id)
    const cause = row ? (row.cause ?? (await reviewSession(house, row, held.writerFrom))) : 'server_stopping'
    if (cause || wire.over) return cause && finish(held, cause)
    held.demands = await demandsWatcher(house.db, wire.session)
    await reviewWatchers(house, held)
    heedWatchers(house, held)
    if (!(await renewLease(db, wire.session.id, until))) {
      held.again = true
      return
    }
    held.leaseUntil = until
    held.failing = false
    if (!wire.over) wire.renewLease()
  } catch (error) {
    // What cannot be asked does not hold: no lease is renewed, and when it has run out it is over.
    held.failing = true
    log.error({ err: error, sessionId: wire.session.id }, 'a session could not be reviewed')
  }
}

/** Asks everything anew; when asked while asking, once more afterwards. */
export const review = (house: House, held: Held, finish: Finish): Promise<void> => {
  held.again = held.reviewing !== undefined
  held.reviewing ??= (async () => {
    do {
      held.again = false
      await reviewOnce(house, held, finish)
    } while (held.again && !held.wire.over)
    held.reviewing = undefined
  })()
  return held.reviewing
}
