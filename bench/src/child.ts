import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A server in a process of its own, so that it shares no event loop with whoever measures it. */
export interface Child<Ready> {
  /** What the program said when it was ready. */
  ready: Ready
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>
}

const tsx = createRequire(import.meta.url).resolve('tsx')

/** Starts `programs/<name>.ts` with one argument, and more environment than ours, and waits for its first message. */
export const startChild = async <Ready>(
  name: string,
  argument: unknown = null,
  environment: Record<string, string> = {},
): Promise<Child<Ready>> => {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  const child = fork(program, [JSON.stringify(argument)], {
    execArgv: ['--import', tsx],
    env: { ...process.env, ...environment },
  })
  const ready = await firstMessage<Ready>(name, child)
  return {
    ready,
    stop: async () => {
      const ended = once(child, 'exit')
      if (child.connected) child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await ended
    },
  }
}

const firstMessage = <Ready>(name: string, child: ChildProcess): Promise<Ready> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready`)))
  })
