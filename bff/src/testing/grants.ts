import type { Grant } from '@gatehouse/shared/decide'
import { eq } from 'drizzle-orm'
import type { Persona } from '../demo/people.ts'
import { group, groupGrant, groupMember } from '../features/groups/tables.ts'
import { person } from '../features/people/tables.ts'
import { newId } from '../kernel/ids.ts'
import type { TestHouse } from './house.ts'

/**
 * Gives a demo person exactly these grants, through one group of his own; it holds from his next request on. What it gives
 * back puts him into the groups that he was in before.
 */
export const regrant = (
  { house, seeded }: TestHouse,
  who: Persona,
  grants: readonly Grant[],
): Promise<() => Promise<void>> =>
  house.db.transaction(async (tx) => {
    const personId = seeded.people[who]
    const [row] = await tx.select({ customerId: person.customerId }).from(person).where(eq(person.id, personId))
    const groupId = newId()
    const before = await tx.delete(groupMember).where(eq(groupMember.personId, personId)).returning()
    await tx.insert(group).values({ id: groupId, customerId: row?.customerId ?? null, name: `of ${who} ${groupId}` })
    await tx.insert(groupMember).values({ groupId, personId })
    for (const { activities, scope } of grants)
      await tx.insert(groupGrant).values({
        id: newId(),
        groupId,
        activities: [...activities],
        scopeKind: scope.kind,
        scopeIds: 'ids' in scope ? [...scope.ids] : [],
        scopeTags: 'tags' in scope ? [...scope.tags] : [],
      })
    return () =>
      house.db.transaction(async (again) => {
        await again.delete(groupMember).where(eq(groupMember.personId, personId))
        if (before.length > 0) await again.insert(groupMember).values(before)
      })
  })
