import type { SignInMethod } from '@gatehouse/shared/sign-in/methods'
import type { MeView, SignInStep } from '@gatehouse/shared/views/sign-in'
import { eq } from 'drizzle-orm'
import { Hono } from 'hono'
import { z } from 'zod'
import { type Actor, byPerson, selfOf } from '../../kernel/actor.ts'
import { storable } from '../../kernel/database/storable.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { anything, anythingAnywhere, open, self } from '../../kernel/http/allow.ts'
import { blankCookie, signInCookie } from '../../kernel/http/cookies.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { activitiesOf, passwordDueAt } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { settingsOf } from '../profile/door.ts'
import { changePassword } from './change-password.ts'
import { endSignIn } from './door.ts'
import { endsOf } from './rules.ts'
import { signInWithPassword } from './service.ts'
import { noteGestureAt } from './store.ts'
import { signIn } from './tables.ts'

const Credentials = z.strictObject({
  // Nobody has an address that cannot be kept: it is looked for as any wrong one.
  email: z.string().min(1).max(254).transform(storable),
  password: z.string().min(1).max(1_000),
})
const NewPassword = z.strictObject({ present: z.string().min(1).max(1_000), next: z.string().min(1).max(1_000) })
/** How long before the call the gesture was: browsers report gestures bundled, and hidden tabs late. */
const Gesture = z.strictObject({ agoMs: z.number().int().min(0).max(1_200_000).default(0) })

/** Who is there; as whom he looks (`as`), where he looks as another: of that person only what others see of him. */
const presentMe = async (house: House, own: Actor, as?: Actor): Promise<MeView> => {
  const actor = as ?? own
  const [row] = await house.db
    .select({ person, signIn })
    .from(signIn)
    .innerJoin(person, eq(person.id, signIn.userId))
    .where(eq(signIn.handle, own.signInId))
  if (!row) throw new Refused('not_signed_in')
  const seen = (at: number | null, from: string | null, method: SignInMethod | null) =>
    at === null || as ? null : { at, from: from ?? '', method }
  return {
    id: actor.id,
    name: actor.name,
    email: actor.email,
    customer: actor.customerId ? { id: actor.customerId, name: actor.customerName ?? '' } : null,
    company: actor.customerName ?? house.settings.maker,
    passwordDue: actor.passwordDue,
    passwordDueAt: passwordDueAt(row.person),
    lastSignIn: seen(row.person.previousSignInAt, row.person.previousSignInFrom, row.person.previousSignInMethod),
    lastFailure: seen(row.person.lastFailureAt, row.person.lastFailureFrom, row.person.lastFailureMethod),
    ...endsOf(row.signIn),
    ...(await settingsOf(house.db, actor.id)),
    now: house.clock.now(),
    demo: house.settings.demo,
    activities: activitiesOf(actor.grants),
    viewing: as?.viewing
      ? {
          by: { id: own.id, name: own.name },
          reason: as.viewing.reason,
          caseNumber: as.viewing.caseNumber,
          until: as.viewing.until,
        }
      : null,
  }
}

/** Signing in and out, one's own account. */
export const signInRoom = new Hono<RoomEnv>()
  .post('/sign-in', open('how people get in', { whileViewing: true }), validated('json', Credentials), async (c) => {
    const { house, from } = c.var
    const userAgent = (c.req.header('user-agent') ?? '').slice(0, 300)
    const { token, step } = await signInWithPassword(house, c.req.valid('json'), { from, userAgent })
    // A browser holds one sign-in: the one before has lost its cookie, and nobody would end it.
    const there = await house.access.actor(c.var.token, from)
    const before = there && selfOf(there)
    if (before) await endSignIn(house, { id: before.signInId, personId: before.id }, byPerson(before), 'replaced')
    c.header('Set-Cookie', signInCookie(token))
    return c.json({ step } satisfies { step: SignInStep })
  })
  .post('/sign-out', self('everybody may leave', { evenIf: anythingAnywhere, whileViewing: 'own' }), async (c) => {
    const { house, actor } = c.var
    await endSignIn(house, { id: actor.signInId, personId: actor.id }, byPerson(actor), 'asked')
    c.header('Set-Cookie', blankCookie)
    c.header('Clear-Site-Data', '"cache", "cookies", "storage"')
    return c.json({ signedOut: true })
  })
  .get('/me', self('who am I', { evenIf: ['password_due'], whileViewing: 'own' }), async (c) =>
    c.json(await presentMe(c.var.house, c.var.actor, c.var.as)),
  )
  .post(
    '/me/gesture',
    self('the person at the browser did something', { evenIf: anything, whileViewing: 'own' }),
    validated('json', Gesture),
    async (c) => {
      const { house, actor } = c.var
      await noteGestureAt(house.db, actor.signInId, house.clock.now() - c.req.valid('json').agoMs)
      const { idleEndsAt, absoluteEndsAt, now } = await presentMe(house, actor)
      return c.json({ idleEndsAt, absoluteEndsAt, now })
    },
  )
  .post(
    '/me/password',
    self('one changes only his own', { evenIf: ['password_due'], fresh: 'proof' }),
    validated('json', NewPassword),
    async (c) => {
      const { house, actor } = c.var
      const token = await changePassword(house, actor, c.req.valid('json'))
      c.header('Set-Cookie', signInCookie(token))
      return c.json({ changed: true as const })
    },
  )
