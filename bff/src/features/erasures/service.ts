import { and, eq, inArray } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { mailOfAsked, mailToStandIn } from './mails.ts'
import { lapses, waits, whyNotAsk, whyNotConfirm, whyNotStop } from './rules.ts'
import { administratorsOf, couldConfirm, isIndependent, standIns } from './standing.ts'
import type { Erasable, ErasureRow } from './store.ts'
import { auditErasure, erasure } from './tables.ts'

const hint = { kind: 'hint', hint: { about: 'people' } } as const
const signalsOf = (customerId: string | null) => [{ ...hint, ...(customerId !== null && { customerId }) }]

const aboutOf = (row: { personId: string; customerId: string | null }, customerName: string | null) => ({
  personId: row.personId,
  customerId: row.customerId,
  customerName,
})

/** Asks for the erasing of a person; everybody who could confirm it is told. Its id. */
export const askErasure = (house: House, actor: Actor, them: Erasable, reason: string): Promise<string> =>
  change(house, byPerson(actor), 'erasure.asked', async (tx) => {
    const { id: personId, customerId, customerName } = them
    const administrators = await administratorsOf(tx, customerId)
    const why = whyNotAsk(actor, personId, { customerId, administrators })
    if (why) throw new Refused(why)
    const now = house.clock.now()
    const id = newId()
    const row = { id, customerId, personId, reason, state: 'asked' as const, askedBy: actor.id, askedAt: now }
    const [mine] = await tx.insert(erasure).values(row).onConflictDoNothing().returning()
    if (!mine) throw new Refused('already_exists')
    for (const { id: other, email } of administrators)
      if (other !== actor.id && other !== personId) await queueMail(tx, mailOfAsked(house, email, customerId), now)
    // Nobody else of the customer's could: who would of the maker's has to hear of it.
    if (customerName !== null && (await couldConfirm(tx, mine, administrators)).length === 0)
      for (const { id: other, email } of await standIns(house, customerId))
        if (other !== actor.id) await queueMail(tx, mailToStandIn(house, email, { customerId, customerName }), now)
    return {
      result: id,
      fields: { person: personId, erasure: id, reason },
      about: aboutOf(row, customerName),
      signals: signalsOf(customerId),
    }
  })

const locked = async (tx: Tx, id: string): Promise<ErasureRow> => {
  const [row] = await tx.select().from(erasure).where(eq(erasure.id, id)).for('update')
  if (!row) throw new Refused('not_found')
  return row
}

/** The second yes, of somebody else; from now on it waits for its time. */
export const confirmErasure = (house: House, actor: Actor, id: string, customerName: string | null): Promise<void> =>
  change(house, byPerson(actor), 'erasure.confirmed', async (tx) => {
    const row = await locked(tx, id)
    const { customerId, personId, askedBy } = row
    const administrators = await couldConfirm(tx, row, await administratorsOf(tx, customerId))
    const why = whyNotConfirm(actor, row, { customerId, administrators })
    if (why) throw new Refused(why, { state: row.state })
    if (!(await isIndependent(tx, actor.id, row))) throw new Refused('not_independent')
    const now = house.clock.now()
    if (row.askedAt + lapses <= now) throw new Refused('wrong_state', { state: 'lapsed' })
    // The database puts it off until its own clock has gone on by as much.
    const [waiting] = await tx
      .update(erasure)
      .set({ state: 'confirmed', confirmedBy: actor.id, confirmedAt: now, beginsAt: now + waits })
      .where(eq(erasure.id, id))
      .returning({ beginsAt: erasure.beginsAt })
    const beginsAt = waiting?.beginsAt ?? now + waits
    // Not the row above: what the database believes cannot be changed any more.
    await tx
      .insert(auditErasure)
      .values({ erasureId: id, customerId, personId, askedBy, confirmedBy: actor.id, beginsAt })
    return {
      result: undefined,
      fields: { person: personId, erasure: id, hours: waits / 3_600_000 },
      about: aboutOf(row, customerName),
      signals: signalsOf(customerId),
    }
  })

/** Stops it, before it has begun. */
export const stopErasure = (house: House, actor: Actor, id: string, customerName: string | null): Promise<void> =>
  change(house, byPerson(actor), 'erasure.stopped', async (tx) => {
    const row = await locked(tx, id)
    const why = whyNotStop(row)
    if (why) throw new Refused(why, { state: row.state })
    await tx
      .update(erasure)
      .set({ state: 'stopped', stoppedBy: actor.id, endedAt: house.clock.now() })
      .where(and(eq(erasure.id, id), inArray(erasure.state, ['asked', 'confirmed'])))
    return {
      result: undefined,
      fields: { person: row.personId, erasure: id },
      about: aboutOf(row, customerName),
      signals: signalsOf(row.customerId),
    }
  })
