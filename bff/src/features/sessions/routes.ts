import { LineOrNothing } from '@gatehouse/shared/text'
import type { Page } from '@gatehouse/shared/views/basics'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Hono } from 'hono'
import { z } from 'zod'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { witnessed } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow, self } from '../../kernel/http/allow.ts'
import { PageQuery, readKey, writeCursor } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theDeviceEvenRemoved } from '../devices/door.ts'
import { lookAtDevice } from '../looks/door.ts'
import { theRequest } from '../requests/door.ts'
import { endSession } from './end.ts'
import { openSession } from './open.ts'
import { presentSessions } from './present.ts'
import { causeOfEnd, whyNotEnd } from './rules.ts'
import { type KnownSession, type SessionFilter, sessionById, sessionsVisibleTo, theSession } from './store.ts'
import { giveTicket } from './tickets.ts'

const Query = PageQuery.extend({
  state: z.enum(['live', 'all']).default('all'),
  device: z.uuid().optional(),
  /** `1`: only those one has opened oneself. */
  mine: z.enum(['0', '1']).default('0'),
})
const Comment = z.strictObject({ comment: LineOrNothing(500).default('') })
const Wanted = z.strictObject({ direction: z.enum(['write', 'watch']) })

const page = async (
  house: House,
  actor: Actor,
  filter: SessionFilter,
  { limit, cursor }: z.infer<typeof PageQuery>,
): Promise<Page<SessionView>> => {
  const [before] = readKey(cursor, ['id']) ?? []
  const rows = await sessionsVisibleTo(house.db, actor, filter, limit, before)
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return {
    rows: await presentSessions(house, actor, kept),
    next: rows.length > limit && last ? writeCursor([last.id]) : null,
  }
}

const one = async (house: House, actor: Actor, id: string): Promise<SessionView | undefined> => {
  const known = await sessionById(house.db, id)
  return known && (await presentSessions(house, actor, [known.row]))[0]
}

const end = (house: House, actor: Actor, known: KnownSession, comment: string): Promise<void> =>
  witnessed(house, byPerson(actor), { activity: 'session.end', about: known.about }, async () => {
    const why = whyNotEnd(actor, known.row, known)
    if (why) throw new Refused(why, { state: known.row.state })
    const ended = await endSession(house, byPerson(actor), known.row.id, causeOfEnd(actor, known.row), comment)
    if (!ended) throw new Refused('wrong_state', { state: 'ended' })
  })

/** Live remote sessions, and those that were. */
export const sessionsRoom = new Hono<RoomEnv>()
  .post('/requests/:requestId/session', allow('session.terminal', theRequest), async (c) => {
    const { house, actor, target } = c.var
    return c.json(await one(house, actor, await openSession(house, actor, target)), 201)
  })
  .get(
    '/sessions',
    self('the sessions on devices one may see', { whileViewing: 'seen' }),
    validated('query', Query),
    async (c) => {
      const { house, actor } = c.var
      const { state, mine, device: deviceId, ...rest } = c.req.valid('query')
      const technicianId = mine === '1' ? actor.id : undefined
      const look = await lookAtDevice(house, actor, 'device.view', deviceId)
      const found = await page(house, actor, { state, technicianId, deviceId }, rest)
      await look?.note()
      return c.json(found)
    },
  )
  .get(
    '/devices/:deviceId/sessions',
    allow('device.view', theDeviceEvenRemoved),
    validated('query', Query),
    async (c) => {
      const { house, actor, target } = c.var
      const { state, mine, ...rest } = c.req.valid('query')
      const technicianId = mine === '1' ? actor.id : undefined
      return c.json(await page(house, actor, { state, technicianId, deviceId: target.deviceId }, rest))
    },
  )
  .get('/sessions/:sessionId', allow('device.view', theSession), async (c) =>
    c.json((await presentSessions(c.var.house, c.var.actor, [c.var.target.row]))[0]),
  )
  .post('/sessions/:sessionId/end', allow('device.view', theSession), validated('json', Comment), async (c) => {
    const { house, actor, target } = c.var
    await end(house, actor, target, c.req.valid('json').comment)
    return c.json(await one(house, actor, target.row.id))
  })
  .post('/sessions/:sessionId/tickets', allow('device.view', theSession), validated('json', Wanted), async (c) => {
    const { house, actor, target } = c.var
    return c.json(await giveTicket(house, actor, target, c.req.valid('json').direction), 201)
  })
