import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './cluster.ts'

const main = fileURLToPath(new URL('../../../agent/src/main.ts', import.meta.url))

/** The agent's own program, in a home of its own. */
export interface AgentProgram {
  home: string
  /** Runs a command to its end; gives what it printed. */
  command(...args: string[]): Promise<string>
  /** Starts the agent, which runs until it is stopped. */
  run(): void
  stop(): Promise<void>
  remove(): Promise<void>
}

/** The agent's program with an empty home; `remove` it at the end. */
export const agentProgram = async (env: Record<string, string> = {}): Promise<AgentProgram> => {
  const folder = await temporaryFolder('agent')
  // The agent wants a folder of its own, and nobody else's eyes in it.
  const home = join(folder.path, 'home')
  let running: ChildProcess | undefined
  const start = (args: readonly string[]) =>
    spawn(process.execPath, ['--import', 'tsx', main, ...args, '--home', home], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: process.env.PATH ?? '', HOME: folder.path, GATEHOUSE_SHELL: '/bin/sh', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const stop = async () => {
    if (!running || running.exitCode !== null) return
    const ended = once(running, 'close')
    running.kill('SIGTERM')
    await ended
  }
  return {
    home,
    command: async (...args) => {
      const child = start(args)
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += String(bytes)))
      await once(child, 'close')
      return output
    },
    run: () => {
      running = start(['run'])
      running.stdout?.resume()
      running.stderr?.resume()
    },
    stop,
    remove: async () => {
      await stop()
      await folder.remove()
    },
  }
}
