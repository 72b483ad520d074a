import { and, count, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { hashOf, newId, newToken } from '../../kernel/ids.ts'
import { customer } from '../customers/tables.ts'
import { forgottenTry, person, personToken } from '../people/tables.ts'
import { askLimits, type LinkPurpose, linkLife } from './rules.ts'

/** An account with its customer's name. */
export type Account = typeof person.$inferSelect & { customerName: string | null }

/**
 * A new link of this kind for a person; the one before is void. With `unlessSince` none is made where there is one made
 * after that time, ms since the epoch. Returns the token, of which only the hash is kept.
 */
export const issueToken = async (
  tx: Tx,
  personId: string,
  purpose: LinkPurpose,
  email: string,
  now: number,
  unlessSince?: number,
): Promise<string | undefined> => {
  const token = newToken()
  const fresh = { tokenHash: hashOf(token), email, madeAt: now, expiresAt: now + linkLife[purpose], usedAt: null }
  const made = await tx
    .insert(personToken)
    .values({ personId, purpose, ...fresh })
    .onConflictDoUpdate({
      target: [personToken.personId, personToken.purpose],
      set: fresh,
      ...(unlessSince !== undefined && { setWhere: lte(personToken.madeAt, unlessSince) }),
    })
    .returning({ personId: personToken.personId })
  return made.length > 0 ? token : undefined
}

const live = (token: string, purposes: readonly LinkPurpose[], now: number) =>
  and(
    eq(personToken.tokenHash, hashOf(token)),
    inArray(personToken.purpose, [...purposes]),
    isNull(personToken.usedAt),
    gt(personToken.expiresAt, now),
  )

/** Whose link this is, as long as it can be used. */
export const holderOfToken = async (
  db: Tx,
  token: string,
  purposes: readonly LinkPurpose[],
  now: number,
): Promise<{ account: Account; email: string; purpose: LinkPurpose } | undefined> => {
  const [row] = await db
    .select({ person, customerName: customer.name, email: personToken.email, purpose: personToken.purpose })
    .from(personToken)
    .innerJoin(person, eq(person.id, personToken.personId))
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(and(live(token, purposes, now), isNull(person.disabledAt), isNull(person.removedAt)))
  return row && { account: { ...row.person, customerName: row.customerName }, email: row.email, purpose: row.purpose }
}

/** Uses a link up; false where somebody else was quicker or it is over. */
export const useToken = async (tx: Tx, token: string, purpose: LinkPurpose, now: number): Promise<boolean> => {
  const used = await tx
    .update(personToken)
    .set({ usedAt: now })
    .where(live(token, [purpose], now))
    .returning({ personId: personToken.personId })
  return used.length > 0
}

/** True while a password is void and no other has been chosen: what stands in its place was nobody's. */
export const isVoided = async (tx: Tx, personId: string): Promise<boolean> => {
  const rows = await tx
    .select({ personId: personToken.personId })
    .from(personToken)
    .where(and(eq(personToken.personId, personId), eq(personToken.purpose, 'reset'), isNull(personToken.usedAt)))
  return rows.length > 0
}

/** Makes a person's links of these kinds unusable. */
export const voidTokens = (tx: Tx, personId: string, purposes: readonly LinkPurpose[], now: number): Promise<unknown> =>
  tx
    .update(personToken)
    .set({ usedAt: now })
    .where(
      and(eq(personToken.personId, personId), inArray(personToken.purpose, [...purposes]), isNull(personToken.usedAt)),
    )

/** The account of an address, of whatever state but removed. */
export const accountByEmail = async (db: Tx, email: string): Promise<Account | undefined> => {
  const [row] = await db
    .select({ person, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(and(sql`lower(${person.email}) = ${email}`, isNull(person.removedAt)))
  return row && { ...row.person, customerName: row.customerName }
}

/** Counts a question for a link, this one included; forgets those that bear on nothing any more. */
export const countAsk = async (db: Tx, accountHash: string, source: string, now: number) => {
  await db.insert(forgottenTry).values({ id: newId(), at: now, accountHash, source })
  const bySource = and(eq(forgottenTry.source, source), gt(forgottenTry.at, now - askLimits.source.within))
  const byAccount = and(eq(forgottenTry.accountHash, accountHash), gt(forgottenTry.at, now - askLimits.account.within))
  const [row] = await db
    .select({
      source: sql<number>`count(*) filter (where ${bySource})`.mapWith(Number),
      account: sql<number>`count(*) filter (where ${byAccount})`.mapWith(Number),
      all: count(),
    })
    .from(forgottenTry)
    .where(or(bySource, byAccount))
  await db.delete(forgottenTry).where(lte(forgottenTry.at, now - askLimits.account.within))
  return { source: row?.source ?? 0, account: row?.account ?? 0 }
}
