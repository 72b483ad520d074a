import { bigint, foreignKey, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { customer } from '../customers/tables.ts'
import { device } from '../devices/tables.ts'
import { signIn } from '../sign-in/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** What somebody of the maker said he looks at a customer's data for; forgotten with his sign-in. */
export const lookPurpose = pgTable(
  'look_purpose',
  {
    id: uuid().primaryKey(),
    signInId: uuid('sign_in_id')
      .notNull()
      .references(() => signIn.handle, { onDelete: 'cascade' }),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customer.id, { onDelete: 'cascade' }),
    /** `null` where it was said of the customer itself. */
    deviceId: uuid('device_id'),
    purpose: text().notNull(),
    statedAt: ms('stated_at').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'look_purpose_device',
      columns: [t.customerId, t.deviceId],
      foreignColumns: [device.customerId, device.id],
    }).onDelete('cascade'),
    index('look_purpose_of').on(t.signInId, t.customerId, t.id),
  ],
)
