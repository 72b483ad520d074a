import type { May, Named, Page } from './basics.ts'

/** Stands in the log in the place of a word that was erased. */
export const erasedWord = '(erased)'

export type ErasureState = 'asked' | 'confirmed' | 'running' | 'done' | 'stopped' | 'lapsed'

/** What was asked to be erased of one person. */
export interface ErasureView {
  id: string
  state: ErasureState
  /** Once it is done the name is no longer known here. */
  person: Named
  reason: string
  askedBy: string
  askedAt: number
  confirmedBy: string | null
  confirmedAt: number | null
  /** From when on it is done, where nobody stops it before. */
  beginsAt: number | null
  stoppedBy: string | null
  endedAt: number | null
  /** Events of which words were erased so far, and rows elsewhere. */
  events: number
  rows: number
  /** True where nobody of the customer's could give the second yes: then one of the maker's does. */
  needsMaker: boolean
  may: { confirm: May; stop: May }
}

/** A page of what was asked to be erased at a company, the newest first. */
export interface ErasuresView extends Page<ErasureView> {
  /** How long after the second yes it waits, hours. */
  waitHours: number
  may: { ask: May }
}
