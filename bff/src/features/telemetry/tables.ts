import type { ItemValue } from '@gatehouse/shared/devices/declaration'
import { bigint, doublePrecision, foreignKey, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { device } from '../devices/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** The newest value of each data item. */
export const currentValue = pgTable(
  'current_value',
  {
    deviceId: uuid('device_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    key: text().notNull(),
    value: jsonb().$type<ItemValue>().notNull(),
    /** The device's claimed time. */
    at: ms('at').notNull(),
    receivedAt: ms('received_at').notNull(),
    /** Number of the message that brought it. */
    seq: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.key] }),
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }).onDelete(
      'cascade',
    ),
  ],
)

/**
 * History of the numeric data items, tagged with its customer and the message that brought it. It refers to nothing:
 * its writer has the device's own row locked, and a look at it for every sample is a third of a check-in's cost.
 */
export const sample = pgTable(
  'sample',
  {
    deviceId: uuid('device_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    key: text().notNull(),
    at: ms('at').notNull(),
    value: doublePrecision().notNull(),
    receivedAt: ms('received_at').notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.deviceId, t.key, t.at] })],
)

/** What a device sent although its model does not declare it: remembered, so that the log says it once. */
export const undeclaredItem = pgTable(
  'undeclared_item',
  {
    deviceId: uuid('device_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    key: text().notNull(),
    firstAt: ms('first_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.key] }),
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }).onDelete(
      'cascade',
    ),
  ],
)
