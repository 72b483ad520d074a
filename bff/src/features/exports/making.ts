import { setTimeout as wait } from 'node:timers/promises'
import { seconds } from '../../kernel/clock.ts'
import type { House } from '../../kernel/house.ts'
import type { Writing } from './files.ts'
import { type Contents, isSettled, type Watch } from './reading.ts'
import { type ExportRow, limits } from './rules.ts'

/** What an export is made with. */
export interface Making {
  house: House
  row: ExportRow
  file: Writing
  watch: Watch
  contents: Contents
  /** Says how far it is; throws `LeftOff` where nobody wants it any longer. */
  progress(done: number): Promise<void>
}

/** A moment in which others work. */
export const pause = (): Promise<void> => wait(100)

/** What came of it. */
export interface Made {
  count: number
  /** When the oldest of its events was, ms; `null` where there are none. */
  first: number | null
}

/** Waits until all that was there when it was asked for has its place in the log; false where that takes too long. */
export const settled = async ({ house, row, progress }: Making): Promise<boolean> => {
  const until = house.clock.now() + (row.tree === null ? seconds(5) : limits.settles)
  while (!(await isSettled(house.db, row.id, row.tree))) {
    if (house.clock.now() >= until) return false
    await progress(0)
    await pause()
  }
  return true
}
