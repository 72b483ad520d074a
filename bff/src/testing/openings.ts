import postgres, { type Sql } from 'postgres'
import type { Persona } from '../demo/people.ts'
import { type Stage, stageOf } from './deeds/stage.ts'
import type { DeviceClient } from './device-client.ts'
import { enrolled } from './devices.ts'
import { openTestHouse, type TestHouse, type Visitor } from './house.ts'
import { type Rows, rowsOf } from './rows.ts'
import { seedStories } from './stories.ts'

/** A house with a stage on which every deed can be prepared. */
export interface Staged {
  h: TestHouse
  s: Stage
  close(): Promise<void>
}

/** Opens a house and its stage; close it in `afterAll`. */
export const openStage = async (): Promise<Staged> => {
  const h = await openTestHouse()
  const s = stageOf(h)
  return {
    h,
    s,
    close: async () => {
      await s.close()
      await h.close()
    },
  }
}

/** A stage whose database its test counts and takes apart. */
export interface Watched extends Staged {
  /** Counts of rows, by table. */
  rows: Rows
  /** The database with its owner's rights. */
  owner: Sql
  /** Ids of something of every kind, by the names that paths use. */
  ours: Record<string, string>
}

/** Opens a stage with something of every kind on it, and `most` connections as the owner of its database. */
export const openWatchedStage = async (most = 1): Promise<Watched> => {
  const { h, s, close } = await openStage()
  const rows = await rowsOf(h.ownerUrl)
  const owner = postgres(h.ownerUrl, { max: most, onnotice: () => undefined })
  return {
    h,
    s,
    rows,
    owner,
    ours: await seedStories(h),
    close: async () => {
      await rows.close()
      await owner.end()
      await close()
    },
  }
}

/** A house in which a device of the demonstration is enrolled, and somebody who looks at it. */
export const openEnrolled = async (
  name: string,
  who: Persona = 'technician',
): Promise<{ h: TestHouse; device: DeviceClient; technician: Visitor }> => {
  const h = await openTestHouse()
  return { h, device: await enrolled(h, name), technician: await h.as(who) }
}
