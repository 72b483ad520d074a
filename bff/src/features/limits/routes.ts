import { activityNames } from '@gatehouse/shared/activities'
import { granted } from '@gatehouse/shared/decide'
import { underLimits } from '@gatehouse/shared/limits'
import type { LimitsView } from '@gatehouse/shared/views/limits'
import { Hono } from 'hono'
import type { Actor } from '../../kernel/actor.ts'
import { self } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { customerNames } from '../customers/door.ts'
import { limitOfReached, type Reached } from './rules.ts'
import { stateOf } from './state.ts'

/** Whether it keeps this person from something, or is his to put right. */
const concerns = (actor: Actor, one: Reached): boolean => {
  if (one.customerId !== null && actor.customerId !== null && actor.customerId !== one.customerId) return false
  if (granted(actor, 'staff.edit', { kind: 'maker' })) return true
  if (!limitOfReached(one)) return false
  if (one.customerId !== null && !granted(actor, 'customer.view', { kind: 'customer', customerId: one.customerId }))
    return false
  const waits = activityNames.filter((name) => underLimits[name] === 'waits')
  return actor.grants.some(({ activities }) => waits.some((name) => activities.includes(name)))
}

/** What is at its limit, for those whom it concerns. */
export const limitsRoom = new Hono<RoomEnv>().get(
  '/limits',
  self('what nobody may begin now, as far as it concerns oneself', { whileViewing: 'seen' }),
  async (c) => {
    const { house, actor } = c.var
    const reached = stateOf(house).reached.filter((one) => concerns(actor, one))
    const names = await customerNames(
      house.db,
      reached.flatMap(({ customerId }) => customerId ?? []),
    )
    const limits = reached.map((one) => ({
      kind: one.kind,
      since: one.since,
      says: one.says,
      stops: limitOfReached(one) !== undefined,
      customer: one.customerId === null ? null : { id: one.customerId, name: names.get(one.customerId) ?? '' },
    }))
    return c.json({ limits } satisfies LimitsView)
  },
)
