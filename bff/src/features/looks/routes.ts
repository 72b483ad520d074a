import { Line } from '@gatehouse/shared/text'
import { Hono } from 'hono'
import { z } from 'zod'
import { allow } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theCustomer } from '../customers/door.ts'
import { theDeviceEvenRemoved } from '../devices/door.ts'
import { statePurpose } from './service.ts'

const Stated = z.strictObject({
  purpose: Line(200).refine((text) => text.length >= 5, 'Use at least 5 characters'),
})

/** Why the maker's people look at what is a customer's. */
export const looksRoom = new Hono<RoomEnv>()
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
