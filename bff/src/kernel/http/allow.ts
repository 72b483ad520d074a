import { type Activity, activities, proofLasts } from '@gatehouse/shared/activities'
import type { LookEvent } from '@gatehouse/shared/audit-events'
import { barred, decide, provenBefore, type Target, type Verdict } from '@gatehouse/shared/decide'
import { type Refusal, refusals } from '@gatehouse/shared/refusals'
import type { May } from '@gatehouse/shared/views/basics'
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { type Actor, byPerson, selfOf } from '../actor.ts'
import type { About } from '../audit/append.ts'
import { noteRefusal } from '../change.ts'
import { Refused } from '../errors.ts'
import { behindWall, type House, type Look, type LookAt } from '../house.ts'
import type { RoomEnv } from './room-env.ts'

/** What stands at a route's door; the router test reads it from the handler. */
export type Guard =
  | { kind: 'activity'; activity: Activity; stops: boolean; goesOn: boolean }
  /** Any person who is signed in, about himself only. */
  | { kind: 'self'; because: string; evenIf: readonly Owed[]; goesOn: boolean }
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

/** No refusals of what was asked, but answers to what could not be understood, or not be answered now. */
const slips: ReadonlySet<Refusal> = new Set([
  'invalid_input',
  'password_unfit',
  'malformed',
  'too_large',
  'unavailable',
  'internal',
])

/** Logs a refusal that was thrown behind a door; what stands in the log already is not said twice. */
const noteThrown = async (
  house: House,
  error: Error | undefined,
  actor: Actor,
  what: { activity: string; about?: About },
): Promise<void> => {
  if (error instanceof Refused && !slips.has(error.code)) await noteRefusal(house, byPerson(actor), what, error)
}

/** What may still be wanting of somebody who is signed in. */
export type Owed = NonNullable<ReturnType<typeof barred>> | 'renewal_needed'

/** For routes that nobody is kept from by what he still owes. */
export const anything: readonly Owed[] = ['factor_owed', 'factor_to_set_up', 'password_due', 'renewal_needed']

/** As `anything`, and from wherever he is. */
export const anythingAnywhere: readonly Owed[] = [...anything, 'network_refused']

/** Requests that only read. */
const reads: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Names as whom a page was loaded, while somebody looks as another. */
const asHeader = 'x-gatehouse-as'

/** The customer in whose log it stands what somebody does who looks as one of its people. */
const viewedAt = (actor: Actor): About | undefined =>
  actor.viewing && { customerId: actor.customerId, customerName: actor.customerName }

/** A page that was loaded as somebody else must not act as whoever is there now. */
const requireSame = (c: Context<RoomEnv>, actor: Actor): void => {
  const as = c.req.header(asHeader)
  if (as !== undefined && as !== (actor.viewing && actor.id)) throw new Refused('view_over')
}

const refuse = async (house: House, actor: Actor, activity: string, code: Refusal): Promise<never> => {
  const refused = new Refused(code)
  await noteRefusal(house, byPerson(actor), { activity, about: viewedAt(actor) }, refused)
  throw refused
}

/** Whoever is signed in and owes nothing beyond `evenIf`; `activity` is what the log calls the thing he wanted. */
const requireActor = async (c: Context<RoomEnv>, activity: string, evenIf: readonly Owed[] = []): Promise<Actor> => {
  const { house, from, token } = c.var
  const actor = await house.access.actor(token, from)
  if (!actor) throw new Refused('not_signed_in')
  // A page asks for its new token by itself: nobody was refused anything.
  if (actor.renewalDue && !evenIf.includes('renewal_needed')) throw new Refused('renewal_needed')
  const owed = barred(actor)
  if (!owed || evenIf.includes(owed)) return actor
  const refused = new Refused(owed)
  const about = { customerId: actor.customerId, customerName: actor.customerName }
  await noteRefusal(house, byPerson(actor), { activity, about }, refused)
  throw refused
}

