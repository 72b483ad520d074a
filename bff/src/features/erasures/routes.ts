import { granted } from '@gatehouse/shared/decide'
import type { Refusal } from '@gatehouse/shared/refusals'
import { Line, SearchText } from '@gatehouse/shared/text'
import type { Named, Page } from '@gatehouse/shared/views/basics'
import type { ErasuresView, ErasureView } from '@gatehouse/shared/views/erasures'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { allow, type Finder, type Found, mayUnless, theMaker } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { theCustomer } from '../customers/door.ts'
import { waits, whyNotAsk, whyNotConfirm, whyNotStop } from './rules.ts'
import { askErasure, confirmErasure, stopErasure } from './service.ts'
import { administratorsOf, couldConfirm, isIndependent } from './standing.ts'
import { type Erasable, type ErasureRow, erasableOf, erasureById, erasuresOf, namesOf, removedPeople } from './store.ts'

const Query = PageQuery.extend({
  /** `open`: whatever is not done, stopped or lapsed. */
  state: z.enum(['open', 'over']).optional(),
})
const Removed = PageQuery.extend({ search: SearchText.optional() })
const Asked = z.strictObject({ reason: Line(500) })

type At = 'customer' | 'maker'

/** What is of the company in the path. */
const ofCompany = (
  at: At,
  customerId: string | null,
  inPath: string | undefined,
  about: { personId: string; customerName: string | null },
): Found | undefined => {
  if ((at === 'maker') !== (customerId === null)) return undefined
  if (customerId === null) return { kind: 'maker', about: { personId: about.personId } }
  return customerId === inPath ? { kind: 'customer', customerId, about: { ...about, customerId } } : undefined
}

/** The person in the path, removed or not. */
const thePersonOf =
  (at: At): Finder<Found & { them: Erasable }> =>
  async (house, c) => {
    const id = c.req.param('personId') ?? ''
    const them = isUuid(id) ? await erasableOf(house.db, id) : undefined
    const about = them && { personId: them.id, customerName: them.customerName }
    const found = them && about && ofCompany(at, them.customerId, c.req.param('customerId'), about)
    return found && { ...found, them }
  }

/** The erasure in the path. */
const theErasureOf =
  (at: At): Finder<Found & { row: ErasureRow; customerName: string | null }> =>
  async (house, c) => {
    const id = c.req.param('erasureId') ?? ''
    const row = isUuid(id) ? await erasureById(house.db, id) : undefined
    const customer = at === 'customer' ? await theCustomer(house, c) : undefined
    const customerName = customer?.name ?? null
    const found =
      row && ofCompany(at, row.customerId, c.req.param('customerId'), { personId: row.personId, customerName })
    return found && { ...found, row, customerName }
  }

const list = async (
  house: House,
  actor: Actor,
  customerId: string | null,
  { limit, cursor, state }: z.infer<typeof Query>,
): Promise<ErasuresView> => {
  const [found, administrators] = await Promise.all([
    erasuresOf(house.db, customerId, { limit, state, before: readKey(cursor, ['id'])?.[0] }),
    administratorsOf(house.db, customerId),
  ])
  const rows = found.slice(0, limit)
  const people = rows.flatMap((row) => [row.personId, row.askedBy, row.confirmedBy, row.stoppedBy])
  const names = await namesOf(house.db, [...new Set(people.filter((id) => id !== null))])
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? 'Somebody'))
  const company = { customerId, administrators }
  const target = customerId === null ? ({ kind: 'maker' } as const) : ({ kind: 'customer', customerId } as const)
  const edits = granted(actor, customerId === null ? 'staff.edit' : 'person.edit', target)
  const may = (why: Refusal | undefined) => mayUnless(edits ? why : 'not_granted')
  const whyNot = new Map<string, Refusal | undefined>()
  const needsMaker = new Set<string>()
  for (const row of rows.filter(({ state }) => state === 'asked')) {
    const own = actor.customerId === customerId
    const able = await couldConfirm(house.db, row, administrators)
    if (customerId !== null && able.length === 0) needsMaker.add(row.id)
    const could = own ? administrators : able
    const why = whyNotConfirm(actor, row, { customerId, administrators: could })
    whyNot.set(row.id, why ?? ((await isIndependent(house.db, actor.id, row)) ? undefined : 'not_independent'))
  }
  const view = (row: ErasureRow): ErasureView => ({
    id: row.id,
    state: row.state,
    person: { id: row.personId, name: nameOf(row.personId) ?? '' },
    reason: row.reason,
    askedBy: nameOf(row.askedBy) ?? '',
    askedAt: row.askedAt,
    confirmedBy: nameOf(row.confirmedBy),
    confirmedAt: row.confirmedAt,
    beginsAt: row.beginsAt,
    stoppedBy: nameOf(row.stoppedBy),
    endedAt: row.endedAt,
    events: row.events,
    rows: row.rows,
    needsMaker: needsMaker.has(row.id),
    may: { confirm: may(row.state === 'asked' ? whyNot.get(row.id) : 'wrong_state'), stop: may(whyNotStop(row)) },
  })
  return {
    ...asPage(found, limit, (row) => [row.id], view),
    waitHours: waits / 3_600_000,
    may: { ask: may(whyNotAsk(actor, '', company)) },
  }
}

