import { type SignInMethod, signInMethods } from '@gatehouse/shared/sign-in/methods'
import { and, eq, gt, sql } from 'drizzle-orm'
import { type Actor, type By, byPerson } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { change, isLogged, note } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { sourceOf } from '../../kernel/http/from.ts'
import { hashOf } from '../../kernel/ids.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { type Believed, believe, proofLimits, type Shown } from '../factors/door.ts'
import { zoneOf } from '../profile/door.ts'
import { renewSignIn } from './lucia.ts'
import { mailOfGuessing, mailOfRecovery } from './mails.ts'
import { proven } from './own-password.ts'
import { closeTry, openTry, rememberFailure, rememberSignIn } from './store.ts'
import { signInTry } from './tables.ts'

/** What somebody shows to prove who he is: a second factor, the password, or both. */
export interface Proof {
  shown?: Shown
  password?: string
}

const aboutOf = (actor: Actor) => ({ customerId: actor.customerId, customerName: actor.customerName })

/** Tries at the second factor are counted under a name of their own: they say nothing about the password. */
const tryAt = (actor: Actor) => ({ accountHash: hashOf(`factor ${actor.id}`), source: sourceOf(actor.from) })

/** How many answers of this account were wrong within each of the limits' times, the present one left out. */
const wrongOf = async (house: House, actor: Actor, tryId: string): Promise<readonly number[]> => {
  const now = house.clock.now()
  const [row] = await house.db
    .select({
      wrong: sql<number[]>`array[${sql.join(
        proofLimits.map(({ within }) => sql`count(*) filter (where ${signInTry.at} > ${now - within})`),
        sql`, `,
      )}]::int[]`,
    })
    .from(signInTry)
    .where(
      and(
        eq(signInTry.accountHash, tryAt(actor).accountHash),
        eq(signInTry.outcome, 'failed'),
        sql`${signInTry.id} <> ${tryId}`,
        gt(signInTry.at, now - Math.max(...proofLimits.map(({ within }) => within))),
      ),
    )
  return row?.wrong ?? []
}

const refuse = async (house: House, actor: Actor, shown: Shown, because: string): Promise<never> => {
  const method = shown.way === 'code' ? 'password_code' : 'password_passkey'
  await rememberFailure(house.db, actor.id, { at: house.clock.now(), from: actor.from, method })
  const fields = { because }
  await note(house, [
    entry({ by: byPerson(actor), event: 'sign_in.proof_refused', fields, about: aboutOf(actor), outcome: 'refused' }),
  ])
  throw isLogged(new Refused('factor_wrong', { privately: because }))
}

/** At the first limit owner and security contact are told: whoever guesses has the password. */
const tellOfGuessing = (house: House, actor: Actor): Promise<void> =>
  house.db.transaction(async (tx) => {
    const now = house.clock.now()
    const reader = { ...actor, zone: await zoneOf(tx, actor.id) }
    await queueMail(tx, mailOfGuessing(house, reader, actor.email), now)
    const { securityContact } = house.settings
    if (securityContact) await queueMail(tx, mailOfGuessing(house, reader, securityContact), now)
    const fields = { email: actor.email, failures: proofLimits[0].failures }
    await append(tx, now, [
      entry({ by: byPerson(actor), event: 'sign_in.guessed', fields, about: aboutOf(actor), outcome: 'refused' }),
    ])
  })

/** Counts what was shown as a try: too many wrong ones are not looked at any more. */
const counted = async <T>(house: House, actor: Actor, shown: Shown, deed: () => Promise<T>): Promise<T> => {
  const tryId = await openTry(house.db, tryAt(actor), house.clock.now())
  const wrong = await wrongOf(house, actor, tryId)
  if (shown.way === 'code' && proofLimits.some((limit, at) => (wrong[at] ?? 0) >= limit.failures)) {
    await closeTry(house.db, tryId, 'limited')
    return refuse(house, actor, shown, 'too many tries')
  }
  try {
    const done = await deed()
    await closeTry(house.db, tryId, 'succeeded')
    return done
  } catch (thrown) {
    if (!(thrown instanceof Refused) || thrown.code !== 'factor_wrong') {
      await closeTry(house.db, tryId, 'limited')
      throw thrown
    }
    // It stands as failed already.
    if (wrong[0] === proofLimits[0].failures - 1) await tellOfGuessing(house, actor)
    return refuse(house, actor, shown, shown.way === 'code' ? 'wrong or used code' : 'not one of his passkeys')
  }
}

/** What a completed sign-in leaves behind: the profile's lines, and a source that is known from now on. */
const noteSignIn = async (tx: Tx, actor: Actor, method: SignInMethod, now: number): Promise<void> => {
  await rememberSignIn(tx, actor.id, { at: now, from: actor.from, method })
  const known = { accountHash: hashOf(actor.email.toLowerCase()), source: sourceOf(actor.from) }
  await closeTry(tx, await openTry(tx, known, now), 'succeeded')
}

const renewed = async (tx: Tx, actor: Actor, anew: Parameters<typeof renewSignIn>[2]): Promise<string> => {
  const token = await renewSignIn(tx, actor.signInId, anew)
  if (!token) throw new Refused('not_signed_in')
  return token
}

/** The events and mails that a used recovery code brings with it. */
const afterRecovery = async (house: House, tx: Tx, actor: Actor, by: By, { left }: Believed) => {
  if (left === undefined) return []
  const zone = await zoneOf(tx, actor.id)
  await queueMail(tx, mailOfRecovery(house, { ...actor, zone }, left), house.clock.now())
  return [entry({ by, event: 'factor.code_used', fields: { left }, about: aboutOf(actor) })]
}

/**
 * Proves who somebody is: completes a sign-in whose password was right, or freshens one that is complete. Returns the
 * token that replaces the one before. What was shown is used up with it; refused as `factor_wrong`.
 */
export const prove = async (house: House, actor: Actor, { shown, password }: Proof): Promise<string> => {
  const by = byPerson(actor)
  const about = aboutOf(actor)
  const now = house.clock.now()
  if (password !== undefined) await proven(house, actor, password)
  const passwordAt = password === undefined ? {} : { passwordAt: now }
  if (!shown) {
    if (password === undefined) throw new Refused('invalid_input')
    // The password alone proves enough only where there is no second factor and none is demanded.
    const anew = actor.secondFactor === 'not_needed' ? { ...passwordAt, provenAt: now } : passwordAt
    return change(house, by, 'sign_in.proven', async (tx) => {
      const token = await renewed(tx, actor, anew)
      return { result: token, fields: { method: signInMethods.password }, about }
    })
  }
  const completes = actor.secondFactor === 'owed'
  const event = completes ? 'sign_in.succeeded' : 'sign_in.proven'
  return counted(house, actor, shown, () =>
    change(house, by, event, async (tx) => {
      const believed = await believe(house, tx, actor, shown)
      if (!believed) throw new Refused('factor_wrong')
      const { method } = believed
      const token = await renewed(tx, actor, { ...passwordAt, method, provenAt: now })
      if (completes) await noteSignIn(tx, actor, method, now)
      const also = await afterRecovery(house, tx, actor, by, believed)
      return { result: token, fields: { method: signInMethods[method] }, about, also }
    }),
  )
}

/** The token that replaces one whose rights were changed; `undefined` where it is not due, so that a repeated call spoils nothing. */
export const renew = async (house: House, actor: Actor): Promise<string | undefined> =>
  actor.renewalDue ? renewSignIn(house.db, actor.signInId, {}, { onlyWhereDue: true }) : undefined
