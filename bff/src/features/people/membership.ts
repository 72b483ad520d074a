import type { Actor } from '../../kernel/actor.ts'
import { append } from '../../kernel/audit/append.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { changeMembership } from '../groups/door.ts'
import { orderRenewal } from '../sign-in/door.ts'
import { whyNotTouch } from './rules.ts'
import { peopleHint } from './signals.ts'
import type { PersonRow } from './store.ts'

/** Puts a person into groups and takes him out of others; it holds from his next move on, in open pages as well. */
export const changeGroupsOf = async (
  house: House,
  actor: Actor,
  them: PersonRow,
  given: { add: readonly string[]; remove: readonly string[] },
): Promise<void> => {
  const why = whyNotTouch(actor, them)
  if (why) throw new Refused(why)
  // Taking somebody out goes on whatever the log or the disk is like.
  const limit = given.add.length > 0 ? house.access.limit(them.customerId) : undefined
  if (limit) throw new Refused(limit.because, { since: limit.since })
  const about = { personId: them.id, customerId: them.customerId, customerName: them.customerName }
  await house.db.transaction(async (tx) => {
    const events = await changeMembership(tx, actor, { ...them, about }, given)
    await append(tx, house.clock.now(), events)
    await orderRenewal(tx, them.id)
  })
  house.bus.publish({ kind: 'person', personId: them.id })
  house.bus.publish({ kind: 'hint', hint: { about: 'rights' }, personId: them.id })
  house.bus.publish(peopleHint(them))
}
