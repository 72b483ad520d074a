import { bigint, cidr, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { tenantOf } from '../../kernel/database/wall.ts'
import { customer } from '../customers/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** From where people may sign in: one list per customer, and one of the maker's. None, or an empty one: everywhere. */
export const networkList = pgTable(
  'network_list',
  {
    id: uuid().primaryKey(),
    /** `null` for the maker's people. */
    customerId: uuid('customer_id').references(() => customer.id),
    tenant: uuid().notNull().generatedAlwaysAs(tenantOf),
    /** Raised by every change: who changes it says which one he looked at. */
    version: integer().notNull(),
  },
  (t) => [unique('network_list_customer').on(t.customerId).nullsNotDistinct()],
)

/** The networks of a list. PostgreSQL's own type refuses what is no network. */
export const networkEntry = pgTable(
  'network_entry',
  {
    listId: uuid('list_id')
      .notNull()
      .references(() => networkList.id),
    cidr: cidr().notNull(),
    note: text().notNull(),
    /** The name of then. */
    addedByName: text('added_by_name').notNull(),
    addedAt: ms('added_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.listId, t.cidr] })],
)
