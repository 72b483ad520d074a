import type { Batch, Rest } from './cast.ts'

/** What the thread that writes recordings is asked for. The bytes of the batch are handed over. */
export interface ScribeOrder {
  id: number
  folder: string
  part: number
  /** First line of the first part. */
  header: string | undefined
  batch: Batch
  rest: Rest
}

/** It answers twice: when a part is written, and when it would outlive a loss of power. */
export type ScribeAnswer =
  | { id: number; kind: 'written'; bytes: number; hash: string; rest: Rest }
  | { id: number; kind: 'synced' }
  | { id: number; kind: 'failed'; because: string }
