import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import { type Actor, type By, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change, isLogged, note, noteRefusal } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { orTaken, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { sourceOf } from '../../kernel/http/from.ts'
import { hashOf } from '../../kernel/ids.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { person } from '../people/tables.ts'
import { zoneOf } from '../profile/door.ts'
import { endSignInsOf, evenly, hashPassword, proven, retirePassword, whyUnfit } from '../sign-in/door.ts'
import { mailOfChoice, mailOfReset, mailToNewAddress, mailToOldAddress } from './mails.ts'
import { firstTooMany, type LinkPurpose, linkLife, quiet, tooManyAsks } from './rules.ts'
import {
  type Account,
  accountByEmail,
  countAsk,
  holderOfToken,
  issueToken,
  isVoided,
  useToken,
  voidTokens,
} from './store.ts'

const by = (house: House, account: Account | undefined, from: string): By => ({
  kind: 'person',
  id: account?.id ?? null,
  name: account?.name ?? 'Somebody',
  company: account ? (account.customerName ?? house.settings.maker) : '',
  from,
})

const aboutOf = (account: Account | undefined) => ({
  customerId: account?.customerId ?? null,
  customerName: account?.customerName ?? null,
})

/** The account as the reader of a mail. */
const readerOf = async (tx: Tx, { id, name, email }: Pick<Account, 'id' | 'name' | 'email'>) => ({
  name,
  email,
  zone: await zoneOf(tx, id),
})

/** Wrong, used, expired and taken back answer alike; the log does not know which either. */
const refuseLink = async (house: House, who: By): Promise<never> => {
  const fields = { because: 'it is wrong, used or expired' }
  await note(house, [entry({ by: who, event: 'link.refused', fields, outcome: 'refused' })])
  throw isLogged(new Refused('link_unusable'))
}

/** Writes the new password, if the link is still the one that may; of two at once one does. */
const writeChoice = async (
  house: House,
  tx: Tx,
  { account, purpose }: { account: Account; purpose: LinkPurpose },
  token: string,
  passwordHash: string,
): Promise<boolean> => {
  const now = house.clock.now()
  const voided = purpose === 'invite' || (await isVoided(tx, account.id))
  if (!(await useToken(tx, token, purpose, now))) return false
  const changed = await tx
    .update(person)
    .set({ passwordHash, passwordChangedAt: now, passwordDue: false, invitedAt: null })
    .where(
      and(
        eq(person.id, account.id),
        eq(person.passwordHash, account.passwordHash),
        purpose === 'invite' ? isNotNull(person.invitedAt) : isNull(person.invitedAt),
        isNull(person.disabledAt),
        isNull(person.removedAt),
      ),
    )
    .returning({ id: person.id })
  if (changed.length === 0) return false
  await voidTokens(tx, account.id, ['reset', 'forgotten'], now)
  if (!voided) await retirePassword(tx, account.id, account.passwordHash, now)
  return true
}

/** Chooses a password by a mailed link. Nobody is signed in by it. */
export const choosePassword = async (
  house: House,
  given: { token: string; password: string },
  purposes: readonly LinkPurpose[],
  from: string,
): Promise<void> => {
  const found = await holderOfToken(house.db, given.token, purposes, house.clock.now())
  if (!found) return refuseLink(house, by(house, undefined, from))
  const { account, purpose } = found
  const who = by(house, account, from)
  // Another password keeps somebody safe; a first one lets him in.
  const limit = purpose === 'invite' ? house.access.limit(account.customerId) : undefined
  if (limit) {
    const refused = new Refused(limit.because, { since: limit.since })
    await noteRefusal(house, who, { activity: 'accept an invitation', about: aboutOf(account) }, refused)
    throw refused
  }
  const why = await whyUnfit(house, account, given.password)
  if (why) throw new Refused('password_unfit', { fields: { password: why } })
  const passwordHash = await hashPassword(house.keys, given.password)
  const event = purpose === 'invite' ? 'person.joined' : 'password.reset'
  try {
    await change(house, who, event, async (tx) => {
      if (!(await writeChoice(house, tx, found, given.token, passwordHash))) throw new Refused('link_unusable')
      if (purpose !== 'invite')
        await queueMail(tx, mailOfChoice(house, await readerOf(tx, account), from), house.clock.now())
      const signals = [{ kind: 'person' as const, personId: account.id }]
      return { result: undefined, fields: {}, about: aboutOf(account), signals }
    })
  } catch (thrown) {
    if (thrown instanceof Refused) return refuseLink(house, who)
    throw thrown
  }
  await endSignInsOf(house, account.id, who, 'password')
}

/**
 * Mails a link to whoever has forgotten his password. Whether there is such an account can be told neither from the
 * answer nor from its time; a mail goes out at most once in ten minutes.
 */
export const askForLink = async (house: House, typed: string, from: string): Promise<void> => {
  const even = evenly()
  const now = house.clock.now()
  const email = typed.trim().toLowerCase()
  const counted = await countAsk(house.db, hashOf(email), sourceOf(from), now)
  if (tooManyAsks(counted)) {
    // The first one too many is written down; the others would only fill the log.
    if (firstTooMany(counted)) await noteNoLink(house, undefined, from, 'too many tries')
    await even()
    throw new Refused('too_many_tries')
  }
  const account = await accountByEmail(house.db, email)
  const why = whyNoLink(account) ?? (account && (await mailLink(house, account, from)))
  if (why) await noteNoLink(house, account, from, why)
  await even()
}

const whyNoLink = (account: Account | undefined): string | undefined =>
  !account
    ? 'no such account'
    : account.disabledAt !== null
      ? 'the account is disabled'
      : account.invitedAt !== null
        ? 'the invitation was not accepted yet'
        : undefined

const noteNoLink = (house: House, account: Account | undefined, from: string, because: string): Promise<void> =>
  note(house, [
    entry({
      by: by(house, account, from),
      event: 'password.link_refused',
      fields: { because },
      about: aboutOf(account),
      outcome: 'refused',
    }),
  ])

/** Why there was no mail; `undefined` where there was one. */
const mailLink = async (house: House, account: Account, from: string): Promise<string | undefined> => {
  const now = house.clock.now()
  const nothing = new Refused('too_many_tries', { privately: 'a mail went out a moment ago' })
  try {
    await change(house, by(house, account, from), 'password.forgotten', async (tx) => {
      const token = await issueToken(tx, account.id, 'forgotten', account.email, now, now - quiet)
      if (!token) throw nothing
      const them = await readerOf(tx, account)
      await queueMail(tx, mailOfReset(house, them, undefined, token, now + linkLife.forgotten), now)
      return { result: undefined, fields: {}, about: aboutOf(account) }
    })
  } catch (thrown) {
    if (thrown === nothing) return nothing.message
    throw thrown
  }
  return undefined
}

/** Asks for another address of one's own account: the new one gets a link, the old one is told. */
export const askForAddress = async (
  house: House,
  actor: Actor,
  given: { email: string; password: string },
): Promise<void> => {
  const account = await proven(house, actor, given.password)
  if (given.email.toLowerCase() === account.email.toLowerCase())
    throw new Refused('invalid_input', { fields: { email: 'That is your address already.' } })
  const now = house.clock.now()
  await change(house, byPerson(actor), 'address.asked', async (tx) => {
    const token = await issueToken(tx, account.id, 'address', given.email, now)
    // Whether the address is somebody else's is told to who reads its mails, and to nobody before.
    const them = await readerOf(tx, account)
    if (token) {
      const there = { ...them, email: given.email }
      await queueMail(tx, mailToNewAddress(house, there, token, now + linkLife.address), now)
    }
    await queueMail(tx, mailToOldAddress(house, them, 'asked', actor.from), now)
    return { result: undefined, fields: {}, about: { customerId: actor.customerId, customerName: actor.customerName } }
  })
}

/** Confirms the new address, signed in as whose it is to be. */
export const confirmAddress = async (house: House, actor: Actor, token: string): Promise<void> => {
  const now = house.clock.now()
  const found = await holderOfToken(house.db, token, ['address'], now)
  if (!found || found.account.id !== actor.id) return refuseLink(house, byPerson(actor))
  const { account, email } = found
  const unusable = new Refused('link_unusable')
  try {
    await change(house, byPerson(actor), 'address.changed', async (tx) => {
      if (!(await useToken(tx, token, 'address', now))) throw unusable
      await tx
        .update(person)
        .set({ email })
        .where(eq(person.id, account.id))
        .catch(orTaken({ person_email: { field: 'email', says: 'That address has an account here.' } }))
      // Links that went to the old address open nothing any more.
      await voidTokens(tx, account.id, ['reset', 'forgotten'], now)
      await queueMail(tx, mailToOldAddress(house, await readerOf(tx, account), 'changed', actor.from), now)
      const signals = [{ kind: 'person' as const, personId: account.id }]
      return { result: undefined, fields: {}, about: aboutOf(account), signals }
    })
  } catch (thrown) {
    if (thrown === unusable) return refuseLink(house, byPerson(actor))
    throw thrown
  }
}
