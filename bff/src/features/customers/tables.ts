import { bigint, boolean, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** The tenants. */
export const customer = pgTable('customer', {
  id: uuid().primaryKey(),
  name: text().notNull().unique(),
  /** True where everybody of the customer signs in with a second factor, and not only who approves. */
  demandsFactor: boolean('demands_factor').notNull().default(true),
  createdAt: ms('created_at').notNull(),
})

/** Where a customer's devices stand. */
export const site = pgTable(
  'site',
  {
    id: uuid().primaryKey(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customer.id),
    name: text().notNull(),
    /** IANA name. */
    zone: text().notNull(),
    address: text().notNull().default(''),
    createdAt: ms('created_at').notNull(),
    /** Counts what changed the orders of all its devices. */
    orders: integer().notNull().default(0),
  },
  (t) => [unique('site_of_customer').on(t.customerId, t.id), unique('site_name').on(t.customerId, t.name)],
)
