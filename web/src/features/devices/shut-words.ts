import type { PolicyLevelKind } from '@gatehouse/shared/policies/policy'
import type { May } from '@gatehouse/shared/views/basics'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { dateTime, zoneName } from '../../kernel/format.ts'
import { shortly } from '../../ui/at-limit.ts'

/** A device as far as the rules reach that hold for it. */
export type Ruled = Pick<DeviceView, 'name' | 'customer' | 'site' | 'model'>

/** Whose rule it is, for one device: `the rule for the site Basel`. */
export const ruleAt = (level: PolicyLevelKind, { name, customer, site, model }: Ruled): string =>
  ({
    customer: `the rule for all devices of ${customer.name}`,
    site: `the rule for the site ${site.name}`,
    model: `the rule for the model ${model.name}`,
    device: `the rule for ${name} itself`,
  })[level]

/** A shut door with the rule that shuts it and the time at which it opens next, by the clock of the site. */
export const whyShut = (verdict: May, device: Ruled): May => {
  const may = shortly(verdict)
  if (may.ok) return may
  const { zone } = device.site
  const whose = may.level === undefined ? '' : ` So says ${ruleAt(may.level, device)}.`
  const next =
    may.nextAt === undefined ? '' : ` It opens on ${dateTime(may.nextAt, zone)} ${zoneName(may.nextAt, zone)}.`
  return { ...may, says: `${may.says}${whose}${next}` }
}
