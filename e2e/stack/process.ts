import { createInterface } from 'node:readline'
import { readSettings } from '@gatehouse/bff/env'
import { reportsTaken } from '@gatehouse/bff/features/browser-reports/routes'
import { movableClock } from '@gatehouse/bff/kernel/clock'
import { openHouse } from '@gatehouse/bff/main'
import { cloneDatabase, neverBehind, temporaryFolder, testSecret } from '@gatehouse/bff/testing/cluster'
import { seedForTests } from '@gatehouse/bff/testing/seed'
import { alterEntry, setDatabaseClock } from '@gatehouse/bff/testing/superuser'
import { startDemoAgents } from '../../scripts/demo-agents.ts'
import type { StackAddress, StackDone, StackOrder } from './orders.ts'

/**
 * One whole system for one Playwright worker: a house on a database of its own, the agents of the demonstration, and
 * a clock that its parent moves over a pipe. There is no such door in the program itself.
 */
const main = async (): Promise<void> => {
  const cluster = JSON.parse(process.argv[2] ?? '') as { ownerUrl: string; appPassword: string }
  const [database, folder] = await Promise.all([cloneDatabase(cluster), temporaryFolder('stack')])
  const clock = movableClock()
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  })
  settings.lag = neverBehind
  const opened = await openHouse(settings, { clock })
  const seeded = await seedForTests(opened.house)
  const agents = await startDemoAgents(opened, folder.path, () => {})
  const close = async (): Promise<void> => {
    await agents.stop()
    await opened.close()
    await database.drop()
    await folder.remove()
  }
  const tell = (message: StackAddress | StackDone): void => void process.stdout.write(`${JSON.stringify(message)}\n`)
  tell({ url: opened.url, seeded })
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line) as StackOrder
    if (order.do === 'advance') {
      clock.advance(order.ms)
      await setDatabaseClock(database.ownerUrl, clock.now())
    }
    if (order.do === 'alter') await alterEntry(database.ownerUrl, order.tree, order.seq)
    if (order.do === 'disk stops at') opened.house.settings.disk = { warnsAt: order.percent, stopsAt: order.percent }
    if (order.do === 'close') break
    tell({ done: true, reports: reportsTaken(opened.house) })
  }
  await close()
  process.exit(0)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
