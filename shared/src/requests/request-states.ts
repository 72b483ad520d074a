/** The legal moves of a request; PostgreSQL holds the same table and refuses every other move. */
export const requestMoves = {
  waiting: ['partly_approved', 'approved', 'denied', 'withdrawn', 'expired_unanswered'],
  partly_approved: ['approved', 'denied', 'withdrawn', 'expired_unanswered'],
  approved: ['used', 'expired_unused', 'revoked', 'withdrawn'],
  used: ['revoked'],
  denied: [],
  withdrawn: [],
  expired_unanswered: [],
  expired_unused: [],
  revoked: [],
} as const satisfies Record<string, readonly string[]>

export type RequestState = keyof typeof requestMoves
export const requestStates = Object.keys(requestMoves) as [RequestState, ...RequestState[]]

/** The states in which somebody still has to answer. */
export const openStates = ['waiting', 'partly_approved'] as const satisfies readonly RequestState[]

/** True while somebody still has to answer. */
export const awaitsAnswer = (state: RequestState): boolean => (openStates as readonly RequestState[]).includes(state)

/** Words for people. */
export const requestStateSays: Record<RequestState, string> = {
  waiting: 'Waiting for an answer',
  partly_approved: 'Waiting for a second approval',
  approved: 'Approved',
  used: 'Approved and used',
  denied: 'Denied',
  withdrawn: 'Withdrawn',
  expired_unanswered: 'Expired without an answer',
  expired_unused: 'Approved, but expired unused',
  revoked: 'Approval revoked',
}

/** True when a request in `from` may become `to`. */
export const mayMove = (from: RequestState, to: RequestState): boolean =>
  (requestMoves[from] as readonly RequestState[]).includes(to)
