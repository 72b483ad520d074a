import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change } from '../../kernel/change.ts'
import { minutes } from '../../kernel/clock.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { zoneOf } from '../profile/door.ts'
import { endViewing } from './door.ts'
import { mailOfViewing } from './mails.ts'
import { mayViewAs } from './rules.ts'
import { beginViewing, isUsable, type Viewed, viewingUnder } from './store.ts'

/** What whoever looks has to say. */
export interface Wanted {
  reason: string
  caseNumber: string
  minutes: number
}

/** Begins to look as a person of a customer: in the customer's log, with a mail to the person, and never for long. */
export const startViewing = async (house: House, actor: Actor, them: Viewed, wanted: Wanted): Promise<number> => {
  const { customerId, customerName } = them
  // Nobody of the maker is looked at, and nobody whom one may not see.
  if (!mayViewAs(actor, customerId)) throw new Refused('not_found')
  if (!isUsable(them)) throw new Refused('wrong_state')
  const now = house.clock.now()
  const until = now + minutes(wanted.minutes)
  const { reason, caseNumber } = wanted
  await change(house, byPerson(actor), 'viewing.started', async (tx) => {
    const row = { signInId: actor.signInId, customerId, personId: them.id, reason, caseNumber, startedAt: now, until }
    if (!(await beginViewing(tx, row))) throw new Refused('wrong_state')
    const zone = await zoneOf(tx, them.id)
    await queueMail(tx, mailOfViewing(house, { ...them, zone }, actor, { reason, caseNumber, until }), now)
    return {
      result: undefined,
      fields: { name: them.name, minutes: wanted.minutes, reason, case: caseNumber || 'none' },
      about: { personId: them.id, customerId, customerName },
      signals: [{ kind: 'person', personId: actor.id }],
    }
  })
  return until
}

/** Stops looking; nothing where it is over already. */
export const stopViewing = async (house: House, viewer: Actor): Promise<void> => {
  const row = await viewingUnder(house.db, viewer.signInId)
  if (row) await endViewing(house, row, { ...byPerson(viewer), name: `${viewer.name} as ${row.name}` }, 'stopped')
}
