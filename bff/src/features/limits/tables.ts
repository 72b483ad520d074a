import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core'

/** What is at its limit now, so that each begin and end of it is told once, over all instances and restarts. */
export const limitReached = pgTable('limit_reached', {
  /** The kind, and for a customer's log its id behind it. */
  key: text().primaryKey(),
  /** Whose log it is, where it is one customer's alone. */
  customerId: uuid('customer_id'),
  since: bigint('since', { mode: 'number' }).notNull(),
})
