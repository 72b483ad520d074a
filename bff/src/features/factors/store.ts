import { eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { codeApp, codeAppOffer, passkey, recoveryCode } from './tables.ts'

/** What of a second factor a person has. */
export interface Ways {
  passkey: boolean
  code: boolean
  recovery: boolean
}

/** The second factors of a person. */
export const waysOf = async (db: Tx, personId: string): Promise<Ways> => {
  const [row] = await db.execute<{ passkey: boolean; code: boolean; recovery: boolean }>(sql`select
    exists (select from ${passkey} where ${eq(passkey.personId, personId)}) as passkey,
    exists (select from ${codeApp} where ${eq(codeApp.personId, personId)}) as code,
    exists (select from ${recoveryCode} where ${eq(recoveryCode.personId, personId)}
      and ${isNull(recoveryCode.usedAt)}) as recovery`)
  return row ?? { passkey: false, code: false, recovery: false }
}

/** Forgets every second factor of a person, recovery codes included. */
export const forgetFactors = async (tx: Tx, personId: string): Promise<void> => {
  for (const table of [passkey, codeApp, codeAppOffer, recoveryCode])
    await tx.delete(table).where(eq(table.personId, personId))
}

/** How many recovery codes a person has left, and since when; `undefined` where none were made. */
export const recoveryOf = async (db: Tx, personId: string): Promise<{ left: number; madeAt: number } | undefined> => {
  const [row] = await db
    .select({
      left: sql<number>`count(*) filter (where ${recoveryCode.usedAt} is null)::int`,
      madeAt: sql<number | null>`max(${recoveryCode.madeAt})::float8`,
    })
    .from(recoveryCode)
    .where(eq(recoveryCode.personId, personId))
  return row && row.madeAt !== null ? { left: row.left, madeAt: row.madeAt } : undefined
}
