import { and, count, eq, gt, lte, or } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { newId } from '../../kernel/ids.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { tryLimits } from './rules.ts'
import { signIn, signInTry } from './tables.ts'

type PersonRow = typeof person.$inferSelect

/** The account with its customer's name, if the person may use it at all. */
export const accountById = async (
  db: Tx,
  personId: string,
): Promise<(PersonRow & { customerName: string | null }) | null> => {
  const [row] = await db
    .select({ person, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(eq(person.id, personId))
  return row && row.person.disabledAt === null && row.person.removedAt === null
    ? { ...row.person, customerName: row.customerName }
    : null
}

/** Notes a try; `accountHash` is the hash of the address that was typed. */
export const noteTry = (
  db: Tx,
  one: { at: number; accountHash: string; fromAddress: string; outcome: 'succeeded' | 'failed' },
): Promise<unknown> => db.insert(signInTry).values({ id: newId(), ...one })

/** True when too many tries have failed, for this account from this address or for the address. */
export const tooManyTries = async (db: Tx, accountHash: string, fromAddress: string, now: number): Promise<boolean> => {
  const failures = async (within: number, account?: string) => {
    const [row] = await db
      .select({ n: count() })
      .from(signInTry)
      .where(
        and(
          eq(signInTry.fromAddress, fromAddress),
          eq(signInTry.outcome, 'failed'),
          gt(signInTry.at, now - within),
          account ? eq(signInTry.accountHash, account) : undefined,
        ),
      )
    return row?.n ?? 0
  }
  return (
    (await failures(tryLimits.pair.within, accountHash)) >= tryLimits.pair.failures ||
    (await failures(tryLimits.source.within)) >= tryLimits.source.failures
  )
}

/** Moves the idle clock of a sign-in on to `at`; it never goes back. */
export const noteGestureAt = (db: Tx, signInId: string, at: number): Promise<unknown> =>
  db
    .update(signIn)
    .set({ lastGestureAt: at })
    .where(and(eq(signIn.id, signInId), lte(signIn.lastGestureAt, at)))

/** Sign-ins that are over by the idle or the absolute clock. */
export const overdueSignIns = (db: Tx, idleBefore: number, startedBefore: number) =>
  db
    .select({ id: signIn.id, userId: signIn.userId, startedAt: signIn.startedAt, lastGestureAt: signIn.lastGestureAt })
    .from(signIn)
    .where(or(lte(signIn.lastGestureAt, idleBefore), lte(signIn.startedAt, startedBefore)))

/** The sign-ins of a person. */
export const signInsOf = (db: Tx, personId: string) => db.select().from(signIn).where(eq(signIn.userId, personId))
