import { Line } from '@gatehouse/shared/text'
import { Hono } from 'hono'
import { z } from 'zod'
import { allow, type Finder, type Found, self } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { viewingLasts } from './rules.ts'
import { startViewing, stopViewing } from './service.ts'
import { personOf, type Viewed } from './store.ts'

const Wanted = z.strictObject({
  reason: Line(200),
  caseNumber: z.union([Line(60), z.literal('')]),
  minutes: z.number().int().min(viewingLasts.shortest).max(viewingLasts.longest),
})

/** Somebody of a customer; the right to look as him is the maker's. */
const thePerson: Finder<Found & { kind: 'maker'; person: Viewed }> = async (house, c) => {
  const [customerId = '', id = ''] = [c.req.param('customerId'), c.req.param('personId')]
  const found = isUuid(customerId) && isUuid(id) ? await personOf(house.db, customerId, id) : undefined
  if (!found) return undefined
  return {
    kind: 'maker',
    about: { personId: found.id, customerId: found.customerId, customerName: found.customerName },
    person: found,
  }
}

/** Looking at Gatehouse as a person of a customer sees it. */
export const viewingRoom = new Hono<RoomEnv>()
  .post(
    '/customers/:customerId/people/:personId/viewing',
    allow('person.view_as', thePerson),
    validated('json', Wanted),
    async (c) => {
      const { house, actor, target } = c.var
      return c.json({ until: await startViewing(house, actor, target.person, c.req.valid('json')) }, 201)
    },
  )
  .delete('/me/viewing', self('one stops looking as somebody else', { whileViewing: 'own' }), async (c) => {
    await stopViewing(c.var.house, c.var.actor)
    return c.json({ stopped: true as const })
  })
