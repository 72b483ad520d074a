import type { May, Named } from './basics.ts'

export interface SiteView extends Named {
  zone: string
  address: string
  /** Those one may see. */
  devices: number
}

export interface CustomerView extends Named {
  sites: SiteView[]
  /** Those one may see. */
  devices: number
  /** `null` for whoever may not see the people. */
  people: number | null
  /** True where all its people sign in with a second factor, and not only who approves. */
  demandsFactor: boolean
  may: { edit: May; rename: May; addDevice: May; editPolicy: May; viewPolicy: May; viewPeople: May; editPeople: May }
}

export interface CustomerRow extends Named {
  sites: number
  /** Those one may see. */
  devices: number
}
