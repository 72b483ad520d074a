import { fork } from 'node:child_process'
import { exitCodes } from './exit-codes.ts'
import { backOff } from './link/back-off.ts'
import { pause } from './link/pause.ts'

/** A worker that lived so long (ms) did not crash at start. */
const goodLife = 60_000

/**
 * Runs the worker in a process of its own and starts it again when it asks for that or crashes, crashes with growing
 * pauses between. Resolves with the exit code when it stopped or cannot run.
 */
export const supervise = async (program: string, workerArguments: string[]): Promise<number> => {
  const pauses = backOff({ first: 1_000, longest: 60_000 })
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, stop)
  for (;;) {
    const startedAt = Date.now()
    const code = await runOnce(program, workerArguments, stopping.signal)
    if (stopping.signal.aborted || code === exitCodes.stopped || code === exitCodes.cannotRun) return code
    if (code === exitCodes.restart) continue
    if (Date.now() - startedAt > goodLife) pauses.reset()
    const ms = pauses.next()
    console.error(`The agent ended unexpectedly (${code}); starting it again in ${Math.round(ms / 1_000)} s`)
    await pause(ms, stopping.signal)
    if (stopping.signal.aborted) return exitCodes.stopped
  }
}

const runOnce = (program: string, args: string[], signal: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    const worker = fork(program, args)
    const end = () => worker.kill('SIGTERM')
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    worker.once('error', () => resolve(1))
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', end)
      resolve(code ?? 1)
    })
  })
