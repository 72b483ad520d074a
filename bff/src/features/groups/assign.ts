import type { Grant, Who } from '@gatehouse/shared/decide'
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { byPerson } from '../../kernel/actor.ts'
import { type About, type Entry, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { hasAdministrators, keepingAdministrators, whyNotHandOut } from '../people/door.ts'
import { scopeOf } from './door.ts'
import { group, groupGrant, groupMember } from './tables.ts'

interface KnownGroup {
  id: string
  name: string
  customerId: string | null
  grants: Grant[]
}

const groupsById = async (tx: Tx, customerId: string | null, ids: readonly string[]): Promise<KnownGroup[]> => {
  if (ids.length === 0) return []
  const of = customerId === null ? isNull(group.customerId) : eq(group.customerId, customerId)
  // Held until the end, so that what was judged is what is handed out.
  const rows = await tx
    .select()
    .from(group)
    .where(and(inArray(group.id, [...ids]), of))
    .orderBy(group.id)
    .for('share')
  const grants = await tx
    .select()
    .from(groupGrant)
    .where(inArray(groupGrant.groupId, [...ids]))
  return rows.map((row) => ({
    ...row,
    grants: grants
      .filter((grant) => grant.groupId === row.id)
      .map((grant) => ({ activities: grant.activities, scope: scopeOf(grant) })),
  }))
}

/**
 * The groups of these ids, all of `customerId` (the maker's for `null`) and all such that `giver` may hand them out;
 * one that is not refuses all. Those of others are answered as those that do not exist.
 */
export const groupsToHandOut = async (
  tx: Tx,
  giver: Who,
  customerId: string | null,
  ids: readonly string[],
): Promise<KnownGroup[]> => {
  const wanted = [...new Set(ids)]
  const found = await groupsById(tx, customerId, wanted)
  if (found.length !== wanted.length)
    throw new Refused('invalid_input', { fields: { groups: 'There is no such group.' } })
  const own = await hasAdministrators(tx, customerId)
  for (const one of found) {
    const why = whyNotHandOut(giver, one, own)
    if (why) throw new Refused(why, { privately: `the group ${one.name} reaches further` })
  }
  return found
}

/** Puts a person into groups and takes him out of others, all or nothing; the events, one for each group that changed. */
export const changeMembership = async (
  tx: Tx,
  actor: Actor,
  them: { id: string; name: string; customerId: string | null; about: About },
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<Entry[]> =>
  keepingAdministrators(tx, them.customerId, async () => {
    const all = await groupsToHandOut(tx, actor, them.customerId, [...add, ...remove])
    const events: Entry[] = []
    const say = (id: string, change: string) => {
      const name = all.find((one) => one.id === id)?.name ?? ''
      events.push(
        entry({ by: byPerson(actor), event: 'group.changed', fields: { group: name, change }, about: them.about }),
      )
    }
    for (const groupId of add) {
      const done = await tx.insert(groupMember).values({ groupId, personId: them.id }).onConflictDoNothing().returning()
      if (done.length > 0) say(groupId, `added ${them.name}`)
    }
    for (const groupId of remove) {
      const done = await tx
        .delete(groupMember)
        .where(and(eq(groupMember.groupId, groupId), eq(groupMember.personId, them.id)))
        .returning()
      if (done.length > 0) say(groupId, `took ${them.name} out`)
    }
    return events
  })
