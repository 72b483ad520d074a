import type { Grant, Scope } from '@gatehouse/shared/decide'
import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { person } from '../people/tables.ts'
import { group, groupGrant, groupMember } from './tables.ts'

export { changeMembership, groupsToHandOut } from './assign.ts'

/** A scope from its columns. */
export const scopeOf = (row: { scopeKind: Scope['kind']; scopeIds: string[]; scopeTags: string[] }): Scope => {
  switch (row.scopeKind) {
    case 'all':
      return { kind: 'all' }
    case 'tags':
      return { kind: 'tags', tags: row.scopeTags }
    default:
      return { kind: row.scopeKind, ids: row.scopeIds }
  }
}

/** Every grant a person holds through his groups, each by itself. */
export const grantsOf = async (db: Tx, personId: string): Promise<Grant[]> => {
  const rows = await db
    .select({
      activities: groupGrant.activities,
      scopeKind: groupGrant.scopeKind,
      scopeIds: groupGrant.scopeIds,
      scopeTags: groupGrant.scopeTags,
    })
    .from(groupGrant)
    .innerJoin(groupMember, eq(groupMember.groupId, groupGrant.groupId))
    .where(eq(groupMember.personId, personId))
  return rows.map((row) => ({ activities: row.activities, scope: scopeOf(row) }))
}

/** The groups of a customer, by name. */
export const groupsOf = (db: Tx, customerId: string): Promise<{ id: string; name: string }[]> =>
  db
    .select({ id: group.id, name: group.name })
    .from(group)
    .where(eq(group.customerId, customerId))
    .orderBy(asc(group.name), asc(group.id))

/** The members of those of `ids` that are groups of this customer. */
export const membersOf = async (db: Tx, customerId: string, ids: readonly string[]): Promise<Map<string, string[]>> => {
  const members = new Map<string, string[]>()
  if (ids.length === 0) return members
  const rows = await db
    .select({ groupId: groupMember.groupId, personId: groupMember.personId })
    .from(groupMember)
    .innerJoin(group, eq(group.id, groupMember.groupId))
    .where(and(eq(group.customerId, customerId), inArray(group.id, [...ids])))
  for (const { groupId, personId } of rows) members.set(groupId, [...(members.get(groupId) ?? []), personId])
  return members
}

/** The names of those of `ids` that are people of this customer, removed ones as well, or groups of it. */
export const namesOnLadder = async (
  db: Tx,
  customerId: string,
  ids: readonly string[],
): Promise<Map<string, string>> => {
  if (ids.length === 0) return new Map()
  const [people, groups] = await Promise.all([
    db
      .select({ id: person.id, name: person.name })
      .from(person)
      .where(and(eq(person.customerId, customerId), inArray(person.id, [...ids]))),
    db
      .select({ id: group.id, name: group.name })
      .from(group)
      .where(and(eq(group.customerId, customerId), inArray(group.id, [...ids]))),
  ])
  return new Map([...people, ...groups].map(({ id, name }) => [id, name]))
}
