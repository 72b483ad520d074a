import { eq } from 'drizzle-orm'
import { type Actor, type By, byPerson, selfOf } from '../../kernel/actor.ts'
import { append, type Entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { person } from './tables.ts'

/** The name of a person whose data were erased. */
export const erasedName = 'Erased person'

/** Somebody as he may be remembered for longer than his request takes: by his id, called nothing. */
export type Remembered = Omit<Actor, 'name' | 'email' | 'viewing'>

/** What may be kept of whoever asks. */
export const remembered = (actor: Actor): Remembered => {
  const { name: _, email: __, viewing: ___, ...who } = selfOf(actor)
  return who
}

/** Who did it, called as he is called now: without a name and an address where he was erased meanwhile. */
const byNow = async (tx: Tx, who: Remembered): Promise<By> => {
  const [row] = await tx
    .select({ name: person.name, removedAt: person.removedAt })
    .from(person)
    .where(eq(person.id, who.id))
  const by = byPerson({ ...who, name: row?.name ?? erasedName, email: '' })
  // Whoever calls himself so is seen where he comes from.
  const erased = !row || (row.name === erasedName && row.removedAt !== null)
  return erased ? { ...by, from: null } : by
}

/**
 * Writes an event of somebody whose request is long over: who that is now is asked in the transaction that writes it. An
 * erasure waits far longer than one takes before it looks at the log for the last time.
 */
export const noteLater = (house: House, who: Remembered, said: (by: By) => Entry): Promise<void> =>
  house.db.transaction(async (tx) => append(tx, house.clock.now(), [said(await byNow(tx, who))]))
