import type { ActionState, RemoteActionName } from '@gatehouse/shared/remote-actions'
import { sql } from 'drizzle-orm'
import { bigint, foreignKey, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { device } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
import { approval } from '../requests/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Commands for agents, with what became of them. Moves are checked by trigger against `action_move`. */
export const action = pgTable(
  'action',
  {
    id: uuid().primaryKey(),
    deviceId: uuid('device_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    action: text().$type<RemoteActionName>().notNull(),
    input: jsonb().$type<Record<string, unknown>>().notNull(),
    state: text().$type<ActionState>().notNull(),
    because: text(),
    requestedBy: uuid('requested_by')
      .notNull()
      .references(() => person.id),
    requestedByName: text('requested_by_name').notNull(),
    approvalId: uuid('approval_id'),
    queuedAt: ms('queued_at').notNull(),
    expiresAt: ms('expires_at').notNull(),
    deliveredAt: ms('delivered_at'),
    endedAt: ms('ended_at'),
    result: jsonb().$type<unknown>(),
    /** The device's signature over its answer (`ReceiptProof`), verified when it came. */
    proof: text(),
  },
  (t) => [
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ columns: [t.customerId, t.approvalId], foreignColumns: [approval.customerId, approval.id] }),
    index('action_device').on(t.deviceId, t.id),
    index('action_state').on(t.state, t.expiresAt),
    index('action_open').on(t.deviceId).where(sql`${t.state} in ('queued', 'delivered')`),
  ],
)
