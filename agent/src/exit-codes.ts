/** How a process of the agent says why it ended; the supervisor starts its worker again after any other code. */
export const exitCodes = { stopped: 0, restart: 75, cannotRun: 78 } as const
