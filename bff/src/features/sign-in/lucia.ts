import type { SignInMethod } from '@gatehouse/shared/sign-in/methods'
import { DrizzlePostgreSQLAdapter } from '@lucia-auth/adapter-drizzle'
import { and, eq } from 'drizzle-orm'
import { Lucia, TimeSpan } from 'lucia'
import { hours } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { hashOf, newToken, randomId } from '../../kernel/ids.ts'
import { person } from '../people/tables.ts'
import { signIn } from './tables.ts'

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof openLucia>
    DatabaseSessionAttributes: Attributes
  }
}

interface Attributes {
  handle: string
  method: SignInMethod
  provenAt: number | null
  passwordAt: number
  renewalDue: boolean
  startedAt: number
  lastGestureAt: number
  fromAddress: string
  lastFromAddress: string | null
  userAgent: string
}

/** Longest life of a sign-in, whatever its owner does. */
export const absoluteLife = hours(12)

const openLucia = (db: Tx) =>
  new Lucia(new DrizzlePostgreSQLAdapter(db, signIn, person), {
    sessionExpiresIn: new TimeSpan(12, 'h'),
    getSessionAttributes: (attributes) => attributes,
  })

const opened = new WeakMap<Tx, ReturnType<typeof openLucia>>()
const luciaOf = (db: Tx) => {
  const known = opened.get(db) ?? openLucia(db)
  opened.set(db, known)
  return known
}

/** A new sign-in; returns the token for the cookie, of which only the hash is kept. */
export const startSignIn = async (
  db: Tx,
  personId: string,
  attributes: Omit<Attributes, 'handle' | 'renewalDue' | 'lastFromAddress'>,
): Promise<string> => {
  const token = newToken()
  const whole = { ...attributes, handle: randomId(), renewalDue: false, lastFromAddress: null }
  await luciaOf(db).createSession(personId, whole, { sessionId: hashOf(token) })
  return token
}

/** A sign-in as far as its life and its strength go. */
export type Standing = Pick<
  Attributes,
  | 'handle'
  | 'startedAt'
  | 'lastGestureAt'
  | 'method'
  | 'provenAt'
  | 'passwordAt'
  | 'renewalDue'
  | 'fromAddress'
  | 'lastFromAddress'
> & { personId: string }

/** The sign-in behind a token, as lucia sees it; the idle clock is judged by its caller. */
export const readSignIn = async (db: Tx, tokenHash: string): Promise<Standing | null> => {
  const { session } = await luciaOf(db).validateSession(tokenHash)
  return session && { ...session, personId: session.userId }
}

const tokenHashOf = async (db: Tx, handle: string): Promise<string | undefined> => {
  const [row] = await db.select({ id: signIn.id }).from(signIn).where(eq(signIn.handle, handle))
  return row?.id
}

/** The same by the handle, for what outlives a token. */
export const readSignInOf = async (db: Tx, handle: string): Promise<Standing | null> => {
  const tokenHash = await tokenHashOf(db, handle)
  return tokenHash === undefined ? null : readSignIn(db, tokenHash)
}

/** Replaces the token of a sign-in, and what else is new about it; the old one opens nothing any more. */
export const renewSignIn = async (
  tx: Tx,
  handle: string,
  anew: Partial<Pick<Attributes, 'method' | 'provenAt' | 'passwordAt'>>,
  { onlyWhereDue = false } = {},
): Promise<string | undefined> => {
  const token = newToken()
  const renewed = await tx
    .update(signIn)
    .set({ ...anew, id: hashOf(token), renewalDue: false })
    .where(and(eq(signIn.handle, handle), onlyWhereDue ? eq(signIn.renewalDue, true) : undefined))
    .returning({ handle: signIn.handle })
  return renewed.length > 0 ? token : undefined
}

/** Forgets a sign-in: its cookie opens nothing any more. */
export const forgetSignIn = async (db: Tx, handle: string): Promise<void> => {
  const tokenHash = await tokenHashOf(db, handle)
  if (tokenHash !== undefined) await luciaOf(db).invalidateSession(tokenHash)
}
