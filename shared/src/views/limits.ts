import type { Named } from './basics.ts'

/** Something at its limit, as it is told on every page to those it concerns. */
export interface LimitView {
  kind: 'log' | 'disk_full' | 'disk_filling' | 'copy'
  /** Since when, ms since the epoch. */
  since: number
  /** What it is, in a few words. */
  says: string
  /** True where nothing new may be begun because of it. */
  stops: boolean
  /** Whose log it is, where it stops this customer alone. */
  customer: Named | null
}

export interface LimitsView {
  limits: LimitView[]
}
