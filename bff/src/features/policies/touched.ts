import type { Activity } from '@gatehouse/shared/activities'
import { mightWiden } from '@gatehouse/shared/policies/answer'
import {
  deciding,
  type PolicyLevel,
  type PolicyLevelKind,
  type PolicyRules,
  plainRule,
  type Rule,
  sameRule,
} from '@gatehouse/shared/policies/policy'

/** What a level of a policy says, and about what. */
export interface Speaking {
  level: PolicyLevelKind
  levelId: string
  rules: PolicyRules
}

/** Where devices stand that are all alike to a policy; `deviceId` where it is the only one, with rules of its own. */
export interface Spot {
  siteId: string
  modelId: string
  deviceId: string | null
  /** IANA name of the site's zone. */
  zone: string
}

/** The levels that speak about the devices of a spot. */
const levelsAt = (levels: readonly Speaking[], spot: Spot): PolicyLevel[] => {
  const at: Record<PolicyLevelKind, (levelId: string) => boolean> = {
    customer: () => true,
    site: (id) => id === spot.siteId,
    model: (id) => id === spot.modelId,
    device: (id) => id === spot.deviceId,
  }
  return levels
    .filter(({ level, levelId }) => at[level](levelId))
    .map(({ level, rules }) => ({ level, rules, zone: spot.zone }))
}

const free = plainRule('always')

const asks = (rule: Rule | undefined) => rule !== undefined && (rule.inside === 'ask' || rule.outside === 'ask')

/** What another policy changes for the devices of a spot; `undefined` where it is nothing. */
export interface SpotChange {
  /** At some time it might let more through, or less. */
  more: boolean
  less: boolean
  /** Somebody is asked where nobody was asked before. */
  nowAsks: boolean
}

/** What becomes of one activity on the devices of a spot when the policy `before` is replaced by `after`. */
export const changeFor = (
  before: readonly Speaking[],
  after: readonly Speaking[],
  spot: Spot,
  activity: Activity,
): SpotChange | undefined => {
  const [was, is] = [levelsAt(before, spot), levelsAt(after, spot)]
  const [had, has] = [deciding(was, activity)?.rule, deciding(is, activity)?.rule]
  if (sameRule(had, has)) return undefined
  // Where nothing speaks about looking, nothing has to be said; and nobody is asked for a yes.
  if (activity === 'device.view') {
    const [from, to] = [was, is].map((levels) => [
      { level: 'customer' as const, zone: spot.zone, rules: { [activity]: deciding(levels, activity)?.rule ?? free } },
    ])
    if (!from || !to) return undefined
    return { more: mightWiden(from, to, activity), less: mightWiden(to, from, activity), nowAsks: false }
  }
  return {
    more: mightWiden(was, is, activity),
    less: mightWiden(is, was, activity),
    nowAsks: asks(has) && !asks(had),
  }
}