const removed = async (
  { db }: House,
  customerId: string | null,
  { limit, cursor, search }: z.infer<typeof Removed>,
): Promise<Page<Named>> =>
  asPage(
    await removedPeople(db, customerId, { limit, search, after: readKey(cursor, ['text', 'id']) }),
    limit,
    ({ name, id }) => [name, id],
    (row) => row,
  )

/** Erasing what names a person: asked for by one administrator, confirmed by another, done after a day. */
export const erasuresRoom = new Hono<RoomEnv>()
  .get('/customers/:customerId/erasures', allow('person.view', theCustomer), validated('query', Query), async (c) =>
    c.json(await list(c.var.house, c.var.actor, c.var.target.customerId, c.req.valid('query'))),
  )
  .get('/staff/erasures', allow('staff.view', theMaker), validated('query', Query), async (c) =>
    c.json(await list(c.var.house, c.var.actor, null, c.req.valid('query'))),
  )
  .get(
    '/customers/:customerId/removed-people',
    allow('person.view', theCustomer),
    validated('query', Removed),
    async (c) => c.json(await removed(c.var.house, c.var.target.customerId, c.req.valid('query'))),
  )
  .get('/staff/removed', allow('staff.view', theMaker), validated('query', Removed), async (c) =>
    c.json(await removed(c.var.house, null, c.req.valid('query'))),
  )
  .post(
    '/customers/:customerId/people/:personId/erasure',
    allow('person.edit', thePersonOf('customer')),
    validated('json', Asked),
    async (c) => {
      const { house, actor, target } = c.var
      return c.json({ id: await askErasure(house, actor, target.them, c.req.valid('json').reason) }, 201)
    },
  )
  .post('/staff/:personId/erasure', allow('staff.edit', thePersonOf('maker')), validated('json', Asked), async (c) => {
    const { house, actor, target } = c.var
    return c.json({ id: await askErasure(house, actor, target.them, c.req.valid('json').reason) }, 201)
  })
  .post(
    '/customers/:customerId/erasures/:erasureId/confirm',
    allow('person.edit', theErasureOf('customer')),
    async (c) => {
      const { house, actor, target } = c.var
      await confirmErasure(house, actor, target.row.id, target.customerName)
      return c.json({ state: 'confirmed' as const })
    },
  )
  .post('/staff/erasures/:erasureId/confirm', allow('staff.edit', theErasureOf('maker')), async (c) => {
    const { house, actor, target } = c.var
    await confirmErasure(house, actor, target.row.id, null)
    return c.json({ state: 'confirmed' as const })
  })
  .post(
    '/customers/:customerId/erasures/:erasureId/stop',
    allow('person.edit', theErasureOf('customer'), { stops: true }),
    async (c) => {
      const { house, actor, target } = c.var
      await stopErasure(house, actor, target.row.id, target.customerName)
      return c.json({ state: 'stopped' as const })
    },
  )
  .post('/staff/erasures/:erasureId/stop', allow('staff.edit', theErasureOf('maker'), { stops: true }), async (c) => {
    const { house, actor, target } = c.var
    await stopErasure(house, actor, target.row.id, null)
    return c.json({ state: 'stopped' as const })
  })
