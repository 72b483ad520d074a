import { bigint, customType, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const ms = (name: string) => bigint(name, { mode: 'number' })

/** The audit log: insert-only by role and by trigger, and referring to nothing, so that it outlives everything. */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: uuid().primaryKey(),
    at: ms('at').notNull(),
    event: text().notNull(),
    outcome: text().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: uuid('actor_id'),
    actorName: text('actor_name').notNull(),
    actorCompany: text('actor_company').notNull(),
    customerId: uuid('customer_id'),
    customerName: text('customer_name'),
    deviceId: uuid('device_id'),
    deviceName: text('device_name'),
    requestId: uuid('request_id'),
    sessionId: uuid('session_id'),
    approvalId: uuid('approval_id'),
    fromAddress: text('from_address'),
    fields: jsonb().$type<Record<string, string | number>>().notNull(),
    /** The exact bytes a leaf is made of: RFC 8785 JSON of the columns above. */
    canonical: bytea().notNull(),
  },
  (t) => [
    index('audit_event_device').on(t.deviceId, t.id),
    index('audit_event_customer').on(t.customerId, t.id),
    index('audit_event_session').on(t.sessionId, t.id),
    index('audit_event_request').on(t.requestId, t.id),
  ],
)

/** Events that no sequencer has given their place in a tree yet; written with the event, in one transaction. */
export const auditPending = pgTable('audit_pending', {
  eventId: uuid('event_id').primaryKey(),
  customerId: uuid('customer_id'),
})
