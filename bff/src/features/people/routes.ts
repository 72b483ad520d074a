import { granted, type Target } from '@gatehouse/shared/decide'
import type { Refusal } from '@gatehouse/shared/refusals'
import { Line, SearchText } from '@gatehouse/shared/text'
import type { Named } from '@gatehouse/shared/views/basics'
import type { PersonView } from '@gatehouse/shared/views/people'
import { Hono } from 'hono'
import { z } from 'zod'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { witnessed } from '../../kernel/change.ts'
import type { House } from '../../kernel/house.ts'
import { allow, type Finder, type Found, mayUnless, theMaker } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theCustomer } from '../customers/door.ts'
import { mayViewAs } from '../viewing/door.ts'
import { administratorsOf } from './administrators.ts'
import { passwordDueAt } from './door.ts'
import { inviteAgain, invitePerson, withdrawInvitation } from './invite.ts'
import { changeGroupsOf } from './membership.ts'
import { startReset } from './reset.ts'
import { stateOf, whyNotInvite, whyNotReset, whyNotTouch } from './rules.ts'
import { disablePerson, enablePerson, removePerson, signPersonOut } from './service.ts'
import { type PersonRow, peopleOf, personById } from './store.ts'

const Query = PageQuery.extend({ search: SearchText.optional() })

const GroupIds = z.array(z.uuid()).max(100)
const Invitation = z.strictObject({
  name: Line(120),
  email: z.email('Write an e-mail address').max(254),
  groups: GroupIds,
})
const Membership = z.strictObject({ add: GroupIds.default([]), remove: GroupIds.default([]) })
/** Nothing of the new password is chosen by whoever starts a reset: a field of any other name is refused. */
const Reset = z.strictObject({ factors: z.boolean().default(false) })

type KnownPerson = Found & { person: PersonRow }

/** The person in the path, as a customer's or as one of the maker's. */
const thePersonOf =
  (wanted: 'customer' | 'maker'): Finder<KnownPerson> =>
  async (house, c) => {
    const id = z.uuid().safeParse(c.req.param('personId'))
    const found = id.success ? await personById(house.db, id.data) : undefined
    if (!found || found.removedAt !== null || (wanted === 'maker') !== (found.customerId === null)) return undefined
    if (found.customerId === null) return { kind: 'maker', about: { personId: found.id }, person: found }
    if (found.customerId !== c.req.param('customerId')) return undefined
    return {
      kind: 'customer',
      customerId: found.customerId,
      about: { personId: found.id, customerId: found.customerId, customerName: found.customerName },
      person: found,
    }
  }

/** Why `actor` may not look at Gatehouse as this person sees it. */
const whyNotViewAs = (actor: Actor, row: PersonRow): Refusal | undefined =>
  row.customerId === null || !mayViewAs(actor, row.customerId)
    ? 'not_granted'
    : stateOf(row) === 'active'
      ? undefined
      : 'wrong_state'

const present =
  (actor: Actor, administrators: readonly Named[]) =>
  (row: PersonRow): PersonView => {
    const target: Target = row.customerId ? { kind: 'customer', customerId: row.customerId } : { kind: 'maker' }
    const mayEdit = granted(actor, row.customerId ? 'person.edit' : 'staff.edit', target)
    const unless = (why: Refusal | undefined) => mayUnless(mayEdit ? why : 'not_granted')
    const touch = unless(whyNotTouch(actor, row))
    const last = administrators.length === 1 && administrators[0]?.id === row.id
    const lose = unless(whyNotTouch(actor, row) ?? (last ? 'last_administrator' : undefined))
    return {
      id: row.id,
      name: row.name,
      email: row.email,
      customer: row.customerId ? { id: row.customerId, name: row.customerName ?? '' } : null,
      groups: row.groups,
      state: stateOf(row),
      lastSignInAt: row.lastSignInAt,
      passwordDueAt: passwordDueAt(row),
      may: {
        disable: lose,
        remove: lose,
        reset: unless(whyNotReset(actor, row)),
        invite: unless(whyNotInvite(actor, row)),
        changeGroups: touch,
        viewAs: mayUnless(whyNotViewAs(actor, row)),
      },
    }
  }

const list = async (house: House, actor: Actor, customerId: string | null, query: z.infer<typeof Query>) => {
  const rows = await peopleOf(house.db, customerId, {
    limit: query.limit,
    search: query.search,
    after: readKey(query.cursor, ['text', 'id']),
  })
  return asPage(
    rows,
    query.limit,
    (row) => [row.name, row.id],
    present(actor, await administratorsOf(house.db, customerId)),
  )
}

/** A deed that may be refused behind its door: then the refusal is an event, like those at the door. */
const witnessedBy = <T>(
  c: { var: { house: House; actor: Actor; target: Found } },
  activity: 'person.edit' | 'staff.edit',
  deed: () => Promise<T>,
): Promise<T> => witnessed(c.var.house, byPerson(c.var.actor), { activity, about: c.var.target.about }, deed)

