import { eq, sql } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change, note } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { hashOf } from '../../kernel/ids.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { endSignInsOf } from './door.ts'
import { startSignIn } from './lucia.ts'
import { checkNobody, hashPassword, isPassword, unfit } from './passwords.ts'
import { noteTry, tooManyTries } from './store.ts'

/** Signs a person in with address and password; returns the cookie's token. Every refusal looks the same. */
export const signInWithPassword = async (
  house: House,
  given: { email: string; password: string },
  seen: { from: string; userAgent: string },
): Promise<string> => {
  const now = house.clock.now()
  const accountHash = hashOf(given.email.trim().toLowerCase())
  if (await tooManyTries(house.db, accountHash, seen.from, now)) throw new Refused('too_many_tries')
  const [row] = await house.db
    .select({ person, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(sql`lower(${person.email}) = ${given.email.trim().toLowerCase()} and ${person.removedAt} is null`)
  const account = row?.person
  const right = account
    ? await isPassword(house.keys, account.passwordHash, given.password)
    : await checkNobody(house.keys, given.password).then(() => false)
  const by = {
    kind: 'person' as const,
    id: account?.id ?? null,
    name: account?.name ?? 'Somebody',
    company: account ? (row.customerName ?? house.settings.maker) : '',
    from: seen.from,
  }
  const tried = { at: now, accountHash, fromAddress: seen.from }
  if (!account || !right || account.disabledAt !== null) {
    await noteTry(house.db, { ...tried, outcome: 'failed' })
    if (account)
      await house.db
        .update(person)
        .set({ lastFailureAt: now, lastFailureFrom: seen.from })
        .where(eq(person.id, account.id))
    // What was typed is named only where it is an address we know: else it may be a password in the wrong field.
    const email = account ? account.email : 'an unknown address'
    const because = !account ? 'no such account' : right ? 'the account is disabled' : 'wrong password'
    await note(house, [
      entry({
        by,
        event: 'sign_in.refused',
        fields: { email, because },
        about: { customerId: account?.customerId },
        outcome: 'refused',
      }),
    ])
    throw new Refused('wrong_sign_in', { privately: because })
  }
  return change(house, by, 'sign_in.succeeded', async (tx) => {
    const token = await startSignIn(tx, account.id, {
      startedAt: now,
      lastGestureAt: now,
      fromAddress: seen.from,
      userAgent: seen.userAgent,
    })
    await noteTry(tx, { ...tried, outcome: 'succeeded' })
    await tx
      .update(person)
      .set({
        previousSignInAt: account.lastSignInAt,
        previousSignInFrom: account.lastSignInFrom,
        lastSignInAt: now,
        lastSignInFrom: seen.from,
      })
      .where(eq(person.id, account.id))
    return { result: token, fields: {}, about: { customerId: account.customerId, customerName: row.customerName } }
  })
}

/** Changes the password of whoever asks; his other sign-ins end. Returns the token of a new sign-in. */
export const changePassword = async (
  house: House,
  actor: Actor,
  given: { present: string; next: string },
  userAgent: string,
): Promise<string> => {
  const [account] = await house.db.select().from(person).where(eq(person.id, actor.id))
  if (!account || !(await isPassword(house.keys, account.passwordHash, given.present)))
    throw new Refused('password_wrong')
  const why = unfit(given.next, { email: account.email, name: account.name, present: given.present })
  if (why) throw new Refused('password_unfit', { fields: { next: why } })
  const passwordHash = await hashPassword(house.keys, given.next)
  const now = house.clock.now()
  await change(house, byPerson(actor), 'password.changed', async (tx) => {
    await tx
      .update(person)
      .set({ passwordHash, passwordChangedAt: now, passwordDue: false })
      .where(eq(person.id, actor.id))
    return { result: undefined, fields: {}, about: { customerId: actor.customerId, customerName: actor.customerName } }
  })
  await endSignInsOf(house, actor.id, byPerson(actor), 'password')
  return startSignIn(house.db, actor.id, { startedAt: now, lastGestureAt: now, fromAddress: actor.from, userAgent })
}
