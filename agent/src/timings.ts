/** Every waiting time of the agent, in milliseconds. */
export const defaultTimings = {
  heartbeat: 15_000,
  /** A control channel on which nothing was heard for so long is dead. */
  silence: 40_000,
  /** A check-in must be acknowledged within this time. */
  acknowledge: 30_000,
  handshake: 10_000,
  request: 30_000,
  /** Pauses after a failure: doubled from the first to the longest, each drawn anew. */
  backOff: { first: 1_000, longest: 60_000 },
  /** Pauses while the server does not know the device. */
  refused: { first: 120_000, longest: 300_000 },
  /** How long HTTPS serves before the WebSocket is tried again. */
  webSocketAgain: { first: 30_000, longest: 300_000 },
  /** Two looks of the collector at what the driver offered. */
  collect: 1_000,
  /** Two looks at whether the policy still allows what is live. */
  review: 1_000,
  /** Unchanged values are sent anew after this time, so that they are known to live. */
  refresh: 15 * 60_000,
  /** Two questions for the newest checkpoint, give or take a fifth; and the next after one that was not answered. */
  witness: { every: 10 * 60_000, unanswered: 60_000 },
  /** From the polite to the final signal for a shell. */
  kill: 400,
}
export type Timings = typeof defaultTimings
