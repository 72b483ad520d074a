import type { Activity } from '@gatehouse/shared/activities'
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { tenantOf, theMakerItself } from '../../kernel/database/wall.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'

/** Sets of grants. A customer's group reaches nothing beyond its customer. */
export const group = pgTable(
  'group',
  {
    id: uuid().primaryKey(),
    customerId: uuid('customer_id').references(() => customer.id),
    tenant: uuid().notNull().generatedAlwaysAs(tenantOf),
    name: text().notNull(),
    version: integer().notNull().default(1),
  },
  (t) => [
    unique('group_name').on(t.customerId, t.name).nullsNotDistinct(),
    unique('group_of_tenant').on(t.tenant, t.id),
  ],
)

/** Who is in a group: people of the group's own customer, or of the maker. */
export const groupMember = pgTable(
  'group_member',
  {
    groupId: uuid('group_id').notNull(),
    personId: uuid('person_id').notNull(),
    /** The group's, set by trigger: both ends of the link must have it. */
    tenant: uuid().notNull().default(theMakerItself),
  },
  (t) => [
    primaryKey({ columns: [t.groupId, t.personId] }),
    foreignKey({ columns: [t.tenant, t.groupId], foreignColumns: [group.tenant, group.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.tenant, t.personId], foreignColumns: [person.tenant, person.id] }).onDelete('cascade'),
    index('group_member_person').on(t.personId),
  ],
)

/** Activities × one device scope. An empty scope covers nothing. */
export const groupGrant = pgTable(
  'group_grant',
  {
    id: uuid().primaryKey(),
    groupId: uuid('group_id')
      .notNull()
      .references(() => group.id, { onDelete: 'cascade' }),
    activities: text().array().$type<Activity[]>().notNull(),
    scopeKind: text('scope_kind').$type<'all' | 'customers' | 'sites' | 'models' | 'devices' | 'tags'>().notNull(),
    scopeIds: uuid('scope_ids').array().notNull().default(sql`'{}'::uuid[]`),
    scopeTags: text('scope_tags').array().notNull().default(sql`'{}'::text[]`),
  },
  (t) => [
    index('group_grant_group').on(t.groupId),
    check('group_grant_scope', sql`${t.scopeKind} in ('all', 'customers', 'sites', 'models', 'devices', 'tags')`),
  ],
)
