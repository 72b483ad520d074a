import { demoCodeSecrets } from '@gatehouse/shared/demo'
import { type PolicyRules, plainRule } from '@gatehouse/shared/policies/policy'
import { sql } from 'drizzle-orm'
import { customer, site } from '../features/customers/tables.ts'
import { device, deviceLink, model } from '../features/devices/tables.ts'
import { boxSecret } from '../features/factors/codes.ts'
import { codeApp } from '../features/factors/tables.ts'
import { group, groupGrant, groupMember } from '../features/groups/tables.ts'
import { person } from '../features/people/tables.ts'
import { policy, policyLevel } from '../features/policies/tables.ts'
import { hashPassword } from '../features/sign-in/passwords.ts'
import { bySystem } from '../kernel/actor.ts'
import { append, type Entry, entry } from '../kernel/audit/append.ts'
import { days } from '../kernel/clock.ts'
import type { Tx } from '../kernel/database/connect.ts'
import type { House } from '../kernel/house.ts'
import { newId } from '../kernel/ids.ts'
import { demoGroups } from './groups.ts'
import { type DemoCustomer, demoCustomers, demoModels } from './models.ts'
import { demoPassword, demoPeople, type Persona, personas } from './people.ts'

/** Ids of what was seeded, by the names of the demonstration. */
export interface Seeded {
  customers: Record<DemoCustomer, string>
  sites: Record<string, string>
  models: Record<keyof typeof demoModels, string>
  devices: Record<string, string>
  people: Record<Persona, string>
  groups: Record<string, string>
}

const policies: Record<DemoCustomer, PolicyRules> = {
  'Helvetia Pharma': {
    'session.terminal': plainRule('ask'),
    'action.fetch_log': plainRule('always'),
    'action.restart_agent': plainRule('ask'),
    'action.set_setting': plainRule('ask'),
  },
  'Great Lakes Foods': {
    'session.terminal': plainRule('ask'),
    'action.fetch_log': plainRule('ask'),
  },
}

/** True where nobody has an account yet: only then anything is seeded. */
export const isEmpty = async (db: Tx): Promise<boolean> => {
  const [row] = await db.select({ n: sql<number>`count(*)::int` }).from(person)
  return row?.n === 0
}

/** Fills an empty house with the demonstration, in one transaction and with its events. */
export const seedDemo = async (house: House): Promise<Seeded> => {
  const now = house.clock.now()
  const hashes = new Map<Persona, string>()
  for (const who of personas) hashes.set(who, await hashPassword(house.keys, demoPassword(who)))
  return house.db.transaction(async (tx) => {
    const events: Entry[] = []
    const seeded = { customers: {}, sites: {}, models: {}, devices: {}, people: {}, groups: {} } as Seeded

    for (const [key, one] of Object.entries(demoModels) as [
      keyof typeof demoModels,
      (typeof demoModels)[keyof typeof demoModels],
    ][]) {
      const id = newId()
      seeded.models[key] = id
      await tx.insert(model).values({ id, name: one.name, maker: house.settings.maker, declaration: one.declaration })
      events.push(entry({ by: bySystem, event: 'model.added', fields: { model: one.name } }))
    }
    for (const [name, one] of Object.entries(demoCustomers) as [DemoCustomer, (typeof demoCustomers)[DemoCustomer]][]) {
      const customerId = newId()
      const about = { customerId, customerName: name }
      seeded.customers[name] = customerId
      await tx.insert(customer).values({ id: customerId, name, createdAt: now })
      await tx.insert(policy).values({ customerId, changedAt: now })
      await tx.insert(policyLevel).values({ customerId, level: 'customer', levelId: customerId, rules: policies[name] })
      events.push(entry({ by: bySystem, event: 'customer.added', fields: { customer: name }, about }))
      for (const [siteName, { zone, address }] of Object.entries(one.sites)) {
        const id = newId()
        seeded.sites[siteName] = id
        await tx.insert(site).values({ id, customerId, name: siteName, zone, address, createdAt: now })
        events.push(entry({ by: bySystem, event: 'site.added', fields: { site: siteName }, about }))
      }
      for (const { name: deviceName, serial, site: at, model: of, tags } of one.devices) {
        const id = newId()
        seeded.devices[deviceName] = id
        await tx.insert(device).values({
          id,
          customerId,
          siteId: seeded.sites[at] ?? '',
          modelId: seeded.models[of],
          name: deviceName,
          serial,
          tags: [...tags],
          state: 'awaiting_enrolment',
          createdAt: now,
        })
        await tx.insert(deviceLink).values({ deviceId: id })
        events.push(
          entry({
            by: bySystem,
            event: 'device.added',
            fields: { device: deviceName },
            about: { ...about, deviceId: id, deviceName, siteId: seeded.sites[at] },
          }),
        )
      }
    }
    for (const one of demoGroups) {
      const id = newId()
      seeded.groups[one.name] = id
      await tx
        .insert(group)
        .values({ id, name: one.name, customerId: one.customer ? seeded.customers[one.customer] : null })
      for (const grant of one.grants)
        await tx.insert(groupGrant).values({
          id: newId(),
          groupId: id,
          activities: grant.activities,
          scopeKind: grant.on === 'all' ? 'all' : 'customers',
          scopeIds: grant.on === 'all' ? [] : [seeded.customers[grant.on]],
        })
      events.push(entry({ by: bySystem, event: 'group.added', fields: { group: one.name } }))
    }
    for (const who of personas) {
      const one = demoPeople[who]
      const id = newId()
      seeded.people[who] = id
      const customerId = one.customer ? seeded.customers[one.customer] : null
      await tx.insert(person).values({
        id,
        customerId,
        name: one.name,
        email: one.email,
        passwordHash: hashes.get(who) ?? '',
        passwordChangedAt: now,
        // They have been here for a while: what waits for who is new does not wait for them.
        createdAt: now - days(30),
      })
      await tx.insert(codeApp).values({
        personId: id,
        secretBox: boxSecret(house.keys, demoCodeSecrets[one.email] ?? ''),
        createdAt: now,
        lastStep: 0,
      })
      await tx.insert(groupMember).values({ groupId: seeded.groups[one.group] ?? '', personId: id })
      events.push(
        entry({
          by: bySystem,
          event: 'person.added',
          fields: { name: one.name },
          about: { personId: id, customerId, customerName: one.customer },
        }),
      )
    }
    await append(tx, now, events)
    return seeded
  })
}
