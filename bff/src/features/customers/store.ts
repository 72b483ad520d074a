import type { Who } from '@gatehouse/shared/decide'
import type { CustomerRow, SiteView } from '@gatehouse/shared/views/customers'
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
import { type CustomersPage, customersOnPage } from './door.ts'
import { customer, site } from './tables.ts'

const howMany = sql<number>`count(*)::int`

/** How many devices of those that meet `where` the caller may see. */
const devicesSeen = (db: Tx, who: Who, where: SQL) =>
  db
    .select({ n: howMany })
    .from(device)
    .where(and(where, isNull(device.removedAt), grantedDevices(who, 'device.view')))

/** Customers that `who` may see, by name, one more than `limit`. */
export const customersOf = (db: Tx, who: Who, page: CustomersPage): Promise<CustomerRow[]> => {
  const sites = db.select({ n: howMany }).from(site).where(eq(site.customerId, customer.id))
  return db
    .select({
      id: customer.id,
      name: customer.name,
      sites: sql<number>`${sites}`,
      devices: sql<number>`${devicesSeen(db, who, eq(device.customerId, customer.id))}`,
    })
    .from(customer)
    .where(customersOnPage(who, 'customer.view', page))
    .orderBy(asc(customer.name), asc(customer.id))
    .limit(page.limit + 1)
}

/** The sites of a customer by name, with the devices the caller may see there. */
export const sitesOf = (db: Tx, who: Who, customerId: string): Promise<SiteView[]> =>
  db
    .select({
      id: site.id,
      name: site.name,
      zone: site.zone,
      address: site.address,
      devices: sql<number>`${devicesSeen(db, who, and(eq(device.customerId, site.customerId), eq(device.siteId, site.id)) as SQL)}`,
    })
    .from(site)
    .where(eq(site.customerId, customerId))
    .orderBy(asc(site.name), asc(site.id))

/** How many people a customer has, disabled ones too. */
export const peopleCount = async (db: Tx, customerId: string): Promise<number> => {
  const [row] = await db
    .select({ n: howMany })
    .from(person)
    .where(and(eq(person.customerId, customerId), isNull(person.removedAt)))
  return row?.n ?? 0
}

/** A customer's row, locked until the end of the transaction. */
export const lockCustomer = async (tx: Tx, customerId: string): Promise<typeof customer.$inferSelect | undefined> => {
  const [row] = await tx.select().from(customer).where(eq(customer.id, customerId)).for('update')
  return row
}
