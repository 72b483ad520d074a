import type { Grant, Scope } from '@gatehouse/shared/decide'
import { and, asc, count, eq, inArray, isNull } from 'drizzle-orm'
import type { About } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer, site } from '../customers/tables.ts'
import { device, model } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
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

const inWords = (scope: Scope, names: readonly string[], ofCustomer: boolean): string => {
  if (scope.kind === 'all') return ofCustomer ? 'All devices of the customer' : 'All devices of all customers'
  return names.length === 0 ? 'No device' : `${kindSays[scope.kind]}: ${names.join(', ')}`
}

/** What a scope reaches, in words. */
export const scopeSays = async (db: Tx, scope: Scope, ofCustomer: boolean): Promise<string> =>
  inWords(scope, await namesIn(db, scope), ofCustomer)

/** The groups of a customer (the maker's for `null`), with grants and how many people are in. */
export const groupsOf = async (db: Tx, customerId: string | null, personId: string) => {
  const groups = await db
    .select({
      id: group.id,
      name: group.name,
      version: group.version,
      customerId: group.customerId,
      customerName: customer.name,
    })
    .from(group)
    .leftJoin(customer, eq(customer.id, group.customerId))
    .where(customerId === null ? isNull(group.customerId) : eq(group.customerId, customerId))
    .orderBy(asc(group.name))
  const ids = groups.map((one) => one.id)
  if (ids.length === 0) return []
  const [grants, members, own] = await Promise.all([
    db.select().from(groupGrant).where(inArray(groupGrant.groupId, ids)).orderBy(asc(groupGrant.id)),
    db
      .select({ groupId: groupMember.groupId, n: count() })
      .from(groupMember)
      .where(inArray(groupMember.groupId, ids))
      .groupBy(groupMember.groupId),
    db
      .select({ groupId: groupMember.groupId })
      .from(groupMember)
      .where(and(inArray(groupMember.groupId, ids), eq(groupMember.personId, personId))),
  ])
  const mine = new Set(own.map(({ groupId }) => groupId))
  return Promise.all(
    groups.map(async (one) => ({
      ...one,
      people: members.find((row) => row.groupId === one.id)?.n ?? 0,
      mine: mine.has(one.id),
      grants: await Promise.all(
        grants
          .filter((grant) => grant.groupId === one.id)
          .map(async (grant) => {
            const scope = scopeOf(grant)
            const scopeNames = await namesIn(db, scope)
            return {
              activities: grant.activities,
              scope,
              scopeNames,
              scopeSays: inWords(scope, scopeNames, one.customerId !== null),
            }
          }),
      ),
    })),
  )
}

/** One group with what it grants. */
export interface KnownGroup {
  id: string
  name: string
  version: number
  customerId: string | null
  customerName: string | null
  grants: Grant[]
  /** True where whoever asks is in it. */
  mine: boolean
  about: About
}

/** The group of this id, as `personId` sees it. */
export const groupById = async (db: Tx, id: string, personId: string): Promise<KnownGroup | undefined> => {
  const [row] = await db
    .select({ group, customerName: customer.name })
    .from(group)
    .leftJoin(customer, eq(customer.id, group.customerId))
    .where(eq(group.id, id))
  if (!row) return undefined
  const [grants, own] = await Promise.all([
    db.select().from(groupGrant).where(eq(groupGrant.groupId, id)).orderBy(asc(groupGrant.id)),
    db
      .select()
      .from(groupMember)
      .where(and(eq(groupMember.groupId, id), eq(groupMember.personId, personId))),
  ])
  const { customerName } = row
  return {
    ...row.group,
    customerName,
    grants: grants.map((grant) => ({ activities: grant.activities, scope: scopeOf(grant) })),
    mine: own.length > 0,
    about: { customerId: row.group.customerId, customerName },
  }
}

/** The people in a group, by name. */
export const membersOf = (db: Tx, groupId: string) =>
  db
    .select({ id: person.id, name: person.name })
    .from(groupMember)
    .innerJoin(person, eq(person.id, groupMember.personId))
    .where(and(eq(groupMember.groupId, groupId), isNull(person.removedAt)))
    .orderBy(asc(person.name), asc(person.id))
