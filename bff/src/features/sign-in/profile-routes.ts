import type { Page } from '@gatehouse/shared/views/basics'
import type { SignInView } from '@gatehouse/shared/views/sign-in'
import { Hono } from 'hono'
import { byPerson } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import { self } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { endSignIn, endSignInsOf } from './door.ts'
import { whyOver } from './rules.ts'
import { signInsOf } from './store.ts'

/** The browsers in which one is signed in, and their end. */
export const profileRoom = new Hono<RoomEnv>()
  .get('/me/sign-ins', self('where one is signed in oneself'), async (c) => {
    const { house, actor } = c.var
    const now = house.clock.now()
    const living = (await signInsOf(house.db, actor.id))
      .filter((one) => !whyOver(one, now))
      // The one that asks stands first, then the latest used.
      .sort(
        (a, b) =>
          Number(b.handle === actor.signInId) - Number(a.handle === actor.signInId) ||
          b.lastGestureAt - a.lastGestureAt,
      )
    // A dozen at most in practice, and bounded by twelve hours: one page.
    const page: Page<SignInView> = {
      rows: living.map((one) => ({
        id: one.handle,
        startedAt: one.startedAt,
        lastGestureAt: one.lastGestureAt,
        from: one.fromAddress,
        userAgent: one.userAgent,
        method: one.method,
        complete: one.provenAt !== null,
        thisOne: one.handle === actor.signInId,
      })),
      next: null,
    }
    return c.json(page)
  })
  .post('/me/sign-ins/:signInId/end', self('one ends only his own'), async (c) => {
    const { house, actor } = c.var
    const wanted = c.req.param('signInId')
    const one = (await signInsOf(house.db, actor.id)).find(({ handle }) => handle === wanted)
    if (!one) throw new Refused('not_found')
    await endSignIn(house, { id: one.handle, personId: actor.id }, byPerson(actor), 'elsewhere')
    return c.json({ ended: true as const })
  })
  .post('/me/sign-ins/end-others', self('one ends only his own'), async (c) => {
    const { house, actor } = c.var
    await endSignInsOf(house, actor.id, byPerson(actor), 'elsewhere', actor.signInId)
    return c.json({ ended: true as const })
  })
