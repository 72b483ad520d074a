import type { Activity } from '@gatehouse/shared/activities'
import type { Grant, Scope, Target } from '@gatehouse/shared/decide'
import type { Named } from '@gatehouse/shared/views/basics'
import { and, arrayContains, asc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { scopeOf } from '../groups/door.ts'
import { group, groupGrant, groupMember } from '../groups/tables.ts'
import { person } from './tables.ts'

/** Somebody who may sign in, and what he is granted. */
export interface PersonWithGrants extends Named {
  email: string
  customerId: string | null
  grants: Grant[]
}

const ofTenant = (column: typeof person.customerId | typeof group.customerId, customerId: string | null): SQL =>
  customerId === null ? isNull(column) : eq(column, customerId)

/** The people who may sign in, as a condition: whoever is only invited cannot yet. */
export const maySignIn = and(isNull(person.disabledAt), isNull(person.removedAt), isNull(person.invitedAt)) as SQL

const maySignInFor = (customerId: string | null): SQL => and(ofTenant(person.customerId, customerId), maySignIn) as SQL

/** The people of `customerId` (the maker's for `null`) who may sign in, with their grants, by name. */
export const peopleWithGrants = async (db: Tx, customerId: string | null): Promise<PersonWithGrants[]> => {
  const people = await db
    .select({ id: person.id, name: person.name, email: person.email })
    .from(person)
    .where(maySignInFor(customerId))
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

/** The grants that contain the target, said in SQL: what `granted` asks of one grant. */
const containing = (target: Target): SQL => {
  const { scopeKind, scopeIds, scopeTags } = groupGrant
  const lists = (kind: Scope['kind'], id: string) => and(eq(scopeKind, kind), sql`${id}::uuid = any(${scopeIds})`)
  const all = eq(scopeKind, 'all')
  if (target.kind === 'maker') return all
  const customers = lists('customers', target.customerId)
  if (target.kind === 'customer') return or(all, customers) as SQL
  return or(
    all,
    customers,
    lists('sites', target.siteId),
    lists('models', target.modelId),
    lists('devices', target.deviceId),
    and(eq(scopeKind, 'tags'), sql`${scopeTags} && ${sql.param([...target.tags])}::text[]`),
  ) as SQL
}

/** The people of `customerId` (the maker's for `null`) who are granted `activity` on `target` now, by name. */
export const peopleGranted = async (
  db: Tx,
  customerId: string | null,
  activity: Activity,
  target: Target,
): Promise<(Named & { email: string })[]> => {
  if (customerId !== null && (target.kind === 'maker' || target.customerId !== customerId)) return []
  const holders = db
    .select({ id: groupMember.personId })
    .from(groupMember)
    .innerJoin(groupGrant, eq(groupGrant.groupId, groupMember.groupId))
    .innerJoin(group, eq(group.id, groupMember.groupId))
    .where(
      and(ofTenant(group.customerId, customerId), arrayContains(groupGrant.activities, [activity]), containing(target)),
    )
  return db
    .select({ id: person.id, name: person.name, email: person.email })
    .from(person)
    .where(and(maySignInFor(customerId), inArray(person.id, holders)))
    .orderBy(asc(person.name), asc(person.id))
}
