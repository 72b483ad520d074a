import { and, eq, isNull } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change } from '../../kernel/change.ts'
import { holdRights } from '../../kernel/database/rights-lock.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { refuseActionsOf } from '../actions/door.ts'
import { forgetFactors } from '../factors/door.ts'
import { groupMember } from '../groups/tables.ts'
import { voidTokens } from '../invitations/door.ts'
import { endSessionsOfPerson } from '../sessions/door.ts'
import { endSignInsOf } from '../sign-in/door.ts'
import { keepingAdministrators } from './administrators.ts'
import { whyNotTouch } from './rules.ts'
import { peopleHint } from './signals.ts'
import type { PersonRow } from './store.ts'
import { person } from './tables.ts'

const about = ({ id, customerId, customerName }: PersonRow) => ({ personId: id, customerId, customerName })

const cutOff = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  await endSessionsOfPerson(house, them.id, 'rights_changed')
  await endSignInsOf(house, them.id, byPerson(actor), 'disabled')
  await refuseActionsOf(house, them.id)
}

/** Shuts a person out, at once and until it is undone. */
export const disablePerson = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  const why = whyNotTouch(actor, them)
  if (why) throw new Refused(why)
  await change(house, byPerson(actor), 'person.disabled', (tx) =>
    keepingAdministrators(tx, them.customerId, async () => {
      await holdRights(tx, them.id, 'to change them')
      const changed = await tx
        .update(person)
        .set({ disabledAt: house.clock.now() })
        .where(and(eq(person.id, them.id), isNull(person.disabledAt)))
        .returning({ id: person.id })
      if (changed.length === 0) throw new Refused('wrong_state', { state: 'disabled' })
      return { result: undefined, fields: { name: them.name }, about: about(them), signals: [peopleHint(them)] }
    }),
  )
  await cutOff(house, actor, them)
}

/** Signs a person out of every browser, and ends his remote sessions; he may sign in again. */
export const signPersonOut = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  const why = whyNotTouch(actor, them)
  if (why) throw new Refused(why)
  await change(house, byPerson(actor), 'person.signed_out', async () => ({
    result: undefined,
    fields: { name: them.name },
    about: about(them),
  }))
  await endSessionsOfPerson(house, them.id, 'signed_out')
  await endSignInsOf(house, them.id, byPerson(actor), 'administrator')
}

/** Lets a disabled person in again. */
export const enablePerson = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  const why = whyNotTouch(actor, them)
  if (why) throw new Refused(why)
  await change(house, byPerson(actor), 'person.enabled', async (tx) => {
    await tx.update(person).set({ disabledAt: null }).where(eq(person.id, them.id))
    return { result: undefined, fields: { name: them.name }, about: about(them), signals: [peopleHint(them)] }
  })
}

/** Removes a person for good: the account is never used again, the log keeps the name. */
export const removePerson = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  const why = whyNotTouch(actor, them)
  if (why) throw new Refused(why)
  const now = house.clock.now()
  await change(house, byPerson(actor), 'person.removed', (tx) =>
    keepingAdministrators(tx, them.customerId, async () => {
      await holdRights(tx, them.id, 'to change them')
      const changed = await tx
        .update(person)
        .set({ removedAt: now, disabledAt: now, passwordHash: '' })
        .where(and(eq(person.id, them.id), isNull(person.removedAt)))
        .returning({ id: person.id })
      if (changed.length === 0) throw new Refused('wrong_state', { state: 'removed' })
      await tx.delete(groupMember).where(eq(groupMember.personId, them.id))
      await forgetFactors(tx, them.id)
      await voidTokens(tx, them.id, ['invite', 'reset', 'forgotten', 'address'], now)
      return { result: undefined, fields: { name: them.name }, about: about(them), signals: [peopleHint(them)] }
    }),
  )
  await cutOff(house, actor, them)
}
