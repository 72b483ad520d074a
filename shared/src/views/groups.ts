import type { Activity } from '../activities.ts'
import type { Scope } from '../decide.ts'
import type { May, Named } from './basics.ts'

export interface GroupView extends Named {
  customer: Named | null
  people: number
  /** `scopeNames`: what the scope lists, by name and in its order. */
  grants: { activities: Activity[]; scope: Scope; scopeNames: string[]; scopeSays: string }[]
  /** Rises with every change, so that two who edit at once do not undo each other. */
  version: number
  /** Whether one may put others into it, change what it grants, and remove it. */
  may: { assign: May; edit: May }
}

/** A device in a sample of what a group reaches. */
export interface ReachedDevice extends Named {
  serial: string
  site: string
  customer: string
}

/** What a group would mean if it were saved as it stands, and what that changes. */
export interface GroupPreview {
  /** Devices that at least one of its grants reaches, now and if it is saved; a `sample` of those that the asker may see. */
  devices: { before: number; after: number; sample: ReachedDevice[] }
  /** Per activity that changes: on how many devices (customers, the maker) it is gained and lost. */
  changes: { activity: Activity; gained: number; lost: number }[]
  people: { count: number; sample: Named[] }
  may: { save: May }
}
