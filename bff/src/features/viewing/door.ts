import type { Actor, By } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { grantsOf } from '../groups/door.ts'
import { whyViewingOver } from './rules.ts'
import { allViewings, forgetViewing, isUsable, type ViewingRow, viewerOf, viewingUnder } from './store.ts'

export { mayViewAs } from './rules.ts'

/**
 * As whom somebody is to be treated who is signed in as `own`: as the person whom he looks at, or as himself. The proofs
 * of who he is, and what he owes, stay his own.
 */
export const seenAs = async (house: House, own: Actor): Promise<Actor> => {
  // For all others not even the database is asked.
  const may = own.customerId === null && own.grants.some((one) => one.activities.includes('person.view_as'))
  const row = may ? await viewingUnder(house.db, own.signInId) : undefined
  if (!row || whyViewingOver(own, row, isUsable(row), house.clock.now())) return own
  return {
    ...own,
    id: row.personId,
    name: row.name,
    email: row.email,
    customerId: row.customerId,
    customerName: row.customerName,
    company: row.customerName,
    grants: await grantsOf(house.db, row.personId),
    viewing: {
      by: own,
      reason: row.reason,
      caseNumber: row.caseNumber,
      startedAt: row.startedAt,
      until: row.until,
    },
  }
}

/** Ends it, whoever does so first: one event in the customer's log. */
export const endViewing = async (house: House, row: ViewingRow, by: By, because: string): Promise<void> => {
  const ended = await house.db.transaction(async (tx) => {
    if (!(await forgetViewing(tx, row.signInId))) return false
    const about = { personId: row.personId, customerId: row.customerId, customerName: row.customerName }
    const fields = { name: row.name, because }
    await append(tx, house.clock.now(), [entry({ by, event: 'viewing.ended', fields, about })])
    return true
  })
  // Pages that are open look again as whom they are open.
  if (ended) house.bus.publish({ kind: 'person', personId: row.viewerId })
}

/** Ends what is looked at under a sign-in that ends itself. */
export const endViewingUnder = async (house: House, signInId: string, by: By, because: string): Promise<void> => {
  const row = await viewingUnder(house.db, signInId)
  if (row) await endViewing(house, row, { ...by, name: `${by.name} as ${row.name}` }, because)
}

/** Ends what is over: by its time, with the right of who looks, or with the account that is looked at. */
export const endOverdueViewings: Job = {
  name: 'looking as somebody else',
  everySeconds: 1,
  run: async (house) => {
    const now = house.clock.now()
    await forEach(
      house,
      await allViewings(house.db),
      ({ viewerId }) => ({ viewerId }),
      async (row) => {
        const viewer = await viewerOf(house.db, row.viewerId)
        const grants = await grantsOf(house.db, row.viewerId)
        const because = whyViewingOver({ customerId: viewer.customerId, grants }, row, isUsable(row), now)
        const company = viewer.customerName ?? house.settings.maker
        const by: By = { kind: 'person', id: row.viewerId, name: `${viewer.name} as ${row.name}`, company, from: null }
        if (because) await endViewing(house, row, by, because)
      },
    )
  },
}
