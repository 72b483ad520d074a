import { reviewSeconds } from '@gatehouse/shared/sessions/session-states'
import type { House, Job } from '../../kernel/house.ts'
import { relayOf } from './relay.ts'

/** What the clock alone decides about the streams of this instance; never waits for the database. */
export const watchTheClock: Job = {
  name: 'streams by the clock',
  everySeconds: 1,
  run: async (house) => relayOf(house).tick(),
}

/** Asks of every session of this instance whether everything still holds. */
export const reviewSessions: Job = {
  name: 'review of live sessions',
  everySeconds: reviewSeconds,
  run: (house) => relayOf(house).reviewAll(),
}

/** Ends sessions whose time, lease or opening is over by the tables. */
export const endOverdueSessions: Job = {
  name: 'sessions that are over',
  everySeconds: 1,
  run: (house) => relayOf(house).endOverdue(),
}

/** Ends every session of this instance because it stops. */
export const stopRelay = (house: House): Promise<void> => relayOf(house).stop()
