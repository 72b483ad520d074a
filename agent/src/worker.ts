import { startAgent } from './agent.ts'
import type { Env } from './env.ts'
import { words } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { openHome } from './home.ts'
import { openLog } from './log.ts'

/** Whatever hangs, the process ends after so many ms. */
const longestFarewell = 10_000

/** Runs the agent in this process until it is told to stop; the process ends with one of `exitCodes`. */
export const runWorker = async (folder: string, env: Env): Promise<void> => {
  const home = openHome(folder)
  const log = openLog(home, env)
  const supervised = process.connected === true
  let leave: (code: number) => void = () => undefined
  const restart = () => {
    if (!supervised) throw new Error('Nothing would start the agent again')
    leave(exitCodes.restart)
  }
  const agent = await startAgent({ home, env, log, restart }).catch((error) => {
    log.error({ because: words(error) }, 'the agent cannot start')
    throw error
  })
  let leaving = false
  leave = (code) => {
    if (leaving) return
    leaving = true
    log.info({ code }, 'stopping')
    setTimeout(() => process.exit(code), longestFarewell).unref()
    void agent.stop().then(
      () => process.exit(code),
      (error) => {
        log.error({ because: words(error) }, 'not everything could be put away')
        process.exit(code)
      },
    )
  }
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => leave(exitCodes.stopped))
  // Without its supervisor nobody would start it again after a crash.
  process.on('disconnect', () => leave(exitCodes.stopped))
}
