import { activityNames, deviceActivities } from '@gatehouse/shared/activities'
import { requestStates } from '@gatehouse/shared/requests/request-states'
import { Line, LineOrNothing, SearchText } from '@gatehouse/shared/text'
import type { Page } from '@gatehouse/shared/views/basics'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, self } from '../../kernel/http/allow.ts'
import { PageQuery, readKey, writeCursor } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theDevice, theDeviceEvenRemoved } from '../devices/door.ts'
import { lookAtDevice } from '../looks/door.ts'
import { decideRequest } from './decide.ts'
import { theRequest } from './door.ts'
import { makeRequest } from './make.ts'
import { presentAsking, presentRequests } from './present.ts'
import { type RequestFilter, requestById, requestsVisibleTo } from './store.ts'
import { revokeApproval, withdrawRequest } from './take-back.ts'

const Activities = z
  .array(z.enum(activityNames))
  .min(1, 'Choose at least one activity.')
  .max(deviceActivities.length)
  .transform((names) => [...new Set(names)].sort())
const Minutes = z.number().int().min(1).max(480)
const Time = z.number().int().min(0).max(8_640_000_000_000_000)
/** Lines that were typed one below the other become one: the log and the mails are read by the line. */
const oneLine = z
  .string()
  .max(2_000)
  .transform((text) => text.replace(/\s+/g, ' '))
const Comment = oneLine.pipe(LineOrNothing(500)).default('')

const Asked = z.strictObject({
  activities: Activities,
  reason: oneLine.pipe(Line(500)).refine((text) => text.length >= 5, 'Say in a few words why.'),
  caseNumber: LineOrNothing(60).default(''),
  wantedStart: Time,
  minutes: Minutes.min(5),
})

const Answer = z.strictObject({
  answer: z.enum(['approve', 'deny']),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  activities: Activities.optional(),
  minutes: Minutes.optional(),
  notBefore: Time.optional(),
  useBefore: Time.optional(),
  comment: Comment,
})

const Query = PageQuery.extend({
  /** `open`: whatever still waits for somebody's answer. */
  state: z.enum([...requestStates, 'open']).optional(),
  device: z.uuid().optional(),
  search: SearchText.optional(),
  /** `1`: only those one has made oneself. */
  mine: z.enum(['0', '1']).default('0'),
})

const page = async (
  house: House,
  actor: Actor,
  filter: RequestFilter,
  { limit, cursor }: z.infer<typeof PageQuery>,
): Promise<Page<RequestView>> => {
  const [before] = readKey(cursor, ['id']) ?? []
  const rows = await requestsVisibleTo(house.db, actor, filter, limit, before)
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return {
    rows: await presentRequests(house, actor, kept),
    next: rows.length > limit && last ? writeCursor([last.row.id]) : null,
  }
}

const one = async (house: House, actor: Actor, id: string): Promise<RequestView | undefined> => {
  const known = await requestById(house.db, id)
  return known && (await presentRequests(house, actor, [known]))[0]
}

/** Asking for remote access, and what becomes of it. */
export const requestsRoom = new Hono<RoomEnv>()
  .post('/devices/:deviceId/requests', allow('session.request', theDevice), validated('json', Asked), async (c) => {
    const { house, actor, target } = c.var
    const id = await makeRequest(house, actor, target, c.req.valid('json'))
    return c.json(await one(house, actor, id), 201)
  })
  .get('/devices/:deviceId/approvers', allow('session.request', theDevice), async (c) => {
    const { house, actor, target } = c.var
    return c.json(await presentAsking(house, actor, target))
  })
  .get(
    '/devices/:deviceId/requests',
    allow('device.view', theDeviceEvenRemoved),
    validated('query', Query),
    async (c) => {
      const { house, actor, target } = c.var
      const { state, search, mine, ...rest } = c.req.valid('query')
      const technicianId = mine === '1' ? actor.id : undefined
      return c.json(await page(house, actor, { state, search, technicianId, deviceId: target.deviceId }, rest))
    },
  )
  .get(
    '/requests',
    self('the requests on devices one may see', { whileViewing: 'seen' }),
    validated('query', Query),
    async (c) => {
      const { house, actor } = c.var
      const { state, search, mine, device: deviceId, ...rest } = c.req.valid('query')
      const technicianId = mine === '1' ? actor.id : undefined
      const look = await lookAtDevice(house, actor, 'device.view', deviceId)
      const found = await page(house, actor, { state, search, technicianId, deviceId }, rest)
      await look?.note()
      return c.json(found)
    },
  )
  .get('/requests/:requestId', allow('device.view', theRequest), async (c) =>
    c.json((await presentRequests(c.var.house, c.var.actor, [c.var.target]))[0]),
  )
  .post(
    '/requests/:requestId/decision',
    // A no is taken at any time; a yes is asked for what stops it where it is given.
    allow('session.approve', theRequest, { goesOn: true }),
    validated('json', Answer),
    async (c) => {
      const { house, actor, target } = c.var
      await decideRequest(house, actor, target, c.req.valid('json'))
      return c.json(await one(house, actor, target.row.id))
    },
  )
  .post('/requests/:requestId/withdraw', allow('session.request', theRequest), async (c) => {
    const { house, actor, target } = c.var
    await withdrawRequest(house, actor, target)
    return c.json(await one(house, actor, target.row.id))
  })
  .post(
    '/requests/:requestId/revoke',
    allow('session.approve', theRequest, { stops: true }),
    validated('json', z.strictObject({ comment: Comment })),
    async (c) => {
      const { house, actor, target } = c.var
      await revokeApproval(house, actor, target, c.req.valid('json').comment)
      return c.json(await one(house, actor, target.row.id))
    },
  )
