import type { CodeSetUpView, FactorAddedView } from '@gatehouse/shared/views/factors'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { and, eq, gt } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { zoneOf } from '../profile/door.ts'
import { beProven, endSignInsOf, holdPerson, weaken } from '../sign-in/door.ts'
import { makeRecoveryCodes, newSecret, stepOf, unboxSecret, uriOf } from './codes.ts'
import { mailOfFactor } from './mails.ts'
import { addPasskey, passkeysOf } from './passkeys.ts'
import { mostPasskeys, offerLife, recovery } from './rules.ts'
import { forgetFactors, waysOf } from './store.ts'
import { codeApp, codeAppOffer, passkey } from './tables.ts'

const aboutOf = (actor: Actor) => ({ customerId: actor.customerId, customerName: actor.customerName })

/** The token replaces the one of the sign-in that the new factor has strengthened. */
interface Added extends FactorAddedView {
  token: string
}

const tellOwner = async (house: House, tx: Tx, actor: Actor, what: 'added' | 'removed', factor: string) => {
  const zone = await zoneOf(tx, actor.id)
  await queueMail(tx, mailOfFactor(house, { ...actor, zone }, what, factor), house.clock.now())
}

/** What every new factor brings with it: a stronger sign-in, a mail, and recovery codes with the first. */
const welcome = async (
  house: House,
  tx: Tx,
  actor: Actor,
  factor: string,
  method: 'password_passkey' | 'password_code',
  first: boolean,
): Promise<{ result: Added; also: ReturnType<typeof entry>[] }> => {
  const now = house.clock.now()
  await tellOwner(house, tx, actor, 'added', factor)
  const token = await beProven(house, tx, actor, method)
  if (!first) return { result: { token, recoveryCodes: null }, also: [] }
  const recoveryCodes = await makeRecoveryCodes(tx, house.keys, actor.id, now)
  const made = entry({
    by: byPerson(actor),
    event: 'factor.codes_made',
    fields: { count: recovery.count },
    about: aboutOf(actor),
  })
  return { result: { token, recoveryCodes }, also: [made] }
}

const isFirst = async (tx: Tx, actor: Actor): Promise<boolean> => {
  // One at a time for each person, so that the first is the first.
  await holdPerson(tx, actor.id)
  const { passkey: has, code } = await waysOf(tx, actor.id)
  // Who has only to set one up may add nothing to what another browser has set up meanwhile: he has shown a password only.
  if (actor.secondFactor === 'to_set_up' && (has || code)) throw new Refused('factor_owed')
  return !has && !code
}

/** Keeps a passkey that a browser has just made. */
export const keepPasskey = (
  house: House,
  actor: Actor,
  given: { name: string; response: RegistrationResponseJSON },
): Promise<Added> =>
  change(house, byPerson(actor), 'factor.added', async (tx) => {
    const first = await isFirst(tx, actor)
    if ((await passkeysOf(tx, actor.id)).length >= mostPasskeys)
      throw new Refused('invalid_input', { fields: { name: `There are ${mostPasskeys} already. Remove one first.` } })
    if (!(await addPasskey(house, tx, actor, given))) throw new Refused('factor_wrong')
    const factor = `the passkey “${given.name}”`
    return {
      ...(await welcome(house, tx, actor, factor, 'password_passkey', first)),
      fields: { factor },
      about: aboutOf(actor),
    }
  })

/** Offers an authenticator app a secret; it counts for nothing until its first code was right. */
export const offerCodeApp = async (house: House, actor: Actor): Promise<CodeSetUpView> => {
  const { base32, box } = newSecret(house.keys)
  const row = { personId: actor.id, secretBox: box, offeredAt: house.clock.now() }
  await house.db.insert(codeAppOffer).values(row).onConflictDoUpdate({ target: codeAppOffer.personId, set: row })
  return { secret: base32, uri: uriOf(base32, actor.email) }
}

const app = 'the authenticator app'

