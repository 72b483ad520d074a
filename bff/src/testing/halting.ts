import { promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'

/** Where a program that is to be killed stands still, in the middle of what it does outside the database. */
export type Halt =
  /** A segment of the copy of the log is written to its half. */
  | 'in a segment'
  /** That an export was removed is committed, and its file is there. */
  | 'before a file is removed'

const still = (where: Halt): Promise<never> => {
  process.stdout.write(`stands still ${where}\n`)
  return new Promise(() => undefined)
}

/** From here on this program stands still where it is told to; nothing else changes. */
export const haltAt = (wanted: readonly string[]): void => {
  const { open, rm } = promises
  if (wanted.includes('in a segment' satisfies Halt))
    promises.open = async (path, ...how) => {
      const file = await open(path, ...how)
      if (!String(path).endsWith('.segment')) return file
      const { writeFile } = file
      file.writeFile = async (text) => {
        await writeFile.call(file, String(text).slice(0, String(text).length / 2))
        await still('in a segment')
      }
      return file
    }
  if (wanted.includes('before a file is removed' satisfies Halt))
    promises.rm = async (path, how) => {
      if (/\/exports\/[^/]+$/.test(String(path)) && !basename(String(path)).endsWith('.part'))
        await still('before a file is removed')
      return rm(path, how)
    }
  syncBuiltinESMExports()
}
