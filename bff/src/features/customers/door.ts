import type { Activity } from '@gatehouse/shared/activities'
import type { Who } from '@gatehouse/shared/decide'
import { and, eq, gt, ilike, inArray, type SQL, sql } from 'drizzle-orm'
import type { About } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { isUuid } from '../../kernel/ids.ts'
import { customer, site } from './tables.ts'

/** A customer as a target, with its name. */
export interface KnownCustomer {
  kind: 'customer'
  customerId: string
  name: string
  about: About
}

/** The customer named in the path. */
export const theCustomer: Finder<KnownCustomer> = async (house, c) => {
  const id = c.req.param('customerId') ?? ''
  if (!isUuid(id)) return undefined
  const [row] = await house.db.select().from(customer).where(eq(customer.id, id))
  if (!row) return undefined
  return {
    kind: 'customer',
    customerId: row.id,
    name: row.name,
    about: { customerId: row.id, customerName: row.name },
  }
}

/** What customers are called, by their ids; those that `db` shows. */
export const customerNames = async (db: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: customer.id, name: customer.name })
    .from(customer)
    .where(inArray(customer.id, [...ids]))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** True where a customer wants a second factor of all its people; the maker's always have one. */
export const demandsFactor = async (db: Tx, customerId: string | null): Promise<boolean> => {
  if (customerId === null) return true
  const [row] = await db.select({ demands: customer.demandsFactor }).from(customer).where(eq(customer.id, customerId))
  return row?.demands ?? true
}

/**
 * The rows of `customer` on which `who` is granted `activity`, as a condition for lists: the same rule as `granted`,
 * said in SQL. A grant on single sites, models, devices or tags does not reach their customer.
 */
export const grantedCustomers = (who: Pick<Who, 'customerId' | 'grants'>, activity: Activity): SQL => {
  const scopes = who.grants.filter((grant) => grant.activities.includes(activity)).map((grant) => grant.scope)
  const ids = scopes.flatMap((scope) => (scope.kind === 'customers' ? scope.ids : []))
  const reached = scopes.some((scope) => scope.kind === 'all')
    ? sql`true`
    : ids.length === 0
      ? sql`false`
      : sql`${customer.id} = any(${sql.param(ids)}::uuid[])`
  return who.customerId === null ? reached : (and(eq(customer.id, who.customerId), reached) as SQL)
}

/** A page of a list of customers by name: `after` is the last row already shown. */
export interface CustomersPage {
  limit: number
  after?: [name: string, id: string]
  search?: string
}

/** The customers on a page of those that `who` may do `activity` to. */
export const customersOnPage = (
  who: Pick<Who, 'customerId' | 'grants'>,
  activity: Activity,
  { after, search }: CustomersPage,
): SQL | undefined =>
  and(
    grantedCustomers(who, activity),
    search ? ilike(customer.name, containing(search)) : undefined,
    after ? gt(sql`(${customer.name}, ${customer.id})`, sql`(${after[0]}, ${after[1]}::uuid)`) : undefined,
  )

/** A site of this customer; `undefined` where the customer has none of this id. */
export const siteOf = async (db: Tx, customerId: string, siteId: string) => {
  const [row] = await db
    .select()
    .from(site)
    .where(and(eq(site.customerId, customerId), eq(site.id, siteId)))
  return row
}
