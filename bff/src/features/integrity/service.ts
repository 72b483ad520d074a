import { entryNumber, type FaultSide } from '@gatehouse/shared/audit-faults'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { mailOfExplanation } from './alarm.ts'
import { logHint } from './faults.ts'
import type { KnownLog } from './log.ts'
import type { FaultRow } from './store.ts'
import { auditExplanation } from './tables.ts'

/** For which side somebody explains. */
export const sideOf = (actor: Pick<Actor, 'customerId'>): FaultSide =>
  actor.customerId === null ? 'maker' : 'customer'

/**
 * Writes down what a fault was, as one side says: that ends its reminders, and not the other side's, who is told. Once; the
 * fault itself stays.
 */
export const explainFault = (
  house: House,
  actor: Actor,
  log: KnownLog,
  fault: FaultRow,
  reason: string,
): Promise<void> =>
  change(house, byPerson(actor), 'log.explained', async (tx) => {
    const side = sideOf(actor)
    const now = house.clock.now()
    const [mine] = await tx
      .insert(auditExplanation)
      .values({ faultId: fault.id, tree: log.tree, side, at: now, personId: actor.id, reason })
      .onConflictDoNothing()
      .returning()
    if (!mine) throw new Refused('already_decided')
    await mailOfExplanation(house, tx, { log, fault, side, by: actor, reason })
    const fields = { customer: log.name, entry: entryNumber(fault.seq), reason }
    return {
      result: undefined,
      fields,
      about: log.about,
      // What stands in the customer's log stands in the maker's as well, as the fault does.
      also: log.customerId === null ? [] : [entry({ by: byPerson(actor), event: 'log.explained', fields })],
      signals: [logHint(log.tree)],
    }
  })
