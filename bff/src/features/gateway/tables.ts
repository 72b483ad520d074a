import { bigint, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Assertions that have opened a door already, until they would have expired anyway: none opens a second one. */
export const assertionUsed = pgTable(
  'assertion_used',
  {
    deviceId: uuid('device_id').notNull(),
    jti: text().notNull(),
    expiresAt: ms('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.deviceId, t.jti] }), index('assertion_used_expiry').on(t.expiresAt)],
)

/** Enrolments that were refused, for the limit: it holds over restarts and instances. */
export const enrolmentTry = pgTable(
  'enrolment_try',
  {
    id: uuid().primaryKey(),
    at: ms('at').notNull(),
    fromAddress: text('from_address').notNull(),
  },
  (t) => [index('enrolment_try_from').on(t.fromAddress, t.at)],
)
