import { and, eq } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { voidTokens } from '../invitations/door.ts'
import { passwordDueAt } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { zoneOf } from '../profile/door.ts'
import { endSignInsOf } from './door.ts'
import { renewSignIn } from './lucia.ts'
import { mailOfChange } from './mails.ts'
import { proven, whyUnfit } from './own-password.ts'
import { hashPassword } from './passwords.ts'
import { passwordTurns } from './rules.ts'
import { retirePassword } from './store.ts'

type Account = typeof person.$inferSelect

const whyNot = async (house: House, actor: Actor, account: Account, given: Given): Promise<string | undefined> => {
  const now = house.clock.now()
  // Whoever has to change it may do so at once; else ten changes in a row would bring the old one back.
  if (now < account.passwordChangedAt + passwordTurns.leastAge && now < passwordDueAt(account))
    return 'A password stays for one day at least. Change it tomorrow, or ask an administrator.'
  return whyUnfit(house, { ...account, customerName: actor.customerName }, given.next, given.present)
}

interface Given {
  present: string
  next: string
}

/** Changes the password of whoever asks; his other sign-ins end. Returns the token that replaces his own. */
export const changePassword = async (house: House, actor: Actor, given: Given): Promise<string> => {
  const account = await proven(house, actor, given.present)
  const why = await whyNot(house, actor, account, given)
  if (why) throw new Refused('password_unfit', { fields: { next: why } })
  const passwordHash = await hashPassword(house.keys, given.next)
  const now = house.clock.now()
  const token = await change(house, byPerson(actor), 'password.changed', async (tx) => {
    const changed = await tx
      .update(person)
      .set({ passwordHash, passwordChangedAt: now, passwordDue: false })
      .where(and(eq(person.id, actor.id), eq(person.passwordHash, account.passwordHash)))
      .returning({ id: person.id })
    // Of two changes at once the second was judged by a password that is gone.
    if (changed.length === 0) throw new Refused('password_wrong')
    await retirePassword(tx, account.id, account.passwordHash, now)
    // A link that waits in a mailbox does not bring the account back to whoever reads it.
    await voidTokens(tx, account.id, ['reset', 'forgotten', 'address'], now)
    const zone = await zoneOf(tx, account.id)
    await queueMail(tx, mailOfChange(house, { ...account, zone }, actor.from), now)
    const renewed = await renewSignIn(tx, actor.signInId, { passwordAt: now })
    if (!renewed) throw new Refused('not_signed_in')
    return { result: renewed, fields: {}, about: { customerId: actor.customerId, customerName: actor.customerName } }
  })
  await endSignInsOf(house, actor.id, byPerson(actor), 'password', actor.signInId)
  return token
}
