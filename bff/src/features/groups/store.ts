import type { Scope } from '@gatehouse/shared/decide'
import { asc, count, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer, site } from '../customers/tables.ts'
import { device, model } from '../devices/tables.ts'
import { scopeOf } from './door.ts'
import { group, groupGrant, groupMember } from './tables.ts'

/** Names of what a scope lists, in the order given; what is gone stays visible as such. */
const namesIn = async (db: Tx, scope: Scope): Promise<string[]> => {
  if (scope.kind === 'all') return []
  if (scope.kind === 'tags') return [...scope.tags]
  const table = { customers: customer, sites: site, models: model, devices: device }[scope.kind]
  const rows = scope.ids.length
    ? await db
        .select({ id: table.id, name: table.name })
        .from(table)
        .where(inArray(table.id, [...scope.ids]))
    : []
  return scope.ids.map((id) => rows.find((row) => row.id === id)?.name ?? 'something removed')
}

const kindSays = { customers: 'Customer', sites: 'Site', models: 'Model', devices: 'Device', tags: 'Tag' } as const

const scopeSays = async (db: Tx, scope: Scope, ofCustomer: boolean): Promise<string> => {
  if (scope.kind === 'all') return ofCustomer ? 'All devices of the customer' : 'All devices of all customers'
  const names = await namesIn(db, scope)
  return names.length === 0 ? 'No device' : `${kindSays[scope.kind]}: ${names.join(', ')}`
}

/** The groups of a customer (the maker's for `null`), with grants and how many people are in. */
export const groupsOf = async (db: Tx, customerId: string | null) => {
  const groups = await db
    .select({ id: group.id, name: group.name, customerId: group.customerId, customerName: customer.name })
    .from(group)
    .leftJoin(customer, eq(customer.id, group.customerId))
    .where(customerId === null ? isNull(group.customerId) : eq(group.customerId, customerId))
    .orderBy(asc(group.name))
  const ids = groups.map((one) => one.id)
  if (ids.length === 0) return []
  const [grants, members] = await Promise.all([
    db.select().from(groupGrant).where(inArray(groupGrant.groupId, ids)).orderBy(asc(groupGrant.id)),
    db
      .select({ groupId: groupMember.groupId, n: count() })
      .from(groupMember)
      .where(inArray(groupMember.groupId, ids))
      .groupBy(groupMember.groupId),
  ])
  return Promise.all(
    groups.map(async (one) => ({
      ...one,
      people: members.find((row) => row.groupId === one.id)?.n ?? 0,
      grants: await Promise.all(
        grants
          .filter((grant) => grant.groupId === one.id)
          .map(async (grant) => {
            const scope = scopeOf(grant)
            return {
              activities: grant.activities,
              scope,
              scopeSays: await scopeSays(db, scope, one.customerId !== null),
            }
          }),
      ),
    })),
  )
}
