import { decide } from '@gatehouse/shared/decide'
import type { Named } from '@gatehouse/shared/views/basics'
import { eq } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { changeText } from '../../kernel/audit/change-text.ts'
import type { Signal } from '../../kernel/bus.ts'
import { change } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { orTaken, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { raiseOrders } from '../devices/door.ts'
import { goesByTheClock, newPolicy } from '../policies/door.ts'
import type { KnownCustomer } from './door.ts'
import { whyNotRename } from './rules.ts'
import { lockCustomer } from './store.ts'
import { customer, site } from './tables.ts'

export interface SiteFields {
  name: string
  zone: string
  address: string
}

const changed = (customerId: string): Signal[] => [
  { kind: 'hint', hint: { about: 'customers', customerId }, customerId },
]
const nameTaken = orTaken({ customer_name_unique: { field: 'name', says: 'There is a customer of this name.' } })
const siteTaken = orTaken({ site_name: { field: 'name', says: 'There is a site of this name.' } })

/** Adds a customer with a policy that allows nothing that acts. */
export const addCustomer = async (house: House, actor: Actor, name: string): Promise<Named> => {
  const id = newId()
  const now = house.clock.now()
  return change(house, byPerson(actor), 'customer.added', async (tx) => {
    await tx.insert(customer).values({ id, name, createdAt: now })
    await newPolicy(tx, id, now)
    return {
      result: { id, name },
      fields: { customer: name },
      about: { customerId: id, customerName: name },
      signals: changed(id),
    }
  }).catch(nameTaken)
}

/** Says whether everybody of a customer needs a second factor; who approves needs one in any case. */
export const demandFactor = (
  house: House,
  actor: Actor,
  { customerId, name }: KnownCustomer,
  demanded: boolean,
): Promise<void> =>
  change(house, byPerson(actor), 'customer.changed', async (tx) => {
    const before = await lockCustomer(tx, customerId)
    if (!before) throw new Refused('not_found')
    await tx.update(customer).set({ demandsFactor: demanded }).where(eq(customer.id, customerId))
    const says = (all: boolean): string => (all ? 'everybody' : 'who approves')
    return {
      result: undefined,
      fields: {
        customer: name,
        change: changeText([['second factor of', says(before.demandsFactor), says(demanded)]]),
      },
      about: { customerId, customerName: name },
      signals: changed(customerId),
    }
  })

/** Gives a customer another name; what was written under the old one keeps it. */
export const renameCustomer = async (
  house: House,
  actor: Actor,
  { customerId }: KnownCustomer,
  name: string,
): Promise<Named> => {
  const why = whyNotRename(actor)
  if (why) throw new Refused(why)
  return change(house, byPerson(actor), 'customer.changed', async (tx) => {
    const before = await lockCustomer(tx, customerId)
    if (!before) throw new Refused('not_found')
    await tx.update(customer).set({ name }).where(eq(customer.id, customerId))
    return {
      result: { id: customerId, name },
      fields: { customer: before.name, change: changeText([['name', before.name, name]]) },
      about: { customerId, customerName: name },
      signals: changed(customerId),
    }
  }).catch(nameTaken)
}

/** Adds a site to a customer. */
export const addSite = (house: House, actor: Actor, of: KnownCustomer, fields: SiteFields): Promise<Named> => {
  const id = newId()
  const now = house.clock.now()
  return change(house, byPerson(actor), 'site.added', async (tx) => {
    await tx.insert(site).values({ id, customerId: of.customerId, createdAt: now, ...fields })
    return {
      result: { id, name: fields.name },
      fields: { site: fields.name },
      about: { ...of.about, siteId: id },
      signals: changed(of.customerId),
    }
  }).catch(siteTaken)
}

/**
 * What comes of another zone of a site: windows open at other times, there and on its devices. Where rules go by the
 * clock, only who may change the policy changes it.
 */
const moveClock = async (tx: Tx, house: House, actor: Actor, of: KnownCustomer, siteId: string): Promise<Signal[]> => {
  if (!(await goesByTheClock(tx, of.customerId))) return raiseOrders(tx, { siteId })
  const may = decide(actor, 'policy.edit', of, { policy: [], approvals: [] }, house.clock.now())
  if (!may.ok) throw new Refused(may.because, { privately: 'the policy goes by the clock of this site' })
  return [...(await raiseOrders(tx, { siteId })), { kind: 'policy', customerId: of.customerId }]
}

/** Changes a site of a customer; the log names an address as changed and does not repeat it. */
export const changeSite = (
  house: House,
  actor: Actor,
  of: KnownCustomer,
  siteId: string,
  fields: Partial<SiteFields>,
): Promise<Named> =>
  change(house, byPerson(actor), 'site.changed', async (tx) => {
    const [before] = await tx.select().from(site).where(eq(site.id, siteId)).for('update')
    if (!before) throw new Refused('not_found')
    const after = { ...before, ...fields }
    await tx.update(site).set({ name: after.name, zone: after.zone, address: after.address }).where(eq(site.id, siteId))
    const newAddress = before.address !== after.address
    const moved = before.zone === after.zone ? [] : await moveClock(tx, house, actor, of, siteId)
    return {
      result: { id: siteId, name: after.name },
      fields: {
        site: before.name,
        change: changeText([
          ['name', before.name, after.name],
          ['time zone', before.zone, after.zone],
          ['address', newAddress ? 'the earlier one' : '', newAddress ? 'a new one' : ''],
        ]),
      },
      about: { ...of.about, siteId },
      signals: [...changed(of.customerId), ...moved],
    }
  }).catch(siteTaken)
