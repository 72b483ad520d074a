import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change } from '../../kernel/change.ts'
import { orTaken, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId, newToken } from '../../kernel/ids.ts'
import { groupsToHandOut } from '../groups/door.ts'
import { groupMember } from '../groups/tables.ts'
import { mailInvitation, voidTokens } from '../invitations/door.ts'
import { hashPassword } from '../sign-in/door.ts'
import { whyNotInvite } from './rules.ts'
import { peopleHint } from './signals.ts'
import type { PersonRow } from './store.ts'
import { person } from './tables.ts'

/** Where somebody is invited to: a customer, or the maker for `null`. */
export interface Company {
  customerId: string | null
  customerName: string | null
}

const taken = orTaken({ person_email: { field: 'email', says: 'That address has an account here already.' } })

const aboutPerson = ({ id, customerId, customerName }: PersonRow) => ({ personId: id, customerId, customerName })

/** A hash that no password opens and that takes as long to check as any other. */
export const noPassword = (house: House): Promise<string> => hashPassword(house.keys, newToken())

/** Adds a person who chooses his password himself, by a link in a mail; returns the new id. */
export const invitePerson = async (
  house: House,
  actor: Actor,
  at: Company,
  given: { name: string; email: string; groups: readonly string[] },
): Promise<string> => {
  const passwordHash = await noPassword(house)
  return change(house, byPerson(actor), 'person.invited', async (tx) => {
    const now = house.clock.now()
    const groups = await groupsToHandOut(tx, actor, at.customerId, given.groups)
    const them = { id: newId(), name: given.name, email: given.email }
    await tx
      .insert(person)
      .values({
        ...them,
        customerId: at.customerId,
        passwordHash,
        passwordChangedAt: now,
        invitedAt: now,
        createdAt: now,
      })
      .catch(taken)
    if (groups.length > 0)
      await tx.insert(groupMember).values(groups.map((one) => ({ groupId: one.id, personId: them.id })))
    await mailInvitation(house, tx, actor, them)
    return {
      result: them.id,
      fields: { name: them.name, groups: groups.map((one) => one.name).join(', ') || 'no group' },
      about: { ...at, personId: them.id },
      signals: [peopleHint(at)],
    }
  })
}

/** Mails a new link to somebody who has not accepted yet; the one before is void. */
export const inviteAgain = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  const why = whyNotInvite(actor, them)
  if (why) throw new Refused(why)
  await change(house, byPerson(actor), 'person.invited_again', async (tx) => {
    const waiting = await tx
      .update(person)
      .set({ invitedAt: house.clock.now() })
      .where(and(eq(person.id, them.id), isNotNull(person.invitedAt), isNull(person.removedAt)))
      .returning({ id: person.id })
    if (waiting.length === 0) throw new Refused('wrong_state')
    await mailInvitation(house, tx, actor, them)
    return { result: undefined, fields: { name: them.name }, about: aboutPerson(them), signals: [peopleHint(them)] }
  })
}

/** Takes an invitation back: the link is void, and the account is closed as if its person were removed. */
export const withdrawInvitation = async (house: House, actor: Actor, them: PersonRow): Promise<void> => {
  const why = whyNotInvite(actor, them)
  if (why) throw new Refused(why)
  const now = house.clock.now()
  await change(house, byPerson(actor), 'person.invitation_withdrawn', async (tx) => {
    const gone = await tx
      .update(person)
      .set({ removedAt: now, disabledAt: now })
      .where(and(eq(person.id, them.id), isNotNull(person.invitedAt), isNull(person.removedAt)))
      .returning({ id: person.id })
    if (gone.length === 0) throw new Refused('wrong_state')
    await tx.delete(groupMember).where(eq(groupMember.personId, them.id))
    await voidTokens(tx, them.id, ['invite'], now)
    return { result: undefined, fields: { name: them.name }, about: aboutPerson(them), signals: [peopleHint(them)] }
  })
}
