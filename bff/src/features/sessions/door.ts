export {
  endSession,
  endSessionIn,
  endSessionsLeftOver,
  endSessionsOfDevice,
  endSessionsOfPerson,
  endSessionsOfSignIn,
} from './end.ts'
export { type SessionsForDevice, sessionsForDevice, takeSessionReport } from './grants.ts'
export {
  awaitWatcher,
  lookAt,
  markLive,
  overdueSessions,
  pauseSession,
  renewLease,
  resumeSession,
} from './live.ts'
export { devicesWithSessionNews } from './news.ts'
export { demandsWatcher, mayStillWatch, reviewSession } from './review.ts'
export { hasChannel, isOwnWatcher, openingTime } from './rules.ts'
export { sessionSignals } from './signals.ts'
export { aboutSession, type KnownSession, type SessionRow, sessionById, theSession } from './store.ts'
export { type Direction, forgetTickets, mayStream, useTicket } from './tickets.ts'
