import type { Action } from './action.ts'

/** Starts the agent anew; the new process sends the receipt. */
export const restartAgent: Action<'restart_agent'> = async (_input, { restart }) => {
  restart()
  return 'after_restart'
}
