import type { Grant } from '@gatehouse/shared/decide'
import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import { type SignInMethod, signInMethods } from '@gatehouse/shared/sign-in/methods'
import { eq } from 'drizzle-orm'
import { type Actor, type By, byPerson } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { holdRights } from '../../kernel/database/rights-lock.ts'
import { forEach } from '../../kernel/each.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House, Job } from '../../kernel/house.ts'
import { hashOf } from '../../kernel/ids.ts'
import { waysOf, whyMustHave } from '../factors/door.ts'
import { grantsOf } from '../groups/door.ts'
import { mayBeAt, noteFrom } from '../networks/door.ts'
import { passwordDueAt } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { endSessionsOfSignIn } from '../sessions/door.ts'
import { endViewingUnder, seenAs } from '../viewing/door.ts'
import { forgetSignIn, readSignIn, readSignInOf, renewSignIn, type Standing } from './lucia.ts'
import { whyOver } from './rules.ts'
import { accountById, customerOf, noteGestureAt, overdueSignIns, rememberSignIn, signInsOf } from './store.ts'
import { signIn } from './tables.ts'

// What the links in mails need: they choose passwords, and nobody signs in by them.
export { evenly } from './evenly.ts'
export { proven, whyUnfit } from './own-password.ts'
export { hashPassword } from './passwords.ts'
export { retirePassword } from './store.ts'

const words = {
  idle: 'inactive for 20 minutes',
  too_long: 'signed in for 12 hours',
  unproven: 'the second factor was not shown in time',
  asked: 'asked to',
  elsewhere: 'ended by its owner from another browser',
  administrator: 'signed out by an administrator',
  disabled: 'the account was disabled',
  password: 'the password was changed',
  factor: 'a second factor was removed',
  replaced: 'somebody signed in anew in the same browser',
  networks: 'it was outside the networks that were chosen',
} as const

/** How the sessions of a sign-in end with it, where it was not simply signed out. */
const causes: Partial<Record<keyof typeof words, SessionCause>> = {
  idle: 'idle',
  disabled: 'rights_changed',
  networks: 'network',
}

const secondFactorOf = async (
  house: House,
  known: Standing,
  account: { customerId: string | null; demandsFactor: boolean },
  grants: readonly Grant[],
): Promise<Actor['secondFactor']> => {
  if (known.provenAt !== null && known.method !== 'password') return 'shown'
  // Who had none may have set one up since, in another browser: this one has shown the password only.
  const { passkey, code } = await waysOf(house.db, known.personId)
  if (passkey || code) return 'owed'
  // Who had no need of one may have got it since: by his groups, or by his customer.
  const must = whyMustHave({ ...account, grants }, account.demandsFactor) !== null
  return known.provenAt === null || must ? 'to_set_up' : 'not_needed'
}

/** Where a sign-in was last let in. */
const lastPlace = (known: Standing): string => known.lastFromAddress ?? known.fromAddress

type Holder = { actor: Actor } | { over: 'idle' | 'signed_out' | 'rights_changed' }

const judge = async (house: House, known: Standing | null, from: string | null): Promise<Holder> => {
  const now = house.clock.now()
  if (!known) return { over: 'signed_out' }
  const why = whyOver(known, now)
  if (why) return { over: why === 'idle' ? 'idle' : 'signed_out' }
  const at = from ?? lastPlace(known)
  const [account, grants, letIn] = await Promise.all([
    accountById(house.db, known.personId),
    grantsOf(house.db, known.personId),
    mayBeAt(house.db, known.personId, at),
  ])
  if (!account) return { over: 'rights_changed' }
  return {
    actor: {
      id: account.id,
      name: account.name,
      email: account.email,
      customerId: account.customerId,
      customerName: account.customerName,
      company: account.customerName ?? house.settings.maker,
      networkRefused: !letIn,
      passwordDue: now >= passwordDueAt(account),
      secondFactor: await secondFactorOf(house, known, account, grants),
      provenAt: known.provenAt ?? 0,
      passwordAt: known.passwordAt,
      renewalDue: known.renewalDue,
      grants,
      signInId: known.handle,
      from: at,
    },
  }
}

/**
 * The person who signed in under this id, or why that is over; for what outlives a request, like a stream. `from` is
 * where he is; `null` where nobody is there to be seen: then it is where he was last let in.
 */
export const holderOf = async (house: House, signInId: string, from: string | null): Promise<Holder> =>
  judge(house, await readSignInOf(house.db, signInId), from)

/** The person behind a token, as long as his sign-in lives; or whom he looks as. */
export const actorOf = async (house: House, token: string | undefined, from: string): Promise<Actor | null> => {
  if (!token) return null
  const known = await readSignIn(house.db, hashOf(token))
  const holder = await judge(house, known, from)
  if (!known || !('actor' in holder)) return null
  // What only listens says nothing of where he works; and a socket that is gone already has no address.
  if (!holder.actor.networkRefused && from !== '' && from !== lastPlace(known))
    await noteFrom(house.db, known.handle, from)
  return seenAs(house, holder.actor)
}

/** The same of a sign-in, whatever has become of the token it was begun with. */
export const actorUnder = async (house: House, signInId: string, from: string): Promise<Actor | null> => {
  const holder = await holderOf(house, signInId, from)
  return 'actor' in holder ? seenAs(house, holder.actor) : null
}

