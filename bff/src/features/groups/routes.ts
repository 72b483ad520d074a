import { granted } from '@gatehouse/shared/decide'
import { Line } from '@gatehouse/shared/text'
import type { GroupPreview, GroupView } from '@gatehouse/shared/views/groups'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, type Finder, type Found, mayUnless, theMaker } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { theCustomer } from '../customers/door.ts'
import { hasAdministrators, whyNotHandOut } from '../people/door.ts'
import { addGroup, changeGroup, removeGroup } from './edit.ts'
import { checkGrants, GrantsInput } from './input.ts'
import { previewOf } from './preview.ts'
import { whyNotEdit } from './rules.ts'
import { groupById, groupsOf, type KnownGroup, membersOf } from './store.ts'

const Fields = { name: Line(80), grants: GrantsInput }
const NewGroup = z.strictObject(Fields)
const ChangedGroup = z.strictObject({ ...Fields, version: z.number().int() })
const Removal = z.strictObject({ version: z.number().int() })
/** A draft, of a group that is there or of a new one. */
const Draft = z.strictObject({ grants: GrantsInput, groupId: z.uuid().nullable().default(null) })

type GroupRow = Awaited<ReturnType<typeof groupsOf>>[number]

const mayEdit = (actor: Actor, customerId: string | null): boolean =>
  customerId === null
    ? granted(actor, 'staff.edit', { kind: 'maker' })
    : granted(actor, 'person.edit', { kind: 'customer', customerId })

const present =
  (actor: Actor, own: boolean) =>
  (row: GroupRow): GroupView => {
    const may = mayEdit(actor, row.customerId)
    return {
      id: row.id,
      name: row.name,
      version: row.version,
      customer: row.customerId ? { id: row.customerId, name: row.customerName ?? '' } : null,
      people: row.people,
      grants: row.grants,
      may: {
        assign: mayUnless(may ? whyNotHandOut(actor, row, own) : 'not_granted'),
        edit: mayUnless(may ? whyNotEdit(actor, row, null, own) : 'not_granted'),
      },
    }
  }

const list = async (house: House, actor: Actor, customerId: string | null): Promise<GroupView[]> => {
  const [rows, own] = await Promise.all([
    groupsOf(house.db, customerId, actor.id),
    hasAdministrators(house.db, customerId),
  ])
  return rows.map(present(actor, own))
}

/** The group in the path, as a customer's or as one of the maker's. */
const theGroupOf =
  (wanted: 'customer' | 'maker'): Finder<Found & { group: KnownGroup }> =>
  async (house, c) => {
    const id = c.req.param('groupId') ?? ''
    // The door asks next; until then nobody is in it.
    const found = isUuid(id) ? await groupById(house.db, id, '00000000-0000-0000-0000-000000000000') : undefined
    if (!found || (wanted === 'maker') !== (found.customerId === null)) return undefined
    if (found.customerId === null) return { kind: 'maker', group: found }
    if (found.customerId !== c.req.param('customerId')?.toLowerCase()) return undefined
    return { kind: 'customer', customerId: found.customerId, about: found.about, group: found }
  }

/** As whoever asks sees it: whether he is in it is his own. */
const asSeen = async (house: House, actor: Actor, { id }: KnownGroup): Promise<KnownGroup> => {
  const found = await groupById(house.db, id, actor.id)
  if (!found) throw new Error('the group was there a moment ago')
  return found
}

const preview = async (
  house: House,
  actor: Actor,
  customerId: string | null,
  draft: z.infer<typeof Draft>,
): Promise<GroupPreview> => {
  const known = draft.groupId ? await groupById(house.db, draft.groupId, actor.id) : undefined
  const before = known?.customerId === customerId ? known : undefined
  const after = { customerId, grants: draft.grants }
  await checkGrants(house.db, draft.grants, customerId)
  const [reach, members, own] = await Promise.all([
    previewOf(house.db, actor, before ?? { customerId, grants: [] }, after),
    before ? membersOf(house.db, before.id) : [],
    hasAdministrators(house.db, customerId),
  ])
  return {
    ...reach,
    people: { count: members.length, sample: members.slice(0, 10) },
    may: {
      save: mayUnless(mayEdit(actor, customerId) ? whyNotEdit(actor, before ?? null, after, own) : 'not_granted'),
    },
  }
}

/** Groups, and what they grant. */
export const groupsRoom = new Hono<RoomEnv>()
  .get('/groups', allow('staff.view', theMaker), async (c) => c.json(await list(c.var.house, c.var.actor, null)))
  .post('/groups', allow('staff.edit', theMaker), validated('json', NewGroup), async (c) => {
    const at = { customerId: null, customerName: null }
    return c.json({ id: await addGroup(c.var.house, c.var.actor, at, c.req.valid('json')) }, 201)
  })
  .post('/groups/preview', allow('staff.view', theMaker), validated('json', Draft), async (c) =>
    c.json(await preview(c.var.house, c.var.actor, null, c.req.valid('json'))),
  )
  .put('/groups/:groupId', allow('staff.edit', theGroupOf('maker')), validated('json', ChangedGroup), async (c) => {
    const { house, actor, target } = c.var
    const known = await asSeen(house, actor, target.group)
    return c.json({ version: await changeGroup(house, actor, known, c.req.valid('json')) })
  })
  .delete(
    '/groups/:groupId',
    allow('staff.edit', theGroupOf('maker'), { goesOn: true }),
    validated('json', Removal),
    async (c) => {
      const { house, actor, target } = c.var
      await removeGroup(house, actor, await asSeen(house, actor, target.group), c.req.valid('json').version)
      return c.json({ removed: true as const })
    },
  )
  .get('/customers/:customerId/groups', allow('person.view', theCustomer), async (c) =>
    c.json(await list(c.var.house, c.var.actor, c.var.target.customerId)),
  )
  .post('/customers/:customerId/groups', allow('person.edit', theCustomer), validated('json', NewGroup), async (c) => {
    const { house, actor, target } = c.var
    const at = { customerId: target.customerId, customerName: target.name }
    return c.json({ id: await addGroup(house, actor, at, c.req.valid('json')) }, 201)
  })
  .post(
    '/customers/:customerId/groups/preview',
    allow('person.view', theCustomer, { look: 'people.viewed' }),
    validated('json', Draft),
    async (c) => c.json(await preview(c.var.house, c.var.actor, c.var.target.customerId, c.req.valid('json'))),
  )
  .put(
    '/customers/:customerId/groups/:groupId',
    allow('person.edit', theGroupOf('customer')),
    validated('json', ChangedGroup),
    async (c) => {
      const { house, actor, target } = c.var
      const known = await asSeen(house, actor, target.group)
      return c.json({ version: await changeGroup(house, actor, known, c.req.valid('json')) })
    },
  )
  .delete(
    '/customers/:customerId/groups/:groupId',
    allow('person.edit', theGroupOf('customer'), { goesOn: true }),
    validated('json', Removal),
    async (c) => {
      const { house, actor, target } = c.var
      await removeGroup(house, actor, await asSeen(house, actor, target.group), c.req.valid('json').version)
      return c.json({ removed: true as const })
    },
  )
