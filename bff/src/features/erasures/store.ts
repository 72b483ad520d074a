import type { Named } from '@gatehouse/shared/views/basics'
import { and, asc, desc, eq, ilike, inArray, isNotNull, isNull, lt, ne, notInArray, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import { customer } from '../customers/tables.ts'
import { erasedName } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { erasure } from './tables.ts'

export type ErasureRow = typeof erasure.$inferSelect

const ofCompany = (column: typeof erasure.customerId | typeof person.customerId, customerId: string | null) =>
  customerId === null ? isNull(column) : eq(column, customerId)

const openStates = ['asked', 'confirmed', 'running'] as const

/** What was asked to be erased at a company, newest first, from before that one on; one more than `limit`. */
export const erasuresOf = (
  db: Tx,
  customerId: string | null,
  page: { limit: number; before: string | undefined; state: 'open' | 'over' | undefined },
): Promise<ErasureRow[]> =>
  db
    .select()
    .from(erasure)
    .where(
      and(
        ofCompany(erasure.customerId, customerId),
        page.state === 'open' ? inArray(erasure.state, [...openStates]) : undefined,
        page.state === 'over' ? notInArray(erasure.state, [...openStates]) : undefined,
        page.before ? lt(erasure.id, page.before) : undefined,
      ),
    )
    .orderBy(desc(erasure.id))
    .limit(page.limit + 1)

/** One of them. */
export const erasureById = async (db: Tx, id: string): Promise<ErasureRow | undefined> =>
  (await db.select().from(erasure).where(eq(erasure.id, id)))[0]

/** People who were removed and not erased, by name, from behind that one on; one more than `limit`. */
export const removedPeople = (
  db: Tx,
  customerId: string | null,
  page: { limit: number; after: [name: string, id: string] | undefined; search: string | undefined },
): Promise<Named[]> =>
  db
    .select({ id: person.id, name: person.name })
    .from(person)
    .where(
      and(
        ofCompany(person.customerId, customerId),
        isNotNull(person.removedAt),
        ne(person.name, erasedName),
        page.search ? ilike(person.name, containing(page.search)) : undefined,
        page.after && sql`(${person.name}, ${person.id}) > (${page.after[0]}, ${page.after[1]}::uuid)`,
      ),
    )
    .orderBy(asc(person.name), asc(person.id))
    .limit(page.limit + 1)

/** The names of people by id. */
export const namesOf = async (db: Tx, ids: readonly string[]): Promise<Map<string, string>> => {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: person.id, name: person.name })
    .from(person)
    .where(inArray(person.id, [...ids]))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export type Erasable = Pick<typeof person.$inferSelect, 'id' | 'name' | 'customerId'> & { customerName: string | null }

/** Somebody of a company whose data stand somewhere still, removed or not. */
export const erasableOf = async (db: Tx, id: string): Promise<Erasable | undefined> => {
  const [row] = await db
    .select({ id: person.id, name: person.name, customerId: person.customerId, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(and(eq(person.id, id), ne(person.name, erasedName)))
  return row
}
