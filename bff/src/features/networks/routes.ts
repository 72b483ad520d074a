import { granted, type Target } from '@gatehouse/shared/decide'
import { LineOrNothing } from '@gatehouse/shared/text'
import type { NetworksView } from '@gatehouse/shared/views/networks'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, mayUnless, theMaker } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { type KnownCustomer, theCustomer } from '../customers/door.ts'
import { previewOf } from './preview.ts'
import { networkOf, shownAddress } from './rules.ts'
import { changeNetworks, type Whose } from './service.ts'
import { listOf } from './store.ts'

const mostNetworks = 64

const Network = z.strictObject({
  cidr: z
    .string()
    .max(100)
    .transform((text, ctx) => {
      const read = networkOf(text)
      if ('cidr' in read) return read.cidr
      ctx.addIssue({ code: 'custom', message: read.says })
      return z.NEVER
    }),
  note: LineOrNothing(80).default(''),
})

const Networks = z
  .array(Network)
  .max(mostNetworks, `A list holds ${mostNetworks} networks at most`)
  .superRefine((networks, ctx) => {
    for (const [at, { cidr }] of networks.entries())
      if (networks.findIndex((one) => one.cidr === cidr) < at)
        ctx.addIssue({ code: 'custom', path: [at, 'cidr'], message: `${cidr} stands in the list already.` })
  })

const Draft = z.strictObject({ networks: Networks })
const Change = z.strictObject({
  networks: Networks,
  version: z.number().int().min(0),
  lockMyselfOut: z.boolean().default(false),
})

const customers = (of: KnownCustomer): Whose => ({ customerId: of.customerId, name: of.name, about: of.about })
const makers = (house: House): Whose => ({ customerId: null, name: house.settings.maker })

const present = async (house: House, actor: Actor, { customerId, name }: Whose): Promise<NetworksView> => {
  const { version, networks } = await listOf(house.db, customerId)
  const target: Target = customerId === null ? { kind: 'maker' } : { kind: 'customer', customerId }
  const mayEdit = granted(actor, customerId === null ? 'staff.edit' : 'person.edit', target)
  return {
    customer: customerId === null ? null : { id: customerId, name },
    version,
    networks: networks.map(({ addedByName, ...one }) => ({ ...one, addedBy: addedByName })),
    yourAddress: shownAddress(actor.from),
    yours: actor.customerId === customerId,
    may: { edit: mayUnless(mayEdit ? undefined : 'not_granted') },
  }
}

/** From where people may sign in: a customer's list, and that of the maker's people. Who may change people may change it. */
export const networksRoom = new Hono<RoomEnv>()
  .get('/customers/:customerId/networks', allow('person.view', theCustomer), async (c) =>
    c.json(await present(c.var.house, c.var.actor, customers(c.var.target))),
  )
  .put('/customers/:customerId/networks', allow('person.edit', theCustomer), validated('json', Change), async (c) => {
    const { house, actor, target } = c.var
    return c.json({ version: await changeNetworks(house, actor, customers(target), c.req.valid('json')) })
  })
  .post(
    '/customers/:customerId/networks/preview',
    allow('person.edit', theCustomer, { look: 'people.viewed' }),
    validated('json', Draft),
    async (c) => {
      const { house, actor, target } = c.var
      return c.json(await previewOf(house.db, actor, target.customerId, c.req.valid('json').networks))
    },
  )
  .get('/staff/networks', allow('staff.view', theMaker), async (c) =>
    c.json(await present(c.var.house, c.var.actor, makers(c.var.house))),
  )
  .put('/staff/networks', allow('staff.edit', theMaker), validated('json', Change), async (c) => {
    const { house, actor } = c.var
    return c.json({ version: await changeNetworks(house, actor, makers(house), c.req.valid('json')) })
  })
  .post('/staff/networks/preview', allow('staff.edit', theMaker), validated('json', Draft), async (c) => {
    const { house, actor } = c.var
    return c.json(await previewOf(house.db, actor, null, c.req.valid('json').networks))
  })
