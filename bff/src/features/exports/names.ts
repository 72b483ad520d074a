import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { granted } from '@gatehouse/shared/decide'
import { asc, eq, inArray } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { About } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer, site } from '../customers/tables.ts'
import { deviceById } from '../devices/door.ts'
import { person } from '../people/tables.ts'

/** The customer of this id, where `actor` may see anything of its log; its name. */
const customerNamed = async (db: Tx, actor: Actor, id: string): Promise<string | undefined> => {
  if (actor.customerId !== null && actor.customerId !== id) return undefined
  const [row] = await db.select({ name: customer.name }).from(customer).where(eq(customer.id, id))
  return row?.name
}

const mostCustomers = 1_000

/** The customers there are, behind whose wall one stands. */
export const customersNamed = (db: Tx): Promise<{ id: string; name: string }[]> =>
  db.select({ id: customer.id, name: customer.name }).from(customer).orderBy(asc(customer.name)).limit(mostCustomers)

/** What a filter names, as far as `actor` may know it, and what its export's events are about. */
export const namesIn = async (
  db: Tx,
  actor: Actor,
  filter: AuditFilter,
): Promise<{ nameOf: (id: string) => string | undefined; about: About }> => {
  const names = new Map<string, string>()
  const about: About = { customerId: actor.customerId, customerName: actor.customerName }
  const found = filter.deviceId ? await deviceById(db, filter.deviceId) : undefined
  const device = found && granted(actor, 'audit.view', found) ? found : undefined
  if (device) names.set(device.deviceId, device.name)
  const customerId = filter.customerId ?? device?.customerId
  const customerName = customerId ? await customerNamed(db, actor, customerId) : undefined
  if (customerId && customerName) {
    names.set(customerId, customerName)
    Object.assign(about, { customerId, customerName })
  }
  if (device && device.customerId === about.customerId)
    Object.assign(about, { deviceId: device.deviceId, deviceName: device.name })
  if (filter.siteId) {
    const [row] = await db
      .select({ name: site.name, customerId: site.customerId })
      .from(site)
      .where(eq(site.id, filter.siteId))
    if (row && granted(actor, 'customer.view', { kind: 'customer', customerId: row.customerId }))
      names.set(filter.siteId, row.name)
  }
  const people = [...(filter.people ?? []), ...(filter.personId ? [filter.personId] : [])]
  if (people.length > 0) {
    const rows = await db
      .select({ id: person.id, name: person.name, customerId: person.customerId })
      .from(person)
      .where(inArray(person.id, people))
    for (const row of rows)
      if (
        row.customerId === null ||
        row.customerId === actor.customerId ||
        granted(actor, 'person.view', { kind: 'customer', customerId: row.customerId })
      )
        names.set(row.id, row.name)
  }
  return { nameOf: (id) => names.get(id), about }
}
