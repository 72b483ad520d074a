import { Line } from '@gatehouse/shared/text'
import type { LooksView } from '@gatehouse/shared/views/looks'
import { Hono } from 'hono'
import { z } from 'zod'
import { days } from '../../kernel/clock.ts'
import { allow, self } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { eventsVisibleTo } from '../audit/door.ts'
import { theCustomer } from '../customers/door.ts'
import { theDeviceEvenRemoved } from '../devices/door.ts'
import { lookAtLog, withheldFrom } from './door.ts'
import { statePurpose } from './service.ts'
import { lookersOf, looksAt } from './summary.ts'

const Stated = z.strictObject({
  purpose: Line(200).refine((text) => text.length >= 5, 'Use at least 5 characters'),
})

const Moment = z.coerce.number().int().min(0).max(8_640_000_000_000_000)
/** The last thirty days where nothing is said. */
const When = z.object({
  from: Moment.optional(),
  to: Moment.optional(),
  customer: z.uuid().optional(),
  /** So many looks are counted on a page. */
  limit: z.coerce.number().int().min(1).max(2_000).default(2_000),
  cursor: PageQuery.shape.cursor,
})

/** Who looked, and why the maker's people look at what is a customer's. */
export const looksRoom = new Hono<RoomEnv>()
  .get(
    '/looks',
    self('the looks in the log that one may see', { whileViewing: 'seen' }),
    validated('query', When),
    async (c) => {
      const { house, actor } = c.var
      const { to = house.clock.now(), from = to - days(30), customer, limit, cursor } = c.req.valid('query')
      const filter = { events: [...looksAt.events], from, to, ...(customer && { customerId: customer }) }
      const look = await lookAtLog(house, actor, { customerId: customer })
      const withheld = look ? [] : await withheldFrom(house, actor)
      const without = withheld.map(({ id }) => id)
      const [before] = readKey(cursor, ['id']) ?? []
      const found = await eventsVisibleTo(house.db, { ...actor, without }, filter, limit, before)
      await look?.note()
      const { rows, next } = asPage(
        found,
        limit,
        ({ id }) => [id],
        (row) => row,
      )
      const since = rows.at(-1)?.at ?? null
      return c.json({ from, to, since, withheld, rows: lookersOf(rows), next } satisfies LooksView)
    },
  )
  .post(
    '/devices/:deviceId/purpose',
    allow('device.view', theDeviceEvenRemoved),
    validated('json', Stated),
    async (c) => {
      const { house, actor, target } = c.var
      await statePurpose(house, actor, target, c.req.valid('json').purpose)
      return c.json({ stated: true as const }, 201)
    },
  )
  .post('/customers/:customerId/purpose', allow('customer.view', theCustomer), validated('json', Stated), async (c) => {
    const { house, actor, target } = c.var
    await statePurpose(house, actor, { ...target, deviceId: null }, c.req.valid('json').purpose)
    return c.json({ stated: true as const }, 201)
  })
