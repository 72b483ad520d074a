import { Zone } from '@gatehouse/shared/customers/zone'
import { decide } from '@gatehouse/shared/decide'
import { Line, LineOrNothing, SearchText } from '@gatehouse/shared/text'
import type { CustomerView } from '@gatehouse/shared/views/customers'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, asMay, type Finder, mayUnless, self, theMaker } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { demandsFactor, type KnownCustomer, siteOf, theCustomer } from './door.ts'
import { whyNotRename } from './rules.ts'
import { addCustomer, addSite, changeSite, demandFactor, renameCustomer } from './service.ts'
import { customersOf, peopleCount, sitesOf } from './store.ts'

const Query = PageQuery.extend({ search: SearchText.optional() })
const CustomerFields = z.strictObject({ name: Line(120) })
const Demand = z.strictObject({ demanded: z.boolean() })
const Site = z.strictObject({ name: Line(120), zone: Zone, address: LineOrNothing(300).default('') })
const SiteChange = z.strictObject({
  name: Line(120).optional(),
  zone: Zone.optional(),
  address: LineOrNothing(300).optional(),
})

/** The customer in the path, where it has the site in the path. */
const theSite: Finder<KnownCustomer & { siteId: string }> = async (house, c) => {
  const siteId = c.req.param('siteId') ?? ''
  const of = await theCustomer(house, c)
  const found = of && isUuid(siteId) ? await siteOf(house.db, of.customerId, siteId) : undefined
  return of && found ? { ...of, siteId: found.id } : undefined
}

const present = async (house: House, actor: Actor, of: KnownCustomer): Promise<CustomerView> => {
  const may = (activity: Parameters<typeof decide>[1]) =>
    asMay(decide(actor, activity, of, { policy: [], approvals: [] }, house.clock.now()))
  const viewPeople = may('person.view')
  const [sites, people, demands] = await Promise.all([
    sitesOf(house.db, actor, of.customerId),
    viewPeople.ok ? peopleCount(house.db, of.customerId) : null,
    demandsFactor(house.db, of.customerId),
  ])
  const edit = may('customer.edit')
  return {
    id: of.customerId,
    name: of.name,
    sites,
    devices: sites.reduce((sum, one) => sum + one.devices, 0),
    people,
    demandsFactor: demands,
    may: {
      edit,
      rename: edit.ok ? mayUnless(whyNotRename(actor)) : edit,
      addDevice: may('device.add'),
      editPolicy: may('policy.edit'),
      viewPolicy: may('policy.view'),
      viewPeople,
      editPeople: may('person.edit'),
    },
  }
}

/** Customers and their sites. */
export const customersRoom = new Hono<RoomEnv>()
  .get(
    '/customers',
    self('the customers one is granted', { whileViewing: 'seen' }),
    validated('query', Query),
    async (c) => {
      const { limit, search, cursor } = c.req.valid('query')
      const after = readKey(cursor, ['text', 'id'])
      const rows = await customersOf(c.var.house.db, c.var.actor, { limit, search, after })
      return c.json(
        asPage(
          rows,
          limit,
          (row) => [row.name, row.id],
          (row) => row,
        ),
      )
    },
  )
  .post('/customers', allow('customer.add', theMaker), validated('json', CustomerFields), async (c) =>
    c.json(await addCustomer(c.var.house, c.var.actor, c.req.valid('json').name), 201),
  )
  .get('/customers/:customerId', allow('customer.view', theCustomer), async (c) =>
    c.json(await present(c.var.house, c.var.actor, c.var.target)),
  )
  .patch('/customers/:customerId', allow('customer.edit', theCustomer), validated('json', CustomerFields), async (c) =>
    c.json(await renameCustomer(c.var.house, c.var.actor, c.var.target, c.req.valid('json').name)),
  )
  .put(
    '/customers/:customerId/second-factor',
    allow('person.edit', theCustomer),
    validated('json', Demand),
    async (c) => {
      const { house, actor, target } = c.var
      await demandFactor(house, actor, target, c.req.valid('json').demanded)
      return c.json({ demanded: c.req.valid('json').demanded })
    },
  )
  .post('/customers/:customerId/sites', allow('customer.edit', theCustomer), validated('json', Site), async (c) =>
    c.json(await addSite(c.var.house, c.var.actor, c.var.target, c.req.valid('json')), 201),
  )
  .patch(
    '/customers/:customerId/sites/:siteId',
    allow('customer.edit', theSite),
    validated('json', SiteChange),
    async (c) =>
      c.json(await changeSite(c.var.house, c.var.actor, c.var.target, c.var.target.siteId, c.req.valid('json'))),
  )
