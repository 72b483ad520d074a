import { activities, activityNames } from '@gatehouse/shared/activities'
import { decide, targetOf } from '@gatehouse/shared/decide'
import { explain } from '@gatehouse/shared/policies/answer'
import { PolicyRules, policyLevelKinds } from '@gatehouse/shared/policies/policy'
import type { ExplainView, PolicyView } from '@gatehouse/shared/views/views'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, asMay, type Finder } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { type KnownCustomer, theCustomer } from '../customers/door.ts'
import { theDevice } from '../devices/door.ts'
import { changePolicy } from './service.ts'
import { confirmedOf, type KnownLevel, levelName, namedLevels, policyVersion } from './store.ts'

const theLevel: Finder<KnownLevel> = async (house, c) => {
  const of = await theCustomer(house, c)
  const level = policyLevelKinds.find((one) => one === c.req.param('level'))
  const levelId = c.req.param('levelId') ?? ''
  if (!of || !level || !isUuid(levelId)) return undefined
  const name = await levelName(house.db, of.customerId, level, levelId)
  return name === undefined ? undefined : { ...of, level, levelId, levelName: name }
}

const Change = z.strictObject({ rules: PolicyRules, version: z.number().int().min(1) })
const Question = z.object({ activity: z.enum(activityNames) })

const present = async (house: House, actor: Actor, of: KnownCustomer): Promise<PolicyView> => {
  const [version, levels, confirmed] = await Promise.all([
    policyVersion(house.db, of.customerId),
    namedLevels(house.db, of.customerId),
    confirmedOf(house.db, of.customerId),
  ])
  const nothing = { policy: [], approvals: [] }
  return {
    customer: { id: of.customerId, name: of.name },
    version,
    levels,
    confirmed,
    may: { edit: asMay(decide(actor, 'policy.edit', of, nothing, house.clock.now())) },
  }
}

/** What customers allow. */
export const policiesRoom = new Hono<RoomEnv>()
  .get('/customers/:customerId/policy', allow('policy.view', theCustomer), async (c) =>
    c.json(await present(c.var.house, c.var.actor, c.var.target)),
  )
  .put(
    '/customers/:customerId/policy/:level/:levelId',
    allow('policy.edit', theLevel),
    validated('json', Change),
    async (c) => {
      const { house, actor, target } = c.var
      const { rules, version } = c.req.valid('json')
      await changePolicy(house, actor, target, version, rules)
      return c.json({ version: version + 1 })
    },
  )
  .get('/devices/:deviceId/explain', allow('device.view', theDevice), validated('query', Question), async (c) => {
    const { house, actor, target } = c.var
    const { activity } = c.req.valid('query')
    const facts = await house.access.facts(actor, target)
    const now = house.clock.now()
    const view: ExplainView = {
      activity,
      verdict: asMay(decide(actor, activity, targetOf(activity, target), facts, now)),
      policy: activities[activity].touchesDevice ? explain(facts.policy, activity, now) : null,
    }
    return c.json(view)
  })
