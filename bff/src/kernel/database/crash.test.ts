import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder, throwAway } from '../../testing/cluster.ts'
import type { LoadReport } from '../../testing/database-load.ts'
import { type Embedded, startEmbedded } from './embedded.ts'

const loadProgram = fileURLToPath(new URL('../../testing/database-load.ts', import.meta.url))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Embedded

beforeAll(async () => {
  folder = await temporaryFolder('crash')
  server = await startEmbedded({ dataDir: folder.path, log: () => undefined, settings: throwAway })
})

afterAll(async () => {
  await server.stopImmediately()
  await folder.remove()
})

function startLoad(url: string): { child: ChildProcess; latest: () => LoadReport; said: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', loadProgram, url], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let report: LoadReport = { served: 0, refused: 0, wrong: [], oldest: 0 }
  let errors = ''
  if (child.stdout) createInterface(child.stdout).on('line', (line) => (report = JSON.parse(line)))
  child.stderr?.on('data', (chunk) => (errors += chunk))
  return { child, latest: () => report, said: () => errors }
}

test('RE01 PostgreSQL stopped with -m immediate under load, 20 times, never kills the process', async () => {
  const setUp = postgres(server.ownerUrl, { max: 1 })
  await setUp`create table deed (id text not null, part int not null)`
  await setUp.end()

  const { child, latest, said } = startLoad(server.ownerUrl)
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code, signal) => reject(new Error(`The process ended (${code ?? signal}): ${said()}`))),
  )
  const grows = async (counter: 'served' | 'refused', by: number) => {
    const before = latest()[counter]
    await Promise.race([ended, expect.poll(() => latest()[counter], { timeout: 15_000 }).toBeGreaterThan(before + by)])
  }
  try {
    for (let round = 1; round <= 20; round++) {
      await grows('served', 300)
      await server.stopImmediately()
      await grows('refused', 30)
      server = await startEmbedded({
        dataDir: folder.path,
        log: () => undefined,
        settings: throwAway,
        port: server.port,
      })
      expect(latest().oldest, `oldest unsettled operation in round ${round}`).toBeLessThan(5_000)
    }
    await grows('served', 300)
    expect(latest().wrong).toEqual([])
    expect(latest().oldest).toBeLessThan(5_000)
    expect(said()).toBe('')

    const check = postgres(server.ownerUrl, { max: 1 })
    const halves = await check`select id from deed group by id having count(*) <> 2`
    await check.end()
    expect(halves, 'no deed is half done: nothing of a lost transaction ran outside of it').toEqual([])
  } finally {
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
  }
}, 180_000)