/** What a route on oneself wants to be fresh: the last proof of who one is, or the password beside it as well. */
type Fresh = 'proof' | 'proof and password'

const requireFresh = (actor: Actor, fresh: Fresh, now: number): void => {
  const password = fresh === 'proof and password' && now - actor.passwordAt >= proofLasts
  // Where there is no second factor yet, the password is all there is to show.
  const proof = actor.secondFactor !== 'to_set_up' && now - actor.provenAt >= proofLasts
  // `state` tells the page what to ask for.
  if (password || proof) throw new Refused('step_up_required', { state: password ? 'password' : 'proof' })
}

/**
 * Waits for the body, where there is one. Whoever sends it slowly may have lost his rights when its last byte comes, so
 * that the guard asks once more.
 */
const bodyCame = async (c: Context<RoomEnv>): Promise<boolean> => {
  if (reads.has(c.req.method) || c.req.raw.body === null) return false
  await c.req.arrayBuffer()
  return true
}

/** What is not there: whoever may not do this to the maker's people and groups is told so alike, whether it is or not. */
const absent = (actor: Actor, activity: Activity, now: number): Verdict => {
  const gone: Verdict = { ok: false, because: 'not_found' }
  if (activities[activity].on !== 'maker') return gone
  const atMaker = decide(actor, activity, { kind: 'maker' }, { policy: [], approvals: [] }, now)
  return atMaker.ok ? gone : atMaker
}

/** Which look a read behind a door is, where its activity does not say. */
type LookOf<T> = LookEvent | ((target: T) => Pick<LookAt, 'event' | 'item' | 'each'>)

interface AllowOptions<T> {
  /** Puts an end to something: that never waits for a proof of who one is. */
  stops?: boolean
  /**
   * Goes on while nothing new may be begun (`underLimits`), though its activity waits: it takes something away, or asks
   * `limitOf` itself.
   */
  goesOn?: boolean
  /** Of what is no GET it says as well that it only reads. */
  look?: LookOf<T>
}

/**
 * Guards a route: the actor must be allowed `activity` on what `find` finds, before the body is read. What the maker's
 * people read of a customer's data stands in the log before they see it.
 */
export const allow = <T extends Found>(
  activity: Activity,
  find: Finder<T>,
  { stops = false, goesOn = stops, look: lookOf }: AllowOptions<T> = {},
) => {
  /** Asks everything; throws the refusal, which is in the log by then. */
  const admit = async (c: Context<RoomEnv>, house: House) => {
    const actor = await requireActor(c, activity)
    requireSame(c, actor)
    if (actor.viewing && !reads.has(c.req.method)) await refuse(house, actor, activity, 'view_only')
    // From here on the rows of other customers are not there, whatever a query forgets to ask.
    const walled = behindWall(house, await house.access.reach(actor))
    const target = await find(walled, c)
    const facts = target && (await house.access.facts(walled.db, actor, target))
    if (facts && (goesOn || reads.has(c.req.method))) facts.limit = undefined
    const verdict: Verdict =
      target && facts
        ? decide(stops ? provenBefore(actor) : actor, activity, target, facts, house.clock.now())
        : absent(actor, activity, house.clock.now())
    const what = { activity, about: target?.about ?? viewedAt(actor) }
    if (!verdict.ok) {
      const refused = new Refused(verdict.because, { privately: `${activity} refused`, since: verdict.since })
      await noteRefusal(house, byPerson(actor), what, refused)
      throw refused
    }
    return { actor, walled, target: target as T, what, policy: facts?.policy ?? [] }
  }
  const guard: MiddlewareHandler<RoomEnv & { Variables: { target: T } }> = async (c, next) => {
    const { house } = c.var
    const bare = c as unknown as Context<RoomEnv>
    let admitted = await admit(bare, house)
    if (await bodyCame(bare)) admitted = await admit(bare, house)
    const { actor, walled, target, what, policy } = admitted
    c.set('house', walled)
    c.set('actor', actor)
    c.set('target', target)
    let look: Look | undefined
    if (reads.has(c.req.method) || lookOf) {
      const more = typeof lookOf === 'function' ? lookOf(target) : { event: lookOf }
      look = await house.access.look(actor, { activity, target: target.kind, about: target.about, policy, ...more })
    }
    await next()
    await noteThrown(house, c.error, actor, what)
    // No event, no look: where it cannot be written the answer does not leave.
    if (look && !c.error && c.res.ok) await look.note()
  }
  const handler = createMiddleware(guard)
  guardOf.set(handler, { kind: 'activity', activity, stops, goesOn })
  return handler
}