/** Takes the offered secret as the person's authenticator app, in place of the one before, when the code is right. */
export const keepCodeApp = (house: House, actor: Actor, code: string): Promise<Added> =>
  change(house, byPerson(actor), 'factor.added', async (tx) => {
    const now = house.clock.now()
    const first = await isFirst(tx, actor)
    const [offer] = await tx
      .select()
      .from(codeAppOffer)
      .where(and(eq(codeAppOffer.personId, actor.id), gt(codeAppOffer.offeredAt, now - offerLife)))
    if (!offer || !unboxSecret(house.keys, offer.secretBox)) throw new Refused('wrong_state')
    const step = stepOf(house.keys, offer.secretBox, code.replace(/[\s-]/g, ''), now)
    if (step === undefined) throw new Refused('factor_wrong')
    const row = { personId: actor.id, secretBox: offer.secretBox, createdAt: now, lastStep: step, lastUsedAt: now }
    await tx.insert(codeApp).values(row).onConflictDoUpdate({ target: codeApp.personId, set: row })
    await tx.delete(codeAppOffer).where(eq(codeAppOffer.personId, actor.id))
    return {
      ...(await welcome(house, tx, actor, app, 'password_code', first)),
      fields: { factor: app },
      about: aboutOf(actor),
    }
  })

/** After a factor was taken away: recovery codes alone are no factor, and a last one stays with whoever must have one. */
const settle = async (house: House, tx: Tx, actor: Actor, must: boolean, factor: string): Promise<void> => {
  const { passkey: has, code } = await waysOf(tx, actor.id)
  if (!has && !code) {
    if (must) throw new Refused('factor_needed')
    await forgetFactors(tx, actor.id)
    // From now on the password is all there is to show.
    await weaken(tx, actor)
  }
  await tellOwner(house, tx, actor, 'removed', factor)
}

/** Takes a passkey away; his other sign-ins end. */
export const removePasskey = async (house: House, actor: Actor, id: string, must: boolean): Promise<void> => {
  await change(house, byPerson(actor), 'factor.removed', async (tx) => {
    await holdPerson(tx, actor.id)
    const [gone] = await tx
      .delete(passkey)
      .where(and(eq(passkey.id, id), eq(passkey.personId, actor.id)))
      .returning()
    if (!gone) throw new Refused('not_found')
    const factor = `the passkey “${gone.name}”`
    await settle(house, tx, actor, must, factor)
    return { result: undefined, fields: { factor }, about: aboutOf(actor) }
  })
  await endSignInsOf(house, actor.id, byPerson(actor), 'factor', actor.signInId)
}

/** Takes the authenticator app away; his other sign-ins end. */
export const removeCodeApp = async (house: House, actor: Actor, must: boolean): Promise<void> => {
  await change(house, byPerson(actor), 'factor.removed', async (tx) => {
    await holdPerson(tx, actor.id)
    const gone = await tx
      .delete(codeApp)
      .where(eq(codeApp.personId, actor.id))
      .returning({ personId: codeApp.personId })
    if (gone.length === 0) throw new Refused('not_found')
    await settle(house, tx, actor, must, app)
    return { result: undefined, fields: { factor: app }, about: aboutOf(actor) }
  })
  await endSignInsOf(house, actor.id, byPerson(actor), 'factor', actor.signInId)
}

/** Calls a passkey something else. */
export const renamePasskey = (house: House, actor: Actor, id: string, name: string): Promise<void> =>
  change(house, byPerson(actor), 'factor.renamed', async (tx) => {
    const [before] = await tx
      .select({ name: passkey.name })
      .from(passkey)
      .where(and(eq(passkey.id, id), eq(passkey.personId, actor.id)))
      .for('update')
    if (!before) throw new Refused('not_found')
    await tx.update(passkey).set({ name }).where(eq(passkey.id, id))
    return { result: undefined, fields: { before: before.name, after: name }, about: aboutOf(actor) }
  })

/** Makes the recovery codes anew; the earlier ones are void. */
export const remakeRecoveryCodes = (house: House, actor: Actor): Promise<string[]> =>
  change(house, byPerson(actor), 'factor.codes_made', async (tx) => {
    await holdPerson(tx, actor.id)
    const { passkey: has, code } = await waysOf(tx, actor.id)
    if (!has && !code) throw new Refused('wrong_state')
    await tellOwner(house, tx, actor, 'added', 'a new set of recovery codes')
    const result = await makeRecoveryCodes(tx, house.keys, actor.id, house.clock.now())
    return { result, fields: { count: recovery.count }, about: aboutOf(actor) }
  })
