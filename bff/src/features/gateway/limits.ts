import { hours, minutes, seconds } from '../../kernel/clock.ts'

/** Lives of assertions, ms: what a device may claim, and by how much its clock may differ from ours. */
export const assertionLimits = { life: seconds(60), tolerance: seconds(10) } as const

/** Silence after which a device is no longer connected: two heartbeats of its transport, and a half. */
export const silence = { websocket: seconds(45), https: seconds(90) } as const

/** Pings go out this often; a peer that answers nothing to two of them is dead. */
export const pingEverySeconds = 15
export const unansweredPings = 2

/** Control connections of one process. Beyond it a device is told to come later. */
export const mostConnections = 20_000

/** What a device may leave unread on its control connection, bytes; beyond it the connection is given up. */
export const mostUnread = 4 * 1024 * 1024

/** Refused enrolments of one address before it has to wait. */
export const enrolmentLimit = { failures: 10, within: minutes(15) } as const

/** A refused device is logged at most this often. */
export const refusalLoggedEvery = minutes(1)

/** That a device refuses checkpoints of the log, begins to hold one or has lost it is told as an event at most this often. */
export const witnessToldEvery = hours(1)

/** How check-ins are gathered into transactions. */
export const gathering = {
  /** How long the first waits for others, ms. */
  window: 3,
  /** Most devices in one transaction. */
  largest: 500,
  /** Transactions under way at the same time; the second only opens when `largest` wait. */
  lanes: 2,
  /** Check-ins that wait in one process, and of one device. */
  mostWaiting: 20_000,
  mostOfOne: 16,
} as const

/** WebSocket close codes of the control connection; an agent comes back after each, more slowly after 4401. */
export const closeCodes = {
  /** What was sent is not in the language. */
  malformed: 1008,
  bytes: 1003,
  later: 1013,
  cut: 4401,
  silent: 4408,
  replaced: 4409,
} as const
