import type { PolicyRules } from '@gatehouse/shared/policies/policy'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { raiseOrders } from '../devices/door.ts'
import { namesOnLadder } from '../groups/door.ts'
import { idsOnLadders, policyChange, whyNotLadders, whyNotRules } from './rules.ts'
import { type KnownLevel, keepVersion, policyVersion, rulesOf, writeRules } from './store.ts'

/** Puts the rules of one level in place, if the policy still stands at `seen`; it holds for the next decision. */
export const changePolicy = async (
  house: House,
  actor: Actor,
  at: KnownLevel,
  seen: number,
  rules: PolicyRules,
): Promise<void> => {
  const fields = whyNotRules(rules)
  if (Object.keys(fields).length > 0) throw new Refused('invalid_input', { fields })
  const { customerId, level, levelId } = at
  await change(house, byPerson(actor), 'policy.changed', async (tx) => {
    const version = await policyVersion(tx, customerId, true)
    if (version !== seen) throw new Refused('changed_meanwhile', { state: String(version) })
    const before = await rulesOf(tx, { customerId, level, levelId })
    const unknown = whyNotLadders(before, rules, await namesOnLadder(tx, customerId, idsOnLadders(rules)))
    if (Object.keys(unknown).length > 0) throw new Refused('invalid_input', { fields: unknown })
    const now = house.clock.now()
    await writeRules(tx, { customerId, level, levelId, rules }, now)
    await keepVersion(tx, at, { version: version + 1, by: actor, before, after: rules }, now)
    const deliveries = await raiseOrders(tx, { customerId })
    return {
      result: undefined,
      fields: { level: `${level} ${at.levelName}`, change: policyChange(before, rules) },
      about: { ...at.about, ...(level === 'site' && { siteId: levelId }) },
      signals: [
        { kind: 'policy', customerId },
        { kind: 'hint', hint: { about: 'policy', customerId }, customerId },
        ...deliveries,
      ],
    }
  })
}
