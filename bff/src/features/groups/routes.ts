import { granted } from '@gatehouse/shared/decide'
import type { GroupView } from '@gatehouse/shared/views/views'
import { Hono } from 'hono'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, mayUnless, theMaker } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { theCustomer } from '../customers/door.ts'
import { whyNotHandOut } from '../people/door.ts'
import { hasAdministrators } from './assign.ts'
import { groupsOf } from './store.ts'

type GroupRow = Awaited<ReturnType<typeof groupsOf>>[number]

const mayEdit = (actor: Actor, customerId: string | null): boolean =>
  customerId === null
    ? granted(actor, 'staff.edit', { kind: 'maker' })
    : granted(actor, 'person.edit', { kind: 'customer', customerId })

const present =
  (actor: Actor, ownAdministrators: boolean) =>
  (row: GroupRow): GroupView => ({
    id: row.id,
    name: row.name,
    customer: row.customerId ? { id: row.customerId, name: row.customerName ?? '' } : null,
    people: row.people,
    grants: row.grants,
    may: {
      assign: mayUnless(mayEdit(actor, row.customerId) ? whyNotHandOut(actor, row, ownAdministrators) : 'not_granted'),
    },
  })

const list = async (house: House, actor: Actor, customerId: string | null): Promise<GroupView[]> => {
  const [rows, own] = await Promise.all([groupsOf(house.db, customerId), hasAdministrators(house.db, customerId)])
  return rows.map(present(actor, own))
}

/** Groups and what they grant. */
export const groupsRoom = new Hono<RoomEnv>()
  .get('/groups', allow('staff.view', theMaker), async (c) => c.json(await list(c.var.house, c.var.actor, null)))
  .get('/customers/:customerId/groups', allow('person.view', theCustomer), async (c) =>
    c.json(await list(c.var.house, c.var.actor, c.var.target.customerId)),
  )
