import type { Activity } from '@gatehouse/shared/activities'
import type { AuditEventName, AuditFields, AuditOutcome } from '@gatehouse/shared/audit-events'
import type { By } from './actor.ts'
import { type About, append, type Entry, entry } from './audit/append.ts'
import type { Signal } from './bus.ts'
import type { Tx } from './database/connect.ts'
import { Refused } from './errors.ts'
import type { House } from './house.ts'

/** What a deed gives back beside its result. */
export interface Deed<E extends AuditEventName, T> {
  result: T
  fields: AuditFields<E>
  about?: About
  outcome?: AuditOutcome
  /** Further events of the same transaction. */
  also?: readonly Entry[]
  /** Told to the house after the commit. */
  signals?: readonly Signal[]
}

/** A deed and its event commit together: no event, no deed. Signals go out only after the commit. */
export const change = async <E extends AuditEventName, T>(
  house: House,
  by: By,
  event: E,
  deed: (tx: Tx) => Promise<Deed<E, T>>,
): Promise<T> => {
  const done = await house.db.transaction(async (tx) => {
    const one = await deed(tx)
    const own = entry({ by, event, fields: one.fields, about: one.about, outcome: one.outcome })
    await append(tx, house.clock.now(), [own, ...(one.also ?? [])])
    return one
  })
  for (const signal of done.signals ?? []) house.bus.publish(signal)
  return done.result
}

/** Writes events that have no deed beside them: refusals, and what was seen. */
export const note = (house: House, entries: readonly Entry[]): Promise<void> =>
  house.db.transaction((tx) => append(tx, house.clock.now(), entries))

/** Refusals that stand in the log already. */
const inTheLog = new WeakSet<Refused>()

/** Says of a refusal that an event of its own tells of it, so that the door does not tell it again. */
export const isLogged = (refused: Refused): Refused => {
  inTheLog.add(refused)
  return refused
}

/** Writes a refusal down, once, however many hands it passes through on its way out. */
export const noteRefusal = async (
  house: House,
  by: By,
  what: { activity: string; about?: About },
  refused: Refused,
): Promise<void> => {
  if (inTheLog.has(refused)) return
  const fields = { activity: what.activity, because: refused.code }
  await note(house, [entry({ by, event: 'access.refused', fields, about: what.about, outcome: 'refused' })])
  inTheLog.add(refused)
}

/**
 * Does a deed whose refusals are logged by itself: under another activity, or about more, than stand at its door, or
 * where what was typed tells of a try as well. Every other refusal behind a door is logged by the door.
 */
export const witnessed = async <T>(
  house: House,
  by: By,
  what: { activity: Activity; about?: About },
  deed: () => Promise<T>,
): Promise<T> => {
  try {
    return await deed()
  } catch (error) {
    if (error instanceof Refused) await noteRefusal(house, by, what, error)
    throw error
  }
}
