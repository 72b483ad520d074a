import type { SignInMethod } from '@gatehouse/shared/sign-in/methods'
import { and, asc, desc, eq, gt, inArray, isNull, lte, ne, notInArray, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { newId } from '../../kernel/ids.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { absoluteLife } from './lucia.ts'
import { halfLife, idleLife, knownFor, passwordTurns, type Tally, tryLimits } from './rules.ts'
import { passwordHistory, signIn, signInTry, type TryOutcome } from './tables.ts'

type PersonRow = typeof person.$inferSelect

/** The account with its customer's name, if the person may use it at all. */
export const accountById = async (
  db: Tx,
  personId: string,
): Promise<(PersonRow & { customerName: string | null; demandsFactor: boolean }) | null> => {
  const [row] = await db
    .select({ person, customerName: customer.name, demandsFactor: customer.demandsFactor })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(eq(person.id, personId))
  return row && row.person.disabledAt === null && row.person.removedAt === null
    ? { ...row.person, customerName: row.customerName, demandsFactor: row.demandsFactor ?? true }
    : null
}

interface Try {
  accountHash: string
  /** `sourceOf` the address. */
  source: string
}

/**
 * Notes a try before it is looked at, as failed: of many at once no more than the limit come through. `closeTry` says
 * afterwards what became of it. `accountHash` is the hash of the address that was typed.
 */
export const openTry = async (db: Tx, { source, accountHash }: Try, at: number): Promise<string> => {
  const id = newId()
  await db.insert(signInTry).values({ id, at, accountHash, fromAddress: source, outcome: 'failed' })
  return id
}

/** Says what became of a try. */
export const closeTry = (db: Tx, id: string, outcome: TryOutcome): Promise<unknown> =>
  db.update(signInTry).set({ outcome }).where(eq(signInTry.id, id))

const largest = (limits: readonly { within: number }[]) => Math.max(...limits.map(({ within }) => within))

/** What is on record for a try of this account from this source, in one look; the try itself (`tryId`) left out. */
export const tallyOf = async (db: Tx, { accountHash, source }: Try, tryId: string, now: number): Promise<Tally> => {
  const ofAccount = eq(signInTry.accountHash, accountHash)
  const ofSource = eq(signInTry.fromAddress, source)
  const counts = <T extends readonly { within: number }[]>(limits: T, which: SQL | undefined) =>
    sql<number[]>`array[${sql.join(
      limits.map(({ within }) => sql`count(*) filter (where ${which} and ${signInTry.at} > ${now - within})`),
      sql`, `,
    )}]::int[]`
  // What was not looked at prolongs no wait, but it is still a try of its source.
  const failed = eq(signInTry.outcome, 'failed')
  const [row] = await db
    .select({
      pair: counts(tryLimits.pair, and(ofAccount, ofSource, failed)),
      account: counts(tryLimits.account, and(ofAccount, failed)),
      source: counts(tryLimits.source, and(ofSource, inArray(signInTry.outcome, ['failed', 'limited']))),
      known: sql<boolean>`coalesce(bool_or(${and(ofAccount, ofSource, eq(signInTry.outcome, 'succeeded'))}), false)`,
    })
    .from(signInTry)
    .where(
      and(
        ne(signInTry.id, tryId),
        or(
          and(ofAccount, gt(signInTry.at, now - largest(tryLimits.account))),
          and(ofSource, gt(signInTry.at, now - largest(tryLimits.source))),
          and(ofAccount, ofSource, eq(signInTry.outcome, 'succeeded'), gt(signInTry.at, now - knownFor)),
        ),
      ),
    )
  const { known = false, pair = [], account = [], source: bySource = [] } = row ?? {}
  return { known, failures: { pair, account, source: bySource } }
}

/** Forgets tries that bear on nothing any more. */
export const forgetTries = (db: Tx, now: number): Promise<unknown> =>
  db
    .delete(signInTry)
    .where(
      or(
        lte(signInTry.at, now - knownFor),
        and(ne(signInTry.outcome, 'succeeded'), lte(signInTry.at, now - largest(tryLimits.account))),
      ),
    )

/** Notes a failure on the account, for the profile. */
export const rememberFailure = (
  db: Tx,
  personId: string,
  { at, from, method }: { at: number; from: string; method: SignInMethod },
): Promise<unknown> =>
  db
    .update(person)
    .set({ lastFailureAt: at, lastFailureFrom: from, lastFailureMethod: method })
    .where(eq(person.id, personId))

/** Notes a completed sign-in on the account; the one before is what the profile shows. */
export const rememberSignIn = (
  tx: Tx,
  personId: string,
  { at, from, method }: { at: number; from: string; method: SignInMethod },
): Promise<unknown> =>
  tx
    .update(person)
    .set({
      // What stands on the right is the row as it was.
      previousSignInAt: sql`${person.lastSignInAt}`,
      previousSignInFrom: sql`${person.lastSignInFrom}`,
      previousSignInMethod: sql`${person.lastSignInMethod}`,
      lastSignInAt: at,
      lastSignInFrom: from,
      lastSignInMethod: method,
    })
    .where(eq(person.id, personId))

/** Moves the idle clock of a sign-in on to `at`; it never goes back. */
export const noteGestureAt = (db: Tx, signInId: string, at: number): Promise<unknown> =>
  db
    .update(signIn)
    .set({ lastGestureAt: at })
    // What comes after the end brings nothing back.
    .where(and(eq(signIn.handle, signInId), lte(signIn.lastGestureAt, at), gt(signIn.lastGestureAt, at - idleLife)))

/** Sign-ins that are over by one of the clocks. */
export const overdueSignIns = (db: Tx, now: number) =>
  db
    .select()
    .from(signIn)
    .where(
      or(
        lte(signIn.lastGestureAt, now - idleLife),
        lte(signIn.startedAt, now - absoluteLife),
        and(isNull(signIn.provenAt), lte(signIn.startedAt, now - halfLife)),
      ),
    )

/** The sign-ins of a person. */
export const signInsOf = (db: Tx, personId: string) =>
  db.select().from(signIn).where(eq(signIn.userId, personId)).orderBy(asc(signIn.startedAt), asc(signIn.id))

/** The ten passwords before the present one and all of the last ten days, as hashes, the latest first. */
export const formerPasswords = async (db: Tx, personId: string, now: number): Promise<string[]> =>
  (
    await db
      .select({ passwordHash: passwordHistory.passwordHash, retiredAt: passwordHistory.retiredAt })
      .from(passwordHistory)
      .where(eq(passwordHistory.personId, personId))
      .orderBy(desc(passwordHistory.retiredAt), desc(passwordHistory.id))
  )
    .filter(({ retiredAt }, at) => at < passwordTurns.remembered || retiredAt > now - passwordTurns.rememberedFor)
    .map((row) => row.passwordHash)

/** Puts a password among the former ones; those beyond the tenth are forgotten, unless they are of the last ten days. */
export const retirePassword = async (tx: Tx, personId: string, passwordHash: string, now: number): Promise<void> => {
  await tx.insert(passwordHistory).values({ id: newId(), personId, passwordHash, retiredAt: now })
  const kept = tx
    .select({ id: passwordHistory.id })
    .from(passwordHistory)
    .where(eq(passwordHistory.personId, personId))
    .orderBy(desc(passwordHistory.retiredAt), desc(passwordHistory.id))
    .limit(passwordTurns.remembered)
  await tx
    .delete(passwordHistory)
    .where(
      and(
        eq(passwordHistory.personId, personId),
        notInArray(passwordHistory.id, kept),
        lte(passwordHistory.retiredAt, now - passwordTurns.rememberedFor),
      ),
    )
}

/** The customer a person belongs to, for the log; nobody's for the maker's people. */
export const customerOf = async (
  db: Tx,
  personId: string,
): Promise<{ customerId: string | null; customerName: string | null }> => {
  const [row] = await db
    .select({ customerId: person.customerId, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(eq(person.id, personId))
  return row ?? { customerId: null, customerName: null }
}
