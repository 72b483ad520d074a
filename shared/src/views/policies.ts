import type { Activity } from '../activities.ts'
import type { Explanation, Opening } from '../policies/answer.ts'
import type { PolicyLevelKind, PolicyRules, Rule } from '../policies/policy.ts'
import type { May, Named } from './basics.ts'
import type { ReachedDevice } from './groups.ts'

export interface PolicyView {
  customer: Named
  version: number
  levels: {
    level: PolicyLevelKind
    levelId: string
    name: string
    rules: PolicyRules
    /** Where a device stands, so that what it takes over from above can be told; `null` for the other levels. */
    device: { siteId: string; modelId: string } | null
  }[]
  /** Devices that hold the newest version, of all that are enrolled. */
  confirmed: { devices: number; of: number }
  /** Whom rules can speak of; `null` for whoever may neither change the policy nor see the people. */
  people: {
    /** Who answers requests, for some devices or (`everywhere`) for all. */
    approvers: (Named & { everywhere: boolean })[]
    /** How many may watch sessions. */
    watchers: number
    groups: Named[]
    /** By id, of those on a ladder. */
    names: Record<string, string>
  } | null
  may: { edit: May }
}

/** One change of a policy. */
export interface PolicyVersionView {
  /** The version that it made. */
  version: number
  at: number
  by: string
  level: PolicyLevelKind
  levelId: string
  name: string
  /** In words. */
  change: string
  before: PolicyRules
  after: PolicyRules
}

/** Those of the maker's people about whom somebody of a customer may ask its policy. */
export interface StaffKnown {
  rows: Named[]
}

/** What became of the rules of a policy from one of its versions to a later one. */
export interface PolicyComparison {
  from: number
  to: number
  /** Levels whose rules differ, with their names as they were. */
  levels: {
    level: PolicyLevelKind
    levelId: string
    name: string
    before: PolicyRules
    after: PolicyRules
  }[]
}

/** People whom a change of a policy touches; the maker's are only counted for whoever may not see them. */
export interface TouchedPeople {
  maker: number
  own: number
  sample: (Named & { company: string })[]
}

/** What would come of a change of rules, were it saved now. */
export interface PolicyPreview {
  /** Devices for which something changes, of those that the level is about; a `sample` of those that the asker may see. */
  devices: { of: number; changed: number; sample: ReachedDevice[] }
  /** Per activity whose rules differ: for how many devices something changes, and in which direction (both, for some). */
  activities: { activity: Activity; devices: number; more: number; less: number }[]
  people: {
    /** Whose groups let them do something that changes, on a device for which it does. */
    touched: TouchedPeople
    /** The customer's people who will be asked where nobody was asked before. */
    asked: TouchedPeople
  }
}

/** Why somebody may or may not, and which level of the policy says so. */
export interface ExplainView {
  activity: Activity
  person: Named
  /** The moment it is answered for: now, or the one that was asked for. */
  at: number
  verdict: May
  /** Whether a grant of this person covers it, whatever the policy says. */
  granted: boolean
  /** `null` where the activity asks no policy. */
  policy:
    | (Explanation & {
        /** IANA name of the site's zone, by whose clock windows open. */
        zone: string
        /** The next five; the one that is open comes first. */
        openings: Opening[]
        /** The rule that decides; `null` where none does, and for whoever may not see the policy. */
        rule: Rule | null
        /** Where it stands; as `rule`. */
        by: { level: PolicyLevelKind; levelId: string; name: string } | null
      })
    | null
}
