import type { GroupView } from '@gatehouse/shared/views/views'
import { Hono } from 'hono'
import { allow, theMaker } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { theCustomer } from '../customers/door.ts'
import { groupsOf } from './store.ts'

type GroupRow = Awaited<ReturnType<typeof groupsOf>>[number]

const present = (row: GroupRow): GroupView => ({
  id: row.id,
  name: row.name,
  customer: row.customerId ? { id: row.customerId, name: row.customerName ?? '' } : null,
  people: row.people,
  grants: row.grants,
})

/** Groups and what they grant. */
export const groupsRoom = new Hono<RoomEnv>()
  .get('/groups', allow('staff.view', theMaker), async (c) =>
    c.json((await groupsOf(c.var.house.db, null)).map(present)),
  )
  .get('/customers/:customerId/groups', allow('person.view', theCustomer), async (c) =>
    c.json((await groupsOf(c.var.house.db, c.var.target.customerId)).map(present)),
  )
