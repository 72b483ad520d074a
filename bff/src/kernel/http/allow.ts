import type { Activity } from '@gatehouse/shared/activities'
import { decide, type Target, type Verdict } from '@gatehouse/shared/decide'
import { refusals } from '@gatehouse/shared/refusals'
import type { May } from '@gatehouse/shared/views/views'
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { type Actor, byPerson } from '../actor.ts'
import { type About, entry } from '../audit/append.ts'
import { note } from '../change.ts'
import { Refused } from '../errors.ts'
import type { House } from '../house.ts'
import type { RoomEnv } from './room-env.ts'

/** What stands at a route's door; the router test reads it from the handler. */
export type Guard =
  | { kind: 'activity'; activity: Activity }
  /** Any person who is signed in, about himself only. */
  | { kind: 'self'; because: string }
  /** Nobody is signed in yet. */
  | { kind: 'open'; because: string }

const guardOf = new WeakMap<object, Guard>()

/** The guard a handler carries, if it is one. */
export const readGuard = (handler: object): Guard | undefined => guardOf.get(handler)

/** A loaded target may carry more than a decision needs: names for the log, rows for the handler. */
export type Found = Target & { about?: About }

/** Finds what a route is about from its path; `undefined` where it does not exist. */
export type Finder<T extends Found> = (house: House, c: Context<RoomEnv>) => Promise<T | undefined>

/** The maker itself, for routes that are about no customer. */
export const theMaker: Finder<{ kind: 'maker' }> = async () => ({ kind: 'maker' })

const requireActor = (actor: Actor | null, mayBeDue = false): Actor => {
  if (!actor) throw new Refused('not_signed_in')
  if (actor.passwordDue && !mayBeDue) throw new Refused('password_due')
  return actor
}

/** Guards a route: the actor must be allowed `activity` on what `find` finds, before the body is read. */
export const allow = <T extends Found>(activity: Activity, find: Finder<T>) => {
  const guard: MiddlewareHandler<RoomEnv & { Variables: { target: T } }> = async (c, next) => {
    const { house, from, token } = c.var
    const actor = requireActor(await house.access.actor(token, from))
    const target = await find(house, c as unknown as Context<RoomEnv>)
    const verdict: Verdict = target
      ? decide(actor, activity, target, await house.access.facts(actor, target), house.clock.now())
      : { ok: false, because: 'not_found' }
    if (!verdict.ok) {
      const about = target?.about
      await note(house, [
        entry({
          by: byPerson(actor),
          event: 'access.refused',
          fields: { activity, because: verdict.because },
          about,
          outcome: 'refused',
        }),
      ])
      throw new Refused(verdict.because, { privately: `${activity} refused` })
    }
    c.set('actor', actor)
    c.set('target', target as T)
    await next()
  }
  const handler = createMiddleware(guard)
  guardOf.set(handler, { kind: 'activity', activity })
  return handler
}

/** Guards a route on which a person acts on himself; `because` stands in the matrix of routes. */
export const self = (because: string, { evenWithDuePassword = false } = {}) => {
  const handler = createMiddleware<RoomEnv>(async (c, next) => {
    c.set('actor', requireActor(await c.var.house.access.actor(c.var.token, c.var.from), evenWithDuePassword))
    await next()
  })
  guardOf.set(handler, { kind: 'self', because })
  return handler
}

/** Marks a route that asks for nobody; `because` stands in the matrix of routes. */
export const open = (because: string) => {
  const handler = createMiddleware<RoomEnv>((_, next) => next())
  guardOf.set(handler, { kind: 'open', because })
  return handler
}

/** A verdict in the shape that travels with the thing it is about. */
export const asMay = (verdict: Verdict): May =>
  verdict.ok ? { ok: true } : { ok: false, because: verdict.because, says: refusals[verdict.because].says }

/** The shut door for a reason that rules give, or the open one. */
export const mayUnless = (because: keyof typeof refusals | undefined): May =>
  because ? { ok: false, because, says: refusals[because].says } : { ok: true }
