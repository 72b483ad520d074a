/** The legal moves of a live session; PostgreSQL holds the same table and refuses every other move. */
export const sessionMoves = {
  opening: ['live', 'ended'],
  live: ['paused', 'ended'],
  paused: ['live', 'ended'],
  ended: [],
} as const satisfies Record<string, readonly string[]>

export type SessionState = keyof typeof sessionMoves
export const sessionStates = Object.keys(sessionMoves) as [SessionState, ...SessionState[]]

/** Why a session ended: a closed list, each with its sentence. */
export const sessionCauses = {
  technician: 'The technician ended it',
  customer: 'The customer ended it',
  maker: "Somebody else of the maker's ended it",
  at_machine: 'Somebody at the machine ended it',
  approval_ended: 'The approved time was over',
  approval_revoked: 'The customer took the approval back',
  policy: "The customer's policy no longer allowed it",
  window_closed: "The time window of the customer's policy closed",
  idle: 'The technician was inactive for 20 minutes',
  signed_out: 'The technician signed out',
  network: 'The technician was outside the networks that are allowed',
  rights_changed: "The technician's rights changed",
  watcher_gone: "Nobody of the customer's watched, which its policy demands",
  device_lost: 'The connection to the device was lost',
  device_ended: 'The shell on the device ended',
  technician_lost: "The connection to the technician's browser was lost",
  device_refused: 'The device refused it',
  device_revoked: 'The identity of the device was revoked',
  misuse: 'Too much was tried that the session did not allow',
  recording_failed: 'It could not be recorded any longer',
  kill_switch: 'Everything was stopped at once',
  server_stopping: 'The server was stopped',
} as const

export type SessionCause = keyof typeof sessionCauses
export const sessionCauseNames = Object.keys(sessionCauses) as [SessionCause, ...SessionCause[]]

/** A session's lease: the longest a stream stays open without hearing that everything still holds, in seconds. */
export const leaseSeconds = 30

/** How long a session waits, before it begins, for somebody of the customer to watch, where the policy demands it, in seconds. */
export const watcherWaitSeconds = 600

/** How long a session whose last watcher left stays paused before it ends, where the policy demands one, in seconds. */
export const watcherGraceSeconds = 60

/** How often everything is evaluated anew while a session runs, in seconds. */
export const reviewSeconds = 5

/** How long an unanswered `opening` may take before the device counts as lost, in seconds. */
export const openingSeconds = 60
