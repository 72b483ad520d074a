import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** After the final signal nothing but the system itself can hold a process; it is waited for so long, ms. */
const longest = 3_000

/**
 * Ends the shell `leader` and whatever was started in its session: politely, and after `patience` ms for good.
 * `ended` tells whether the shell itself is known to have ended: a shell that has just been started leads no session yet.
 */
export const endProcesses = async (leader: number, patience: number, ended: () => boolean): Promise<void> => {
  const rest = () => new Set(ended() ? members(leader) : [leader, ...members(leader)])
  for (const pid of rest()) {
    signal(pid, 'SIGHUP')
    // A stopped process hears nothing until it goes on.
    signal(pid, 'SIGCONT')
  }
  const begun = Date.now()
  while (rest().size > 0 && Date.now() - begun < patience + longest) {
    if (Date.now() - begun > patience) for (const pid of rest()) signal(pid, 'SIGKILL')
    await wait(20)
  }
}

/** Processes of the terminal session that `leader` leads; where the system does not tell, its process group. */
const members = (leader: number): number[] => {
  if (process.platform !== 'linux') return isAlive(-leader) ? [-leader] : []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && sessionOf(name) === leader)
    .map(Number)
}

/** The session of a process; a zombie, which nothing more can be done to, has none. */
const sessionOf = (pid: string): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before the last parenthesis may hold anything: state, parent, group and session follow it.
    const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : Number(session)
  } catch {
    return undefined
  }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
