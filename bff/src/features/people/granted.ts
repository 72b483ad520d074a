import type { Activity } from '@gatehouse/shared/activities'
import { type Grant, granted, type Target } from '@gatehouse/shared/decide'
import type { Named } from '@gatehouse/shared/views/views'
import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { scopeOf } from '../groups/door.ts'
import { groupGrant, groupMember } from '../groups/tables.ts'
import { person } from './tables.ts'

/** Somebody who may sign in, and what he is granted. */
export interface PersonWithGrants extends Named {
  email: string
  customerId: string | null
  grants: Grant[]
}

/** The people of `customerId` (the maker's for `null`) who may sign in, with their grants, by name. */
export const peopleWithGrants = async (db: Tx, customerId: string | null): Promise<PersonWithGrants[]> => {
  const people = await db
    .select({ id: person.id, name: person.name, email: person.email })
    .from(person)
    .where(
      and(
        customerId === null ? isNull(person.customerId) : eq(person.customerId, customerId),
        isNull(person.disabledAt),
        isNull(person.removedAt),
        isNull(person.invitedAt),
      ),
    )
    .orderBy(asc(person.name), asc(person.id))
  if (people.length === 0) return []
  const rows = await db
    .select({ personId: groupMember.personId, grant: groupGrant })
    .from(groupGrant)
    .innerJoin(groupMember, eq(groupMember.groupId, groupGrant.groupId))
    .where(
      inArray(
        groupMember.personId,
        people.map((one) => one.id),
      ),
    )
  const grants = new Map<string, Grant[]>()
  for (const { personId, grant } of rows)
    grants.set(personId, [...(grants.get(personId) ?? []), { activities: grant.activities, scope: scopeOf(grant) }])
  return people.map((one) => ({ ...one, customerId, grants: grants.get(one.id) ?? [] }))
}

/** The people of `customerId` (the maker's for `null`) who are granted `activity` on `target` now, by name. */
export const peopleGranted = async (
  db: Tx,
  customerId: string | null,
  activity: Activity,
  target: Target,
): Promise<(Named & { email: string })[]> =>
  (await peopleWithGrants(db, customerId))
    .filter(({ grants }) => granted({ customerId, grants }, activity, target))
    .map(({ id, name, email }) => ({ id, name, email }))