interface SelfOptions {
  evenIf?: readonly Owed[]
  fresh?: Fresh
  /**
   * For whoever looks as somebody else the door is shut, unless it is read as that person (`seen`), or he stands there
   * as himself (`own`): what keeps his sign-in alive, and ends it.
   */
  whileViewing?: 'seen' | 'own'
  /** False for what is not begun while the log cannot follow. */
  goesOn?: boolean
}

/** Guards a route on which a person acts on himself; `because` stands in the matrix of routes. */
export const self = (because: string, { evenIf, fresh, whileViewing, goesOn = true }: SelfOptions = {}) => {
  const handler = createMiddleware<RoomEnv>(async (c, next) => {
    const activity = `${c.req.method} ${routePath(c)}`
    const { house } = c.var
    let found = await requireActor(c, activity, evenIf)
    if (await bodyCame(c)) found = await requireActor(c, activity, evenIf)
    if (whileViewing !== 'own') requireSame(c, found)
    const mayPass = whileViewing === 'own' || (whileViewing === 'seen' && reads.has(c.req.method))
    if (found.viewing && !mayPass) await refuse(house, found, activity, 'view_only')
    const actor = whileViewing === 'own' ? selfOf(found) : found
    c.set('as', found.viewing && found)
    c.set('house', behindWall(house, await house.access.reach(actor)))
    c.set('actor', actor)
    try {
      const limit = goesOn ? undefined : house.access.limit(actor.customerId)
      if (limit) throw new Refused(limit.because, { since: limit.since })
      if (fresh) requireFresh(actor, fresh, house.clock.now())
    } catch (thrown) {
      if (thrown instanceof Refused) await noteRefusal(house, byPerson(actor), { activity }, thrown)
      throw thrown
    }
    await next()
    await noteThrown(house, c.error, actor, { activity, about: viewedAt(actor) })
  })
  guardOf.set(handler, { kind: 'self', because, evenIf: evenIf ?? [], goesOn })
  return handler
}

/**
 * Marks a route that asks for nobody; `because` stands in the matrix of routes. Whoever looks as somebody else sends
 * nothing here either, unless `whileViewing` lets him.
 */
export const open = (because: string, { whileViewing = false } = {}) => {
  const handler = createMiddleware<RoomEnv>(async (c, next) => {
    const { house, token, from } = c.var
    if (!whileViewing && token !== undefined && !reads.has(c.req.method)) {
      const actor = await house.access.actor(token, from)
      if (actor?.viewing) await refuse(house, actor, `${c.req.method} ${routePath(c)}`, 'view_only')
    }
    await next()
  })
  guardOf.set(handler, { kind: 'open', because })
  return handler
}

/** A verdict in the shape that travels with the thing it is about; who only has to prove himself finds the door open. */
export const asMay = (verdict: Verdict): May =>
  verdict.ok || verdict.because === 'step_up_required'
    ? { ok: true }
    : {
        ok: false,
        because: verdict.because,
        says: refusals[verdict.because].says,
        ...(verdict.nextAt !== undefined && { nextAt: verdict.nextAt }),
        ...(verdict.level !== undefined && { level: verdict.level }),
      }

/** The shut door for a reason that rules give, or the open one. */
export const mayUnless = (because: keyof typeof refusals | undefined): May =>
  because ? { ok: false, because, says: refusals[because].says } : { ok: true }
