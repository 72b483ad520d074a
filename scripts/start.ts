import { resolve } from 'node:path'
import { demoPassword, demoPeople, personas } from '@gatehouse/bff/demo/people'
import { isEmpty, seedDemo } from '@gatehouse/bff/demo/seed'
import { readSettings } from '@gatehouse/bff/env'
import { type OpenHouse, openHouse } from '@gatehouse/bff/main'
import { buildVerify } from './build-verify.ts'
import { buildWeb } from './build-web.ts'
import { type DemoAgents, startDemoAgents } from './demo-agents.ts'

const started = Date.now()
const say = (line: string): void => console.log(`  ${line}`)

const printPeople = (): void => {
  console.log('\n  Who may sign in (demonstration only; the page shows the code of their phones):\n')
  for (const who of personas) {
    const { email, says } = demoPeople[who]
    console.log(`    ${email.padEnd(26)} ${demoPassword(who).padEnd(24)} ${says}`)
  }
}

const main = async (): Promise<void> => {
  const settings = readSettings()
  console.log('Gatehouse')
  await buildWeb(say)
  await buildVerify(say)
  const opened = await openHouse(settings, { say })
  let agents: DemoAgents | undefined
  let stopping = false
  const stop = async (): Promise<void> => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(1)
    stopping = true
    console.log('\n  Stopping')
    await agents?.stop()
    await opened.close()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (settings.demo) agents = await demonstrate(opened, resolve(settings.dataDir))
  console.log(`\n  Open ${opened.url}   (after ${((Date.now() - started) / 1_000).toFixed(1)} s; Ctrl-C stops it)`)
  if (settings.demo) printPeople()
}

const demonstrate = async (opened: OpenHouse, dataDir: string): Promise<DemoAgents> => {
  if (await isEmpty(opened.house.db)) {
    say('Seeding demonstration data')
    await seedDemo(opened.house)
  }
  say('Starting the agents of the demonstration')
  return startDemoAgents(opened, dataDir, say)
}

/** The words of an error for the console; a query's parameters are nobody's business. */
const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `The database refused something: ${error.cause.message}` : error.message
}

main().catch((error: unknown) => {
  console.error(`\n  ${wordsOf(error)}`)
  process.exit(1)
})
