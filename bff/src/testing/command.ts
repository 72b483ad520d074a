import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testSecret } from './cluster.ts'
import type { TestHouse } from './house.ts'

const program = fileURLToPath(new URL('../cli.ts', import.meta.url))

/** Runs `gatehouse …` on the server of a running house; what it said on both outputs, and its exit code. */
export const command = (h: TestHouse, ...words: string[]): Promise<{ code: number | null; said: string }> =>
  commandIn({ DATABASE_URL: h.ownerUrl, GATEHOUSE_DATA: h.house.settings.dataDir }, ...words)

const start = (env: Readonly<Record<string, string>>, words: readonly string[]) =>
  spawn(process.execPath, ['--import', 'tsx', program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, GATEHOUSE_SECRET: testSecret, ...env },
  })

/** The same with whatever environment says where its data are. */
export const commandIn = async (
  env: Readonly<Record<string, string>>,
  ...words: string[]
): Promise<{ code: number | null; said: string }> => {
  const child = start(env, words)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
  const [code] = await once(child, 'close')
  return { code: code as number | null, said }
}

/** Runs `gatehouse …` as `command` does and kills it (-9) as soon as `when` resolves; rejects where it ends before. */
export const commandKilled = async (h: TestHouse, when: () => Promise<unknown>, ...words: string[]): Promise<void> => {
  const child = start({ DATABASE_URL: h.ownerUrl, GATEHOUSE_DATA: h.house.settings.dataDir }, words)
  for (const stream of [child.stdout, child.stderr]) stream.resume()
  const ended = once(child, 'close')
  try {
    await Promise.race([when(), ended.then(([code]) => Promise.reject(new Error(`It ended by itself: ${code}`)))])
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}
