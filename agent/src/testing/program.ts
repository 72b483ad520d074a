import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** The agent as the process that people start. */
export interface Program {
  process: ChildProcess
  /** Everything it has printed. */
  output(): string
  /** Its exit code, when it has ended. */
  ended: Promise<number | null>
}

/** Starts the agent's program; it is killed with the test at the latest. */
export const startProgram = (args: string[], env: Record<string, string> = {}): Program => {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), GATEHOUSE_SHELL: '/bin/sh', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    const patience = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(patience)
  })
  return { process: child, output: () => output, ended }
}
