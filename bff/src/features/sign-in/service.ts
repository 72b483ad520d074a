import { contextWords, unfit } from '@gatehouse/shared/passwords/rules'
import { signInMethods } from '@gatehouse/shared/sign-in/methods'
import type { SignInStep } from '@gatehouse/shared/views/sign-in'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { entry } from '../../kernel/audit/append.ts'
import { change, note } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { sourceOf } from '../../kernel/http/from.ts'
import { hashOf } from '../../kernel/ids.ts'
import { customer } from '../customers/tables.ts'
import { waysOf, whyMustHave } from '../factors/door.ts'
import { grantsOf } from '../groups/door.ts'
import { fromElsewhere, mayBeAt } from '../networks/door.ts'
import { person } from '../people/tables.ts'
import { isCommon } from './common-passwords.ts'
import { evenly } from './evenly.ts'
import { startSignIn } from './lucia.ts'
import { checkNobody, hashPassword, isImported, isPassword } from './passwords.ts'
import { standing } from './rules.ts'
import { closeTry, openTry, rememberSignIn, tallyOf } from './store.ts'

interface Given {
  email: string
  password: string
}
interface Entered {
  token: string
  step: SignInStep
}
interface Seen {
  from: string
  userAgent: string
}
/** No account has this id: what is written for one that does not exist is written to nobody. */
const nobody = '00000000-0000-0000-0000-000000000000'

const accountOf = async (house: House, email: string) => {
  const [row] = await house.db
    .select({ person, customerName: customer.name, demandsFactor: customer.demandsFactor })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(sql`lower(${person.email}) = ${email} and ${person.removedAt} is null`)
  return row && { ...row.person, customerName: row.customerName, demandsFactor: row.demandsFactor ?? true }
}
type Account = NonNullable<Awaited<ReturnType<typeof accountOf>>>

const byOf = (house: House, account: Account | undefined, from: string) => ({
  kind: 'person' as const,
  id: account?.id ?? null,
  name: account?.name ?? 'Somebody',
  company: account ? (account.customerName ?? house.settings.maker) : '',
  from,
})

/** Writes a refusal down: the same statements whoever it was about. */
const noteRefusal = async (house: House, account: Account | undefined, seen: Seen, because: string): Promise<void> => {
  await house.db
    .update(person)
    .set({ lastFailureAt: house.clock.now(), lastFailureFrom: seen.from, lastFailureMethod: 'password' })
    .where(eq(person.id, account?.id ?? nobody))
  // What was typed is named only where it is an address we know: else it may be a password in the wrong field.
  const email = account ? account.email : 'an unknown address'
  await note(house, [
    entry({
      by: byOf(house, account, seen.from),
      event: 'sign_in.refused',
      fields: { email, because },
      about: { customerId: account?.customerId },
      outcome: 'refused',
    }),
  ])
}

/** Holds the account as it was looked at: a password that was changed or voided meanwhile opens nothing. */
const hold = async (tx: Tx, account: Account): Promise<void> => {
  const held = await tx
    .select({ id: person.id })
    .from(person)
    .where(
      and(
        eq(person.id, account.id),
        eq(person.passwordHash, account.passwordHash),
        isNull(person.disabledAt),
        isNull(person.removedAt),
      ),
    )
    .for('no key update')
  if (held.length === 0) throw new Refused('wrong_sign_in', { privately: 'changed meanwhile' })
}

/** What a right password brings with it, whatever else is still wanted. */
const notePassword = async (tx: Tx, account: Account, passwordHash: string, listed: boolean): Promise<void> => {
  await hold(tx, account)
  if (passwordHash === account.passwordHash && !listed) return
  await tx
    .update(person)
    .set({
      passwordHash,
      passwordDue: sql`${person.passwordDue} or ${listed}`,
    })
    .where(eq(person.id, account.id))
}

const stepFor = async (house: House, account: Account): Promise<SignInStep> => {
  const [{ passkey, code }, grants] = await Promise.all([waysOf(house.db, account.id), grantsOf(house.db, account.id)])
  if (passkey || code) return 'factor'
  return whyMustHave({ ...account, grants }, account.demandsFactor) === null ? 'in' : 'set_up'
}

