import type { Severity } from '@gatehouse/shared/devices/declaration'
import { sql } from 'drizzle-orm'
import { bigint, foreignKey, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { device } from '../devices/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Alarms; at most one is open per device and code, further raises are counted and listed. */
export const alarm = pgTable(
  'alarm',
  {
    id: uuid().primaryKey(),
    deviceId: uuid('device_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    code: text().notNull(),
    severity: text().$type<Severity>().notNull(),
    message: text().notNull(),
    source: text().$type<'limit' | 'device'>().notNull(),
    raisedAt: ms('raised_at').notNull(),
    lastAt: ms('last_at').notNull(),
    occurrences: integer().notNull().default(1),
    clearedAt: ms('cleared_at'),
    acknowledgedAt: ms('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    note: text(),
  },
  (t) => [
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }).onDelete(
      'cascade',
    ),
    uniqueIndex('alarm_one_open').on(t.deviceId, t.code).where(sql`${t.clearedAt} is null`),
    index('alarm_device').on(t.deviceId, t.id),
    index('alarm_customer').on(t.customerId, t.id),
  ],
)

/** Each time an alarm was raised. */
export const alarmOccurrence = pgTable(
  'alarm_occurrence',
  {
    id: uuid().primaryKey(),
    alarmId: uuid('alarm_id')
      .notNull()
      .references(() => alarm.id, { onDelete: 'cascade' }),
    at: ms('at').notNull(),
    message: text().notNull(),
    /** Number of the message that brought it; `null` in those of before it was kept. */
    seq: bigint({ mode: 'number' }),
  },
  (t) => [index('alarm_occurrence_alarm').on(t.alarmId, t.at)],
)
