import { inject } from 'vitest'
import type { Persona } from '../demo/people.ts'
import type { Seeded } from '../demo/seed.ts'
import { readSettings } from '../env.ts'
import { type MovableClock, movableClock } from '../kernel/clock.ts'
import type { House } from '../kernel/house.ts'
import { openHouse } from '../main.ts'
import { cloneDatabase, neverBehind, temporaryFolder, testSecret } from './cluster.ts'
import { seedForTests } from './seed.ts'
import { signedInAt, type Visitor, visitorOf } from './visitor.ts'

export type { Answer, Visitor } from './visitor.ts'
export { signedInAt, visitorOf } from './visitor.ts'

/** A house of a test's own: real server, real PostgreSQL, a clock that can be moved. */
export interface TestHouse {
  house: House
  url: string
  /** `ws://…` of the same server. */
  wsUrl: string
  clock: MovableClock
  /** Owner of the schema: for what the application may not do. */
  ownerUrl: string
  seeded: Seeded
  nobody: Visitor
  /** A demo person, newly signed in. */
  as(who: Persona): Promise<Visitor>
  close(): Promise<void>
}

/** Opens a house on a copy of the template database, with the demonstration in it, at `start` (ms). Close it in `afterAll`. */
export const openTestHouse = async (
  environment: Record<string, string> = {},
  start: number = Date.now(),
): Promise<TestHouse> => {
  const [database, folder] = await Promise.all([cloneDatabase(inject('testCluster')), temporaryFolder('house')])
  const clock = movableClock(start)
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: 'silent',
    // However full the disk of whoever runs the tests is.
    GATEHOUSE_DISK_WARNS_AT: '100',
    GATEHOUSE_DISK_STOPS_AT: '100',
    ...environment,
  })
  settings.lag = neverBehind
  const opened = await openHouse(settings, { clock })
  const seeded = await seedForTests(opened.house)
  return {
    house: opened.house,
    url: opened.url,
    wsUrl: opened.url.replace('http', 'ws'),
    clock,
    ownerUrl: database.ownerUrl,
    seeded,
    nobody: visitorOf(opened.url),
    as: (who) => signedInAt(opened.url, who),
    close: async () => {
      await opened.close()
      await database.drop()
      await folder.remove()
    },
  }
}
