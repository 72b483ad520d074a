import { decide, provenBefore, targetOf } from '@gatehouse/shared/decide'
import { FleetFilter } from '@gatehouse/shared/devices/fleet'
import { Line } from '@gatehouse/shared/text'
import { Hono } from 'hono'
import { z } from 'zod'
import { byPerson } from '../../kernel/actor.ts'
import { allow, self } from '../../kernel/http/allow.ts'
import { PageQuery } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theCustomer } from '../customers/door.ts'
import { theDevice, theDeviceEvenRemoved } from './door.ts'
import { facetsOf } from './fleet-facets.ts'
import { fleetPage } from './list.ts'
import { presentDevice } from './present.ts'
import { addDevice, changeDevice, issueCode, removeDevice, revokeDevice } from './service.ts'

const Query = PageQuery.extend(FleetFilter.shape)
const FacetQuery = z.object({ customer: z.uuid().optional() })
const Tags = z
  .array(Line(40))
  .max(20)
  .transform((tags) => [...new Set(tags)])
const NewDevice = z.strictObject({
  name: Line(120),
  serial: Line(80),
  siteId: z.uuid(),
  modelId: z.uuid(),
  tags: Tags.default([]),
})
const DeviceChange = z.strictObject({ name: Line(120).optional(), siteId: z.uuid().optional(), tags: Tags.optional() })
const Revocation = z.strictObject({ reason: Line(300) })

const seen = 'the devices one is granted'

/** Devices, as people see and keep them. */
export const devicesRoom = new Hono<RoomEnv>()
  .get('/devices', self(seen, { whileViewing: 'seen' }), validated('query', Query), async (c) => {
    const { house, actor } = c.var
    const { limit, cursor, ...filter } = c.req.valid('query')
    const now = house.clock.now()
    return c.json(await fleetPage(house.db, actor, filter, { limit, cursor, now }))
  })
  .get('/devices/facets', self(seen, { whileViewing: 'seen' }), validated('query', FacetQuery), async (c) =>
    c.json(await facetsOf(c.var.house.db, c.var.actor, c.req.valid('query').customer)),
  )
  .get('/devices/:deviceId', allow('device.view', theDeviceEvenRemoved), async (c) =>
    c.json(await presentDevice(c.var.house, c.var.actor, c.var.target)),
  )
  .post('/customers/:customerId/devices', allow('device.add', theCustomer), validated('json', NewDevice), async (c) =>
    c.json(await addDevice(c.var.house, c.var.actor, c.var.target, c.req.valid('json')), 201),
  )
  .patch('/devices/:deviceId', allow('device.edit', theDevice), validated('json', DeviceChange), async (c) => {
    const { house, actor, target } = c.var
    const nothing = { policy: [], approvals: [] }
    const policyTarget = targetOf('policy.edit', target)
    const editsPolicy = decide(provenBefore(actor), 'policy.edit', policyTarget, nothing, house.clock.now()).ok
    return c.json(await changeDevice(house, actor, target, c.req.valid('json'), editsPolicy))
  })
  .post('/devices/:deviceId/enrolment-code', allow('device.enrol', theDevice), async (c) =>
    c.json(await issueCode(c.var.house, byPerson(c.var.actor), c.var.target), 201),
  )
  .post('/devices/:deviceId/revoke', allow('device.revoke', theDevice), validated('json', Revocation), async (c) => {
    await revokeDevice(c.var.house, c.var.actor, c.var.target, c.req.valid('json').reason)
    return c.json({ state: 'revoked' as const })
  })
  .delete('/devices/:deviceId', allow('device.edit', theDevice), async (c) => {
    await removeDevice(c.var.house, c.var.actor, c.var.target)
    return c.json({ state: 'removed' as const })
  })
