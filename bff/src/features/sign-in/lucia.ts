import type { SignInMethod } from '@gatehouse/shared/views/views'
import { DrizzlePostgreSQLAdapter } from '@lucia-auth/adapter-drizzle'
import { Lucia, TimeSpan } from 'lucia'
import { hours } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { hashOf, newToken } from '../../kernel/ids.ts'
import { person } from '../people/tables.ts'
import { signIn } from './tables.ts'

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof openLucia>
    DatabaseSessionAttributes: Attributes
  }
}

interface Attributes {
  method: SignInMethod
  startedAt: number
  lastGestureAt: number
  fromAddress: string
  userAgent: string
}

/** Longest life of a sign-in, whatever its owner does. */
export const absoluteLife = hours(12)

const openLucia = (db: Tx) =>
  new Lucia(new DrizzlePostgreSQLAdapter(db, signIn, person), {
    sessionExpiresIn: new TimeSpan(12, 'h'),
    getSessionAttributes: ({ startedAt, lastGestureAt, fromAddress }) => ({ startedAt, lastGestureAt, fromAddress }),
  })

const opened = new WeakMap<Tx, ReturnType<typeof openLucia>>()
const luciaOf = (db: Tx) => {
  const known = opened.get(db) ?? openLucia(db)
  opened.set(db, known)
  return known
}

/** A new sign-in; returns the token for the cookie, of which only the hash is kept. */
export const startSignIn = async (db: Tx, personId: string, attributes: Attributes): Promise<string> => {
  const token = newToken()
  await luciaOf(db).createSession(personId, attributes, { sessionId: hashOf(token) })
  return token
}

/** The sign-in of this id (`hashOf` its token), as lucia sees it; the idle clock is judged by its caller. */
export const readSignIn = async (
  db: Tx,
  signInId: string,
): Promise<{ id: string; personId: string; startedAt: number; lastGestureAt: number } | null> => {
  const { session } = await luciaOf(db).validateSession(signInId)
  return session
    ? { id: session.id, personId: session.userId, startedAt: session.startedAt, lastGestureAt: session.lastGestureAt }
    : null
}

/** Forgets a sign-in: its cookie opens nothing any more. */
export const forgetSignIn = (db: Tx, signInId: string): Promise<void> => luciaOf(db).invalidateSession(signInId)
