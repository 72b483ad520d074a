import type { Named } from './basics.ts'

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
  /** Of how many more devices nothing is told here. */
  otherDevices: number
  /** The reasons in the words of the log, the newest first. */
  purposes: string[]
}

/** Who looked, from one moment to another. */
export interface LooksView {
  from: number
  to: number
  /** False where there were more looks than are counted here: the newest are. */
  whole: boolean
  people: LookerView[]
}
