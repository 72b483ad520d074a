import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Embedded, startEmbedded } from '@gatehouse/bff/kernel/database/embedded'
import { migrate } from '@gatehouse/bff/kernel/database/migrate'
import { deriveFrom } from '@gatehouse/bff/kernel/keys'
import { testSecret } from '@gatehouse/bff/testing/cluster'
import postgres from 'postgres'
import { fillFleet } from './rows.ts'
import type { FleetPlace } from './size.ts'

/** Raised when `rows.ts` makes something else: what was made before is then made anew. */
const edition = 4

/** For the minutes of filling alone: whatever a crash leaves is thrown away. */
export const whileFilling = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '1GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
}

const markOf = ({ dataDir }: FleetPlace): string => join(dataDir, 'fleet.json')

/** Whether the fleet is there, whole and of this edition. */
export const isMade = async (place: FleetPlace): Promise<boolean> => {
  if (!existsSync(markOf(place))) return false
  const mark = JSON.parse(await readFile(markOf(place), 'utf8')) as { edition?: number; devices?: number }
  return mark.edition === edition && mark.devices === place.devices
}

const fill = async ({ ownerUrl }: Embedded, devices: number, say: (line: string) => void): Promise<void> => {
  const appPassword = deriveFrom(testSecret, 'database role').toString('base64url')
  await migrate(ownerUrl, { appPassword, log: say })
  const sql = postgres(ownerUrl, { max: 1, max_lifetime: null, onnotice: () => undefined })
  try {
    await fillFleet(sql, devices, say)
    say('tidying up and looking at what there is (vacuum, analyze)')
    await sql`vacuum (analyze)`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Makes the fleet of a place, unless it is there already; minutes for a million devices. */
export const seedFleet = async (place: FleetPlace, say: (line: string) => void): Promise<void> => {
  const size = place.devices.toLocaleString('en-GB')
  if (await isMade(place)) return say(`${size} devices are there already: ${place.dataDir}`)
  const from = performance.now()
  await rm(place.dataDir, { recursive: true, force: true })
  await mkdir(place.dataDir, { recursive: true })
  say(`making ${size} devices in ${place.dataDir}`)
  const server = await startEmbedded({ dataDir: place.dataDir, log: say, settings: whileFilling })
  try {
    await fill(server, place.devices, say)
  } finally {
    await server.stop()
  }
  await writeFile(markOf(place), `${JSON.stringify({ edition, devices: place.devices })}\n`)
  say(`${size} devices, made in ${((performance.now() - from) / 1_000).toFixed(0)} s`)
}
