import { z } from 'zod'
import { readJson, writeJson } from '../home.ts'

/** Gives out the numbers of messages; none comes twice, even when the agent is killed between two. */
export interface Sequence {
  next(): number
  /** The highest number given out, at least. */
  highest(): number
  /** Everything up to `number` counts as used. */
  skipTo(number: number): void
}

/** Numbers are reserved on disk in blocks of so many: a crash costs a gap, never a repetition. */
const block = 1_000

/** The numbers of the home whose sequence file is `path`, none of them at or below `floor`. */
export const openSequence = (path: string, floor: number): Sequence => {
  let reserved = Math.max(readJson(path, z.object({ reserved: z.number().int().min(0) }))?.reserved ?? 0, floor)
  let last = reserved
  return {
    next: () => {
      if (last >= reserved) {
        writeJson(path, { reserved: last + block })
        reserved = last + block
      }
      last += 1
      return last
    },
    highest: () => last,
    skipTo: (number) => {
      if (number <= last) return
      writeJson(path, { reserved: number })
      last = reserved = number
    },
  }
}