/**
 * A person as he is judged for what goes on without him, by his account and his rights as they are now; `null` where he
 * may no longer sign in. What only somebody at a browser can show counts as shown: he showed it when he asked.
 */
export const standingOf = async (house: House, personId: string): Promise<Actor | null> => {
  const [account, grants] = await Promise.all([accountById(house.db, personId), grantsOf(house.db, personId)])
  if (!account) return null
  const { id, name, email, customerId, customerName } = account
  return {
    id,
    name,
    email,
    customerId,
    customerName,
    company: customerName ?? house.settings.maker,
    networkRefused: false,
    passwordDue: false,
    secondFactor: 'shown',
    provenAt: 0,
    passwordAt: 0,
    renewalDue: false,
    grants,
    signInId: '',
    from: '',
  }
}

/** Holds a person's account until the transaction ends: what he changes about himself happens one by one. */
export const holdPerson = (tx: Tx, personId: string): Promise<unknown> =>
  tx.select({ id: person.id }).from(person).where(eq(person.id, personId)).for('no key update')

/** Strengthens the sign-in under which a factor was set up; returns the token that replaces its own. */
export const beProven = async (house: House, tx: Tx, actor: Actor, method: SignInMethod): Promise<string> => {
  const now = house.clock.now()
  const token = await renewSignIn(tx, actor.signInId, { method, provenAt: now })
  if (!token) throw new Refused('not_signed_in')
  if (actor.secondFactor !== 'to_set_up') return token
  await rememberSignIn(tx, actor.id, { at: now, from: actor.from, method })
  const succeeded = {
    by: byPerson(actor),
    event: 'sign_in.succeeded' as const,
    fields: { method: signInMethods[method] },
  }
  await append(tx, now, [entry({ ...succeeded, about: await customerOf(tx, actor.id) })])
  return token
}

/** Says of a sign-in that it stands by the password alone: its owner has no second factor any more. */
export const weaken = async (tx: Tx, actor: Actor): Promise<void> => {
  await tx.update(signIn).set({ method: 'password' }).where(eq(signIn.handle, actor.signInId))
}

/** Forgets every sign-in of a person, for the command on the server: what runs under one ends with its next review. */
export const forgetSignInsOf = (tx: Tx, personId: string): Promise<unknown> =>
  tx.delete(signIn).where(eq(signIn.userId, personId))

/**
 * Orders new tokens for every sign-in of a person: his rights are about to change. Work that leaves by the rights he had
 * has left before, or is judged by those he gets.
 */
export const orderRenewal = async (tx: Tx, personId: string): Promise<void> => {
  await holdRights(tx, personId, 'to change them')
  await tx.update(signIn).set({ renewalDue: true }).where(eq(signIn.userId, personId))
}

/** Holds a sign-in until the transaction ends, so that it cannot be forgotten meanwhile; false where it has been. */
export const holdSignIn = async (
  tx: Tx,
  signInId: string,
  strength: 'key share' | 'update' = 'key share',
): Promise<boolean> => {
  const rows = await tx.select({ handle: signIn.handle }).from(signIn).where(eq(signIn.handle, signInId)).for(strength)
  return rows.length > 0
}

/** Ends one sign-in: its sessions first, then its cookie; one event. */
export const endSignIn = async (
  house: House,
  one: { id: string; personId: string },
  by: By,
  because: keyof typeof words,
): Promise<void> => {
  await endViewingUnder(house, one.id, by, words[because])
  await endSessionsOfSignIn(house, one.id, causes[because] ?? 'signed_out')
  const about = { personId: one.personId, ...(await customerOf(house.db, one.personId)) }
  await house.db.transaction(async (tx) => {
    // Of two that end it at once one finds it, and one event is written.
    if (!(await holdSignIn(tx, one.id, 'update'))) return
    await forgetSignIn(tx, one.id)
    await append(tx, house.clock.now(), [
      entry({ by, event: 'sign_in.ended', fields: { because: words[because] }, about }),
    ])
  })
  house.bus.publish({ kind: 'person', personId: one.personId })
}

/** Ends every sign-in of a person but `except`. */
export const endSignInsOf = async (
  house: House,
  personId: string,
  by: By,
  because: keyof typeof words,
  except?: string,
): Promise<void> => {
  for (const one of await signInsOf(house.db, personId))
    if (one.handle !== except) await endSignIn(house, { id: one.handle, personId }, by, because)
}

/** What a person did counts for the idle clock: typing into a live session calls this. */
export const noteGesture = (house: House, signInId: string, at: number): Promise<unknown> =>
  noteGestureAt(house.db, signInId, at)

/** Ends what is over by the idle or the absolute clock. */
export const endOverdueSignIns: Job = {
  name: 'sign-ins that are over',
  everySeconds: 1,
  run: async (house) => {
    const now = house.clock.now()
    await forEach(
      house,
      await overdueSignIns(house.db, now),
      ({ userId }) => ({ personId: userId }),
      async (one) => {
        const account = await accountById(house.db, one.userId)
        const by: By = {
          kind: 'person',
          id: one.userId,
          name: account?.name ?? 'Somebody',
          company: account ? (account.customerName ?? house.settings.maker) : '',
          from: null,
        }
        await endSignIn(house, { id: one.handle, personId: one.userId }, by, whyOver(one, now) ?? 'idle')
      },
    )
  },
}
