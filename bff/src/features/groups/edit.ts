import { activities } from '@gatehouse/shared/activities'
import type { Grant } from '@gatehouse/shared/decide'
import { and, eq, sql } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { changeText } from '../../kernel/audit/change-text.ts'
import type { Signal } from '../../kernel/bus.ts'
import { change } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { orTaken, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { hasAdministrators, keepingAdministrators } from '../people/door.ts'
import { orderRenewal } from '../sign-in/door.ts'
import { checkGrants } from './input.ts'
import { newIn, whyNotEdit } from './rules.ts'
import { groupById, type KnownGroup, membersOf, scopeSays } from './store.ts'
import { group, groupGrant } from './tables.ts'

/** A group as it is sent. */
export interface GroupInput {
  name: string
  grants: Grant[]
}

const nameTaken = orTaken({ group_name: { field: 'name', says: 'There is a group of this name.' } })

const writeGrants = async (tx: Tx, groupId: string, grants: readonly Grant[]): Promise<void> => {
  await tx.delete(groupGrant).where(eq(groupGrant.groupId, groupId))
  if (grants.length === 0) return
  await tx.insert(groupGrant).values(
    grants.map(({ activities: allowed, scope }) => ({
      id: newId(),
      groupId,
      activities: [...allowed],
      scopeKind: scope.kind,
      scopeIds: 'ids' in scope ? [...scope.ids] : [],
      scopeTags: 'tags' in scope ? [...scope.tags] : [],
    })),
  )
}

/** What grants allow, in the words of the log. */
const inWords = async (tx: Tx, grants: readonly Grant[], ofCustomer: boolean): Promise<string> =>
  (
    await Promise.all(
      grants.map(
        async (grant) =>
          `${grant.activities.map((name) => activities[name].says).join(', ')} (${await scopeSays(tx, grant.scope, ofCustomer)})`,
      ),
    )
  ).join('; ')

const groupsChanged = (customerId: string | null): Signal => ({
  kind: 'hint',
  hint: { about: 'people' },
  ...(customerId && { customerId }),
})

/** Everybody in a group has other rights from now on: new tokens, and a look at everything that is open. */
const rightsChanged = async (tx: Tx, groupId: string): Promise<Signal[]> => {
  const members = await membersOf(tx, groupId)
  for (const { id } of members) await orderRenewal(tx, id)
  return members.flatMap(({ id: personId }): Signal[] => [
    { kind: 'person', personId },
    { kind: 'hint', hint: { about: 'rights' }, personId },
  ])
}

/** Makes a group of a customer (of the maker for `null`) that allows what its maker may give. */
export const addGroup = async (
  house: House,
  actor: Actor,
  at: { customerId: string | null; customerName: string | null },
  given: GroupInput,
): Promise<string> =>
  change(house, byPerson(actor), 'group.added', async (tx) => {
    const hand = { customerId: at.customerId, grants: given.grants }
    const why = whyNotEdit(actor, null, hand, await hasAdministrators(tx, at.customerId))
    if (why) throw new Refused(why)
    await checkGrants(tx, given.grants, at.customerId)
    const id = newId()
    await tx.insert(group).values({ id, name: given.name, customerId: at.customerId })
    await writeGrants(tx, id, given.grants)
    return { result: id, fields: { group: given.name }, about: at, signals: [groupsChanged(at.customerId)] }
  }).catch(nameTaken)

/** The group, held until the transaction ends; what was judged is what is changed. */
const held = async (tx: Tx, { id }: KnownGroup, actor: Actor, version: number): Promise<KnownGroup> => {
  await tx.select({ id: group.id }).from(group).where(eq(group.id, id)).for('update')
  const known = await groupById(tx, id, actor.id)
  if (!known) throw new Refused('not_found')
  if (known.version !== version) throw new Refused('changed_meanwhile')
  return known
}

/** Changes a group's name and what it grants; it holds at once, in open pages, streams and jobs as well. */
export const changeGroup = async (
  house: House,
  actor: Actor,
  found: KnownGroup,
  given: GroupInput & { version: number },
): Promise<number> =>
  change(house, byPerson(actor), 'group.changed', (tx) =>
    keepingAdministrators(tx, found.customerId, async () => {
      const known = await held(tx, found, actor, given.version)
      const hand = { customerId: known.customerId, grants: given.grants }
      const why = whyNotEdit(actor, known, hand, await hasAdministrators(tx, known.customerId))
      if (why) throw new Refused(why)
      await checkGrants(tx, given.grants, known.customerId)
      const version = given.version + 1
      await tx
        .update(group)
        .set({ name: given.name, version: sql`${group.version} + 1` })
        .where(and(eq(group.id, known.id), eq(group.version, given.version)))
      await writeGrants(tx, known.id, given.grants)
      const ofCustomer = known.customerId !== null
      const [gained, lost] = [newIn(given.grants, known.grants), newIn(known.grants, given.grants)]
      const changed = changeText([
        ['name', known.name, given.name],
        ['what it allows', await inWords(tx, lost, ofCustomer), await inWords(tx, gained, ofCustomer)],
      ])
      return {
        result: version,
        fields: { group: known.name, change: changed },
        about: known.about,
        signals: [...(await rightsChanged(tx, known.id)), groupsChanged(known.customerId)],
      }
    }),
  ).catch(nameTaken)

/** Removes a group; whoever was in it loses what it granted, at once. */
export const removeGroup = async (house: House, actor: Actor, found: KnownGroup, version: number): Promise<void> =>
  change(house, byPerson(actor), 'group.removed', (tx) =>
    keepingAdministrators(tx, found.customerId, async () => {
      const known = await held(tx, found, actor, version)
      const why = whyNotEdit(actor, known, null, await hasAdministrators(tx, known.customerId))
      if (why) throw new Refused(why)
      const people = (await membersOf(tx, known.id)).length
      const signals = [...(await rightsChanged(tx, known.id)), groupsChanged(known.customerId)]
      await tx.delete(group).where(eq(group.id, known.id))
      return { result: undefined, fields: { group: known.name, people }, about: known.about, signals }
    }),
  )
