import { type AuditOutcome, sentence } from '@gatehouse/shared/audit-events'
import { auditQueryShape, filterOfQuery } from '@gatehouse/shared/audit-filter'
import type { AuditRow, Named } from '@gatehouse/shared/views/views'
import { Hono } from 'hono'
import { allow, self } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theDeviceEvenRemoved } from '../devices/door.ts'
import { type AuditEventRow, eventsVisibleTo } from './store.ts'

const Query = PageQuery.extend(auditQueryShape)

const named = (id: string | null, name: string | null): Named | null => (id && name ? { id, name } : null)

const present = (row: AuditEventRow): AuditRow => ({
  id: row.id,
  at: row.at,
  claimedAt: row.claimedAt,
  event: row.event,
  says: sentence(row.event, row.fields),
  outcome: row.outcome as AuditOutcome,
  who: { kind: row.actorKind as AuditRow['who']['kind'], name: row.actorName, company: row.actorCompany },
  device: named(row.deviceId, row.deviceName),
  customer: named(row.customerId, row.customerName),
  requestId: row.requestId,
  sessionId: row.sessionId,
  approvalId: row.approvalId,
  from: row.fromAddress,
  fields: row.fields,
})

const before = (cursor: string | undefined): string | undefined => readKey(cursor, ['id'])?.[0]

/** The audit log, read: of one device, and of all that one may see. */
export const auditRoom = new Hono<RoomEnv>()
  .get('/devices/:deviceId/audit', allow('audit.view', theDeviceEvenRemoved), validated('query', Query), async (c) => {
    const { limit, cursor, ...read } = c.req.valid('query')
    const filter = filterOfQuery(read)
    const rows = await eventsVisibleTo(
      c.var.house.db,
      c.var.actor,
      { ...filter, deviceId: c.var.target.deviceId },
      limit,
      before(cursor),
    )
    return c.json(asPage(rows, limit, (row) => [row.id], present))
  })
  .get('/audit', self('the events one may see', { whileViewing: 'seen' }), validated('query', Query), async (c) => {
    const { limit, cursor, ...read } = c.req.valid('query')
    const filter = filterOfQuery(read)
    const rows = await eventsVisibleTo(c.var.house.db, c.var.actor, filter, limit, before(cursor))
    return c.json(asPage(rows, limit, (row) => [row.id], present))
  })