/** The people of a customer and of the maker. */
export const peopleRoom = new Hono<RoomEnv>()
  .get('/customers/:customerId/people', allow('person.view', theCustomer), validated('query', Query), async (c) =>
    c.json(await list(c.var.house, c.var.actor, c.var.target.customerId, c.req.valid('query'))),
  )
  .get('/staff', allow('staff.view', theMaker), validated('query', Query), async (c) =>
    c.json(await list(c.var.house, c.var.actor, null, c.req.valid('query'))),
  )
  .post(
    '/customers/:customerId/people/:personId/disable',
    allow('person.edit', thePersonOf('customer'), { stops: true }),
    async (c) => {
      await disablePerson(c.var.house, c.var.actor, c.var.target.person)
      return c.json({ state: 'disabled' as const })
    },
  )
  .post('/customers/:customerId/people/:personId/enable', allow('person.edit', thePersonOf('customer')), async (c) => {
    await enablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'active' as const })
  })
  .post(
    '/customers/:customerId/people/:personId/sign-out',
    allow('person.edit', thePersonOf('customer'), { stops: true }),
    async (c) => {
      await signPersonOut(c.var.house, c.var.actor, c.var.target.person)
      return c.json({ state: 'signed_out' as const })
    },
  )
  .delete(
    '/customers/:customerId/people/:personId',
    allow('person.edit', thePersonOf('customer'), { goesOn: true }),
    async (c) => {
      await removePerson(c.var.house, c.var.actor, c.var.target.person)
      return c.json({ state: 'removed' as const })
    },
  )
  .post('/staff/:personId/disable', allow('staff.edit', thePersonOf('maker'), { stops: true }), async (c) => {
    await disablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'disabled' as const })
  })
  .post('/staff/:personId/enable', allow('staff.edit', thePersonOf('maker')), async (c) => {
    await enablePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'active' as const })
  })
  .post('/staff/:personId/sign-out', allow('staff.edit', thePersonOf('maker'), { stops: true }), async (c) => {
    await signPersonOut(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'signed_out' as const })
  })
  .delete('/staff/:personId', allow('staff.edit', thePersonOf('maker'), { goesOn: true }), async (c) => {
    await removePerson(c.var.house, c.var.actor, c.var.target.person)
    return c.json({ state: 'removed' as const })
  })
  .post(
    '/customers/:customerId/people',
    allow('person.edit', theCustomer),
    validated('json', Invitation),
    async (c) => {
      const { house, actor, target } = c.var
      const at = { customerId: target.customerId, customerName: target.name }
      const id = await witnessedBy(c, 'person.edit', () => invitePerson(house, actor, at, c.req.valid('json')))
      return c.json({ id }, 201)
    },
  )
  .post('/staff', allow('staff.edit', theMaker), validated('json', Invitation), async (c) => {
    const { house, actor } = c.var
    const at = { customerId: null, customerName: null }
    const id = await witnessedBy(c, 'staff.edit', () => invitePerson(house, actor, at, c.req.valid('json')))
    return c.json({ id }, 201)
  })
  .post(
    '/customers/:customerId/people/:personId/invitation',
    allow('person.edit', thePersonOf('customer')),
    async (c) => {
      await witnessedBy(c, 'person.edit', () => inviteAgain(c.var.house, c.var.actor, c.var.target.person))
      return c.json({ state: 'invited' as const })
    },
  )
  .delete(
    '/customers/:customerId/people/:personId/invitation',
    allow('person.edit', thePersonOf('customer'), { goesOn: true }),
    async (c) => {
      await witnessedBy(c, 'person.edit', () => withdrawInvitation(c.var.house, c.var.actor, c.var.target.person))
      return c.json({ state: 'removed' as const })
    },
  )
  .post(
    '/customers/:customerId/people/:personId/reset',
    allow('person.edit', thePersonOf('customer'), { goesOn: true }),
    validated('json', Reset),
    async (c) => {
      await witnessedBy(c, 'person.edit', () =>
        startReset(c.var.house, c.var.actor, c.var.target.person, c.req.valid('json').factors),
      )
      return c.json({ state: 'reset' as const })
    },
  )
  .post(
    '/customers/:customerId/people/:personId/groups',
    // Whoever is put into a group is asked for what stops it where that is done.
    allow('person.edit', thePersonOf('customer'), { goesOn: true }),
    validated('json', Membership),
    async (c) => {
      const given = c.req.valid('json')
      await witnessedBy(c, 'person.edit', () => changeGroupsOf(c.var.house, c.var.actor, c.var.target.person, given))
      return c.json({ state: 'changed' as const })
    },
  )
  .post('/staff/:personId/invitation', allow('staff.edit', thePersonOf('maker')), async (c) => {
    await witnessedBy(c, 'staff.edit', () => inviteAgain(c.var.house, c.var.actor, c.var.target.person))
    return c.json({ state: 'invited' as const })
  })
  .delete('/staff/:personId/invitation', allow('staff.edit', thePersonOf('maker'), { goesOn: true }), async (c) => {
    await witnessedBy(c, 'staff.edit', () => withdrawInvitation(c.var.house, c.var.actor, c.var.target.person))
    return c.json({ state: 'removed' as const })
  })
  .post(
    '/staff/:personId/reset',
    allow('staff.edit', thePersonOf('maker'), { goesOn: true }),
    validated('json', Reset),
    async (c) => {
      await witnessedBy(c, 'staff.edit', () =>
        startReset(c.var.house, c.var.actor, c.var.target.person, c.req.valid('json').factors),
      )
      return c.json({ state: 'reset' as const })
    },
  )
  .post(
    '/staff/:personId/groups',
    allow('staff.edit', thePersonOf('maker'), { goesOn: true }),
    validated('json', Membership),
    async (c) => {
      const given = c.req.valid('json')
      await witnessedBy(c, 'staff.edit', () => changeGroupsOf(c.var.house, c.var.actor, c.var.target.person, given))
      return c.json({ state: 'changed' as const })
    },
  )
