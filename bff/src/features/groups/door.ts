import type { Grant, Scope } from '@gatehouse/shared/decide'
import { eq } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { groupGrant, groupMember } from './tables.ts'

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
