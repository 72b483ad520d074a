import type { Activity } from '@gatehouse/shared/activities'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'

/** Sets of grants. A customer's group reaches nothing beyond its customer. */
export const group = pgTable(
  'group',
  {
    id: uuid().primaryKey(),
    customerId: uuid('customer_id').references(() => customer.id),
    name: text().notNull(),
    version: integer().notNull().default(1),
  },
  (t) => [unique('group_name').on(t.customerId, t.name).nullsNotDistinct()],
)

export const groupMember = pgTable(
  'group_member',
  {
    groupId: uuid('group_id')
      .notNull()
      .references(() => group.id, { onDelete: 'cascade' }),
    personId: uuid('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.groupId, t.personId] }), index('group_member_person').on(t.personId)],
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
