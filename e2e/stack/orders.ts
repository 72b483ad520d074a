import type { Seeded } from '@gatehouse/bff/demo/seed'

/** What a stack says once it is up. */
export interface StackAddress {
  url: string
  seeded: Seeded
}

/** What its parent may tell it, a line of JSON each. */
export type StackOrder =
  | { do: 'advance'; ms: number }
  | { do: 'count reports' }
  | { do: 'alter'; tree: string; seq: number }
  | { do: 'disk stops at'; percent: number }
  | { do: 'close' }

/** What it answers to each. */
export interface StackDone {
  done: true
  /** Violations of the content security policy that browsers have reported since the start. */
  reports: number
}
