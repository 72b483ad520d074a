import type { Rest } from './cast.ts'
import type { GatheredBatch } from './gathering.ts'

/** What the thread that writes recordings is asked for. The batch lies in shared memory until it is written. */
export interface ScribeOrder {
  id: number
  folder: string
  part: number
  /** First line of the first part. */
  header: string | undefined
  batch: GatheredBatch
  rest: Rest
}

/** It answers twice: when a part is written, and when it would outlive a loss of power. */
export type ScribeAnswer =
  | { id: number; kind: 'written'; bytes: number; hash: string; rest: Rest }
  | { id: number; kind: 'synced' }
  | { id: number; kind: 'failed'; because: string }
