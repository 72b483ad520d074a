import { granted, type Target } from '@gatehouse/shared/decide'
import { SearchText } from '@gatehouse/shared/text'
import type { PersonView } from '@gatehouse/shared/views/views'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, type Finder, type Found, mayUnless, theMaker } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readCursor } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theCustomer } from '../customers/door.ts'
import { passwordDueAt } from './door.ts'
import { whyNotTouch } from './rules.ts'
import { disablePerson, enablePerson, removePerson } from './service.ts'
import { type PersonRow, peopleOf, personById } from './store.ts'

const Query = PageQuery.extend({ search: SearchText.optional() })

type KnownPerson = Found & { person: PersonRow }

/** The person in the path, as a customer's or as one of the maker's. */
const thePersonOf =
  (wanted: 'customer' | 'maker'): Finder<KnownPerson> =>
  async (house, c) => {
    const id = z.uuid().safeParse(c.req.param('personId'))
    const found = id.success ? await personById(house.db, id.data) : undefined
    if (!found || found.removedAt !== null || (wanted === 'maker') !== (found.customerId === null)) return undefined
    if (found.customerId === null) return { kind: 'maker', person: found }
    if (found.customerId !== c.req.param('customerId')) return undefined
    return {
      kind: 'customer',
      customerId: found.customerId,
      about: { customerId: found.customerId, customerName: found.customerName },
      person: found,
    }
  }

const present =
  (actor: Actor) =>
  (row: PersonRow): PersonView => {
    const target: Target = row.customerId ? { kind: 'customer', customerId: row.customerId } : { kind: 'maker' }
    const mayEdit = granted(actor, row.customerId ? 'person.edit' : 'staff.edit', target)
    const touch = mayUnless(mayEdit ? whyNotTouch(actor, row) : 'not_granted')
    return {
      id: row.id,
      name: row.name,
      email: row.email,
      customer: row.customerId ? { id: row.customerId, name: row.customerName ?? '' } : null,
      groups: row.groups,
      state: row.disabledAt === null ? 'active' : 'disabled',
      lastSignInAt: row.lastSignInAt,
      passwordDueAt: passwordDueAt(row),
      may: { disable: touch, remove: touch },
    }
  }

const list = async (house: House, actor: Actor, customerId: string | null, query: z.infer<typeof Query>) => {
  const cursor = readCursor(query.cursor, 2)
  const rows = await peopleOf(house.db, customerId, {
    limit: query.limit,
    search: query.search,
    after: cursor
      ? [String(cursor[0]), z.uuid().catch('00000000-0000-0000-0000-000000000000').parse(cursor[1])]
      : undefined,
  })
  return asPage(rows, query.limit, (row) => [row.name, row.id], present(actor))
}

/** The people of a customer and of the maker. */
export const peopleRoom = new Hono<RoomEnv>()
  .get('/customers/:customerId/people', allow('person.view', theCustomer), validated('query', Query), async (c) =>
    c.json(await list(c.var.house, c.var.actor, c.var.target.customerId, c.req.valid('query'))),
  )
  .get('/staff', allow('staff.view', theMaker), validated('query', Query), async (c) =>
    c.json(await list(c.var.house, c.var.actor, null, c.req.valid('query'))),
  )
  .post('/customers/:customerId/people/:personId/disable', allow('person.edit', thePersonOf('customer')), async (c) => {
    await disablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'disabled' as const })
  })
  .post('/customers/:customerId/people/:personId/enable', allow('person.edit', thePersonOf('customer')), async (c) => {
    await enablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'active' as const })
  })
  .delete('/customers/:customerId/people/:personId', allow('person.edit', thePersonOf('customer')), async (c) => {
    await removePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'removed' as const })
  })
  .post('/staff/:personId/disable', allow('staff.edit', thePersonOf('maker')), async (c) => {
    await disablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'disabled' as const })
  })
  .post('/staff/:personId/enable', allow('staff.edit', thePersonOf('maker')), async (c) => {
    await enablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'active' as const })
  })
  .delete('/staff/:personId', allow('staff.edit', thePersonOf('maker')), async (c) => {
    await removePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'removed' as const })
  })
