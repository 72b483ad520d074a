import { and, eq, isNull } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { forgetFactors } from '../factors/door.ts'
import { isVoided, mailReset, voidTokens } from '../invitations/door.ts'
import { endSessionsOfPerson } from '../sessions/door.ts'
import { endSignInsOf, retirePassword } from '../sign-in/door.ts'
import { noPassword } from './invite.ts'
import { whyNotReset } from './rules.ts'
import type { PersonRow } from './store.ts'
import { person } from './tables.ts'

/**
 * Voids a person's password at once, ends all his sign-ins, and mails him a link by which he chooses another; with
 * `factors` also the second factors he has lost. Whoever starts it neither knows nor sets anything: without the mailbox
 * nobody comes in by it.
 */
export const startReset = async (house: House, actor: Actor, them: PersonRow, factors = false): Promise<void> => {
  const why = whyNotReset(actor, them)
  if (why) throw new Refused(why)
  const passwordHash = await noPassword(house)
  await change(house, byPerson(actor), 'person.reset_started', async (tx) => {
    const now = house.clock.now()
    const [present] = await tx
      .select({ passwordHash: person.passwordHash })
      .from(person)
      .where(and(eq(person.id, them.id), isNull(person.disabledAt), isNull(person.removedAt), isNull(person.invitedAt)))
      .for('update')
    if (!present) throw new Refused('wrong_state')
    await tx.update(person).set({ passwordHash }).where(eq(person.id, them.id))
    if (!(await isVoided(tx, them.id))) await retirePassword(tx, them.id, present.passwordHash, now)
    await voidTokens(tx, them.id, ['forgotten', 'address'], now)
    await mailReset(house, tx, actor, them)
    const fields = { name: them.name }
    const about = { personId: them.id, customerId: them.customerId, customerName: them.customerName }
    if (factors) await forgetFactors(tx, them.id)
    const also = factors ? [entry({ by: byPerson(actor), event: 'person.factors_removed', fields, about })] : []
    return { result: undefined, fields, about, also }
  })
  await endSessionsOfPerson(house, them.id, 'signed_out')
  await endSignInsOf(house, them.id, byPerson(actor), 'password')
}