/** Why a password that is right has to be changed at once: what is refused today may have been taken before. */
const whyWeak = async (house: House, account: Account, password: string): Promise<string | undefined> => {
  if (await isCommon(house.settings.passwordList, password)) return 'it is on a list of common or stolen passwords'
  const words = contextWords({ ...account, maker: house.settings.maker, customer: account.customerName })
  return unfit(password, { words }) && 'it is too short, or mostly a name or a repetition'
}

/** What a right password leaves to be shown. */
const owed = { factor: 'the second factor', set_up: 'a second factor, which is to be set up' } as const

/** Opens the door, or its first half where a second factor is owed; what else changes commits with it. */
const enter = async (house: House, account: Account, password: string, seen: Seen, tryId: string): Promise<Entered> => {
  const now = house.clock.now()
  const passwordHash = isImported(account.passwordHash)
    ? await hashPassword(house.keys, password)
    : account.passwordHash
  const weak = account.passwordDue ? undefined : await whyWeak(house, account, password)
  const listed = weak !== undefined
  const step = await stepFor(house, account)
  const by = byOf(house, account, seen.from)
  const about = { customerId: account.customerId, customerName: account.customerName }
  const method = 'password'
  const begin = (tx: Tx): Promise<string> =>
    startSignIn(tx, account.id, {
      startedAt: now,
      lastGestureAt: now,
      fromAddress: seen.from,
      userAgent: seen.userAgent,
      method,
      passwordAt: now,
      provenAt: step === 'in' ? now : null,
    })
  const ordered = entry({
    by,
    event: 'password.change_ordered',
    fields: { because: weak ?? '' },
    about,
  })
  const also = listed ? [ordered] : []
  if (step !== 'in')
    return change(house, by, 'sign_in.begun', async (tx) => {
      await notePassword(tx, account, passwordHash, listed)
      await closeTry(tx, tryId, 'halfway')
      return { result: { token: await begin(tx), step }, fields: { owed: owed[step] }, about, also }
    })
  return change(house, by, 'sign_in.succeeded', async (tx) => {
    await notePassword(tx, account, passwordHash, listed)
    await closeTry(tx, tryId, 'succeeded')
    await rememberSignIn(tx, account.id, { at: now, from: seen.from, method })
    const result = { token: await begin(tx), step }
    return { result, fields: { method: signInMethods[method] }, about, also }
  })
}

/**
 * Begins a sign-in with address and password; returns the cookie's token, and what is still wanted. Every refusal looks
 * the same.
 */
export const signInWithPassword = async (house: House, given: Given, seen: Seen): Promise<Entered> => {
  const even = evenly()
  const email = given.email.trim().toLowerCase()
  const place = { accountHash: hashOf(email), source: sourceOf(seen.from) }
  const now = house.clock.now()
  const tryId = await openTry(house.db, place, now)
  const tally = await tallyOf(house.db, place, tryId, now)
  const stands = standing(tally)
  if (stands === 'busy' && !tally.known) {
    await closeTry(house.db, tryId, 'limited')
    await even()
    throw new Refused('too_many_tries')
  }
  const account = await accountOf(house, email)
  const right = account
    ? await isPassword(house.keys, account.passwordHash, given.password)
    : await checkNobody(house.keys, given.password).then(() => false)
  if (account && right && account.disabledAt === null && stands !== 'shut') {
    if (await mayBeAt(house.db, account.id, seen.from)) return enter(house, account, given.password, seen, tryId)
    // Neither a failure that counts against its owner, nor a success that would make the place a known one.
    await closeTry(house.db, tryId, 'limited')
    await noteRefusal(house, account, seen, fromElsewhere)
    throw new Refused('network_refused')
  }
  await closeTry(house.db, tryId, stands === 'open' ? 'failed' : 'limited')
  const because = !account
    ? 'no such account'
    : stands !== 'open'
      ? 'too many tries'
      : right
        ? 'the account is disabled'
        : 'wrong password'
  await noteRefusal(house, account, seen, because)
  await even()
  if (stands === 'busy') throw new Refused('too_many_tries')
  throw new Refused('wrong_sign_in', { privately: because })
}
