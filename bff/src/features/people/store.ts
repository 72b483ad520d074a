import { and, asc, eq, gt, ilike, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer } from '../customers/tables.ts'
import { group, groupMember } from '../groups/tables.ts'
import { person } from './tables.ts'

export type PersonRow = typeof person.$inferSelect & {
  customerName: string | null
  groups: { id: string; name: string }[]
}

const withGroups = async (
  db: Tx,
  rows: (typeof person.$inferSelect & { customerName: string | null })[],
): Promise<PersonRow[]> => {
  if (rows.length === 0) return []
  const members = await db
    .select({ personId: groupMember.personId, id: group.id, name: group.name })
    .from(groupMember)
    .innerJoin(group, eq(group.id, groupMember.groupId))
    .where(
      inArray(
        groupMember.personId,
        rows.map((row) => row.id),
      ),
    )
    .orderBy(asc(group.name))
  return rows.map((row) => ({
    ...row,
    groups: members.filter((one) => one.personId === row.id).map(({ id, name }) => ({ id, name })),
  }))
}

/** People of a customer (the maker's for `null`) by name, one more than `limit`; removed ones are not listed. */
export const peopleOf = async (
  db: Tx,
  customerId: string | null,
  page: { limit: number; after?: [name: string, id: string]; search?: string },
): Promise<PersonRow[]> => {
  const like = page.search ? `%${page.search.replace(/[\\%_]/g, (char) => `\\${char}`)}%` : undefined
  const rows = await db
    .select({ person, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(
      and(
        customerId === null ? isNull(person.customerId) : eq(person.customerId, customerId),
        isNull(person.removedAt),
        like ? or(ilike(person.name, like), ilike(person.email, like)) : undefined,
        page.after
          ? gt(sql`(${person.name}, ${person.id})`, sql`(${page.after[0]}, ${page.after[1]}::uuid)`)
          : undefined,
      ),
    )
    .orderBy(asc(person.name), asc(person.id))
    .limit(page.limit + 1)
  return withGroups(
    db,
    rows.map((row) => ({ ...row.person, customerName: row.customerName })),
  )
}

/** One person with his groups, removed or not. */
export const personById = async (db: Tx, id: string): Promise<PersonRow | undefined> => {
  const rows = await db
    .select({ person, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(eq(person.id, id))
  return (
    await withGroups(
      db,
      rows.map((row) => ({ ...row.person, customerName: row.customerName })),
    )
  )[0]
}
