import type { Who } from '@gatehouse/shared/decide'
import type { FleetFacets } from '@gatehouse/shared/views/devices'
import { and, asc, eq, exists, isNull, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer, site } from '../customers/tables.ts'
import { grantedDevices } from './door.ts'
import { device, model } from './tables.ts'

/** At most so many choices in one list of the filters. */
const mostChoices = 1_000

/** The customers, sites and models of the devices that `who` may see, by name; sites and models of one customer where it is given. */
export const facetsOf = async (db: Tx, who: Who, ofCustomer?: string): Promise<FleetFacets> => {
  const seen = (where: SQL | undefined) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(device)
        .where(and(where, isNull(device.removedAt), grantedDevices(who, 'device.view'))),
    )
  const [customers, sites, models] = await Promise.all([
    db
      .select({ id: customer.id, name: customer.name })
      .from(customer)
      .where(seen(eq(device.customerId, customer.id)))
      .orderBy(asc(customer.name), asc(customer.id))
      .limit(mostChoices),
    db
      .select({ id: site.id, name: site.name, customerId: site.customerId })
      .from(site)
      .where(and(ofCustomer ? eq(site.customerId, ofCustomer) : undefined, seen(eq(device.siteId, site.id))))
      .orderBy(asc(site.name), asc(site.id))
      .limit(mostChoices),
    db
      .select({ id: model.id, name: model.name })
      .from(model)
      .where(seen(and(eq(device.modelId, model.id), ofCustomer ? eq(device.customerId, ofCustomer) : undefined)))
      .orderBy(asc(model.name), asc(model.id))
      .limit(mostChoices),
  ])
  return { customers, sites, models }
}
