import type { May, Named } from './basics.ts'

export interface NetworkView {
  /** Address and length: `192.0.2.0/24`. */
  cidr: string
  note: string
  addedBy: string
  addedAt: number
}

/** From where people may sign in; without networks from everywhere. */
export interface NetworksView {
  /** Whose people; `null` for the maker's. */
  customer: Named | null
  version: number
  networks: NetworkView[]
  /** Where whoever looks is now. */
  yourAddress: string
  /** Whether the list holds for whoever looks. */
  yours: boolean
  may: { edit: May }
}

/** What would come of a list, were it saved now. */
export interface NetworksPreview {
  /** The list as it would be kept. */
  networks: { cidr: string; note: string }[]
  yourAddress: string
  /** True where whoever asks would be signed out by it. */
  locksYouOut: boolean
  /** Signed in now, and put out: all of them counted, some of them named. */
  putOut: { people: number; some: (Named & { from: string[] })[] }
  /** Not signed in now; the last sign-in came from where it would be refused. */
  outside: { people: number; some: (Named & { from: string; at: number })[] }
}
