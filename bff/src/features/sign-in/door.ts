import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import { eq } from 'drizzle-orm'
import type { Actor, By } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House, Job } from '../../kernel/house.ts'
import { hashOf } from '../../kernel/ids.ts'
import { grantsOf } from '../groups/door.ts'
import { passwordDueAt } from '../people/door.ts'
import { endSessionsOfSignIn } from '../sessions/door.ts'
import { absoluteLife, forgetSignIn, readSignIn } from './lucia.ts'
import { idleLife, whyOver } from './rules.ts'
import { accountById, customerOf, noteGestureAt, overdueSignIns, signInsOf } from './store.ts'
import { signIn } from './tables.ts'

// What the links in mails need: they choose passwords, and nobody signs in by them.
export { evenly } from './evenly.ts'
export { proven, whyUnfit } from './own-password.ts'
export { hashPassword } from './passwords.ts'
export { retirePassword } from './store.ts'

const words = {
  idle: 'inactive for 20 minutes',
  too_long: 'signed in for 12 hours',
  asked: 'asked to',
  elsewhere: 'ended by its owner from another browser',
  administrator: 'signed out by an administrator',
  disabled: 'the account was disabled',
  password: 'the password was changed',
} as const

/** The person who signed in under this id, or why that is over; for what outlives a request, like a stream. */
export const holderOf = async (
  house: House,
  signInId: string,
  from: string,
): Promise<{ actor: Actor } | { over: 'idle' | 'signed_out' | 'rights_changed' }> => {
  const now = house.clock.now()
  const known = await readSignIn(house.db, signInId)
  if (!known) return { over: 'signed_out' }
  const why = whyOver(known, now)
  if (why) return { over: why === 'idle' ? 'idle' : 'signed_out' }
  const [account, grants] = await Promise.all([
    accountById(house.db, known.personId),
    grantsOf(house.db, known.personId),
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
      passwordDue: now >= passwordDueAt(account),
      grants,
      signInId: known.id,
      from,
    },
  }
}

/** The person behind a token, as long as his sign-in lives. */
export const actorOf = async (house: House, token: string | undefined, from: string): Promise<Actor | null> => {
  if (!token) return null
  const holder = await holderOf(house, hashOf(token), from)
  return 'actor' in holder ? holder.actor : null
}

/** Holds a sign-in until the transaction ends, so that it cannot be forgotten meanwhile; false where it has been. */
export const holdSignIn = async (
  tx: Tx,
  signInId: string,
  strength: 'key share' | 'update' = 'key share',
): Promise<boolean> => {
  const rows = await tx.select({ id: signIn.id }).from(signIn).where(eq(signIn.id, signInId)).for(strength)
  return rows.length > 0
}

/** Ends one sign-in: its sessions first, then its cookie; one event. */
export const endSignIn = async (
  house: House,
  one: { id: string; personId: string },
  by: By,
  because: keyof typeof words,
): Promise<void> => {
  const cause: SessionCause = because === 'idle' ? 'idle' : because === 'disabled' ? 'rights_changed' : 'signed_out'
  await endSessionsOfSignIn(house, one.id, cause)
  const about = await customerOf(house.db, one.personId)
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
    if (one.id !== except) await endSignIn(house, { id: one.id, personId }, by, because)
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
    for (const one of await overdueSignIns(house.db, now - idleLife, now - absoluteLife)) {
      const account = await accountById(house.db, one.userId)
      const by: By = {
        kind: 'person',
        id: one.userId,
        name: account?.name ?? 'Somebody',
        company: account ? (account.customerName ?? house.settings.maker) : '',
        from: null,
      }
      await endSignIn(house, { id: one.id, personId: one.userId }, by, whyOver(one, now) ?? 'idle')
    }
  },
}
