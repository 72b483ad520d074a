import type { ItemValue } from '../devices/declaration.ts'

export interface CurrentValue {
  key: string
  value: ItemValue
  /** The device's claimed time, and the server's. */
  at: number
  receivedAt: number
  /** Number of the device's message that brought it. */
  seq: number
}

export interface TrendView {
  key: string
  from: number
  to: number
  zone: string
  /** The last value before `from`, so that the line has a left edge. */
  before: [at: number, value: number] | null
  /** Samples by time; where thinned, each bucket's min and max. */
  points: [at: number, value: number][]
  thinned: boolean
  /** Longer silence than this (ms) is a gap and drawn as one. */
  gapAfter: number
}
