import type { Named, Page } from './basics.ts'

/** Somebody of the maker who looked at data of a customer. */
export interface LookerView {
  /** `null` where the log names nobody in particular. */
  id: string | null
  name: string
  company: string
  looks: number
  lastAt: number
  /** The devices looked at, the newest first. */
  devices: Named[]
  /** The reasons in the words of the log, the newest first. */
  purposes: string[]
}

/** Who looked, from one moment to another: a page counts the looks before those of the page before it, of whomever. */
export interface LooksView extends Page<LookerView> {
  from: number
  to: number
  /** The oldest look that is counted; `null` where there is none. */
  since: number | null
  /** Customers whose looks are left out as long as whoever reads has not said what for. */
  withheld: Named[]
}
