import { writeFile } from 'node:fs/promises'
import { cpus, loadavg, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { measureCheckIns } from './src/check-ins.ts'
import { measureDeeds } from './src/deeds/measure.ts'
import { measureFleet } from './src/fleet/measure.ts'
import { type Line, printTable } from './src/lines.ts'
import { measureLog } from './src/log/measure.ts'
import { measurePages } from './src/pages.ts'
import { measureProof } from './src/proof/measure.ts'
import { measureRelay } from './src/relay.ts'

/** The tables, by the word that asks for them alone. */
const tables = {
  relay: { title: 'Relay: browser ⇄ bff ⇄ device, recorded and reviewed', measure: measureRelay },
  'check-ins': {
    title: 'Check-ins: heartbeat and three changed values, acknowledged after commit',
    measure: measureCheckIns,
  },
  deeds: { title: 'Deeds and the events they write, until each has its place in the log', measure: measureDeeds },
  fleet: { title: 'The fleet list, p95, and who can see a device', measure: measureFleet },
  audit: { title: 'The audit log as it is read, p95', measure: measureLog },
  proof: { title: 'The audit log, checked offline', measure: measureProof },
  pages: { title: 'JavaScript of the pages, compressed', measure: measurePages },
} as const satisfies Record<string, { title: string; measure: (say: (text: string) => void) => Promise<Line[]> }>

type TableName = keyof typeof tables
const isTable = (word: string): word is TableName => word in tables

const results = fileURLToPath(new URL('../bench-results.json', import.meta.url))
const say = (text: string): void => console.error(`  … ${text}`)

/** How many processes wanted to run in the last minute. */
const load = (): number => Number((loadavg()[0] ?? 0).toFixed(2))

const main = async (): Promise<number> => {
  const asked = process.argv.slice(2)
  const unknown = asked.find((word) => !isTable(word))
  if (unknown !== undefined) {
    console.error(`There is no table "${unknown}": ${Object.keys(tables).join(', ')}`)
    return 2
  }
  const [model] = cpus()
  const machine = {
    cores: cpus().length,
    processor: model?.model.trim() ?? 'unknown',
    system: `${process.platform} ${release()}`,
    node: process.version,
  }
  const busy = load()
  console.log(`${machine.cores} cores, ${machine.processor}, Node ${machine.node}, load ${busy} before the start`)
  if (busy > 0.5) console.log('Others are at work on this machine: read the ratios, and those with a grain of salt.')

  const measured: Partial<Record<TableName, { load: { before: number; after: number }; lines: Line[] }>> = {}
  const failed: string[] = []
  for (const name of (asked.length > 0 ? asked : Object.keys(tables)) as TableName[]) {
    const { title, measure } = tables[name]
    try {
      const before = load()
      const lines = await measure(say)
      measured[name] = { load: { before, after: load() }, lines }
      printTable(title, lines)
    } catch (error) {
      failed.push(name)
      console.error(`\n${title}\n  could not be measured:`, error)
    }
  }
  await writeFile(results, `${JSON.stringify({ at: new Date().toISOString(), machine, tables: measured }, null, 2)}\n`)
  return failed.length > 0 ? 1 : 0
}

// An exit, so that the database that was started for a table ends with us.
process.once('SIGINT', () => process.exit(130))
process.exit(await main())
