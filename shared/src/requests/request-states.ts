/** The legal moves of a request; PostgreSQL holds the same table and refuses every other move. */
export const requestMoves = {
  waiting: ['approved', 'denied', 'withdrawn', 'expired_unanswered'],
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

/** Words for people. */
export const requestStateSays: Record<RequestState, string> = {
  waiting: 'Waiting for an answer',
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
