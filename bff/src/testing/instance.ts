import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { testSecret } from './cluster.ts'

const program = fileURLToPath(new URL('./serve.ts', import.meta.url))

/** A house in a process of its own, which can be killed. */
export interface Instance {
  url: string
  /** Everything it has printed: its log, where that was not silenced. */
  printed(): string
  /** How it ended, once it has: its exit code or its signal. */
  ended: Promise<number | string | null>
  kill(): Promise<void>
}

/** Starts an instance on a database, with the keys in `dataDir`; whoever starts it kills it. */
export const startInstance = async (
  databaseUrl: string,
  dataDir: string,
  environment: Record<string, string> = {},
): Promise<Instance> => {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATABASE_URL: databaseUrl,
      GATEHOUSE_DATA: dataDir,
      GATEHOUSE_SECRET: testSecret,
      LOG_LEVEL: 'silent',
      ...environment,
    },
  })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string | null)
  if (!child.stdout) throw new Error('no output')
  let printed = ''
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString('utf8')
  })
  const said = once(createInterface(child.stdout), 'line').then(([url]) => String(url))
  const url = await Promise.race([
    said,
    ended.then((how) => Promise.reject(new Error(`The instance ended before it served: ${how}`))),
  ])
  return {
    url,
    printed: () => printed,
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
