import type { AuditOutcome } from '@gatehouse/shared/audit-events'
import { auditQueryShape, filterOfQuery } from '@gatehouse/shared/audit-filter'
import { plainSentence } from '@gatehouse/shared/audit-words'
import { SearchText } from '@gatehouse/shared/text'
import type { AuditEventView, AuditListRow, AuditPage, AuditRow } from '@gatehouse/shared/views/audit'
import type { Named, Page } from '@gatehouse/shared/views/basics'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow, self } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { theDeviceEvenRemoved } from '../devices/door.ts'
import { faultsOfEvents, provenEntry } from '../integrity/door.ts'
import { lookAtLog } from '../looks/door.ts'
import { namesIn, peopleIn, placeOf, zoneOf } from './detail.ts'
import { lookedAt } from './looked.ts'
import { type AuditEventRow, eventsVisibleTo, eventVisibleTo } from './store.ts'

const Query = PageQuery.extend(auditQueryShape)

const named = (id: string | null, name: string | null): Named | null => (id && name ? { id, name } : null)

const present = (row: AuditEventRow): AuditRow => ({
  id: row.id,
  at: row.at,
  claimedAt: row.claimedAt,
  event: row.event,
  says: plainSentence(row.event, row.fields),
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

/** A page of rows, with what is known to be wrong with them. */
const presentPage = async (db: Tx, rows: readonly AuditEventRow[], limit: number): Promise<Page<AuditListRow>> => {
  const faults = await faultsOfEvents(
    db,
    rows.map(({ id }) => id),
  )
  return asPage(
    rows,
    limit,
    (row) => [row.id],
    (row) => ({ ...present(row), altered: faults.get(row.id) ?? null }),
  )
}

const presentAll = async (house: House, row: AuditEventRow): Promise<AuditEventView> => ({
  ...present(row),
  actorId: row.actorId,
  personId: row.personId,
  siteId: row.siteId,
  zone: await zoneOf(house.db, row),
  place: await placeOf(house.db, row.id),
  proven: await provenEntry(house, house.db, row.id),
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
    return c.json(await presentPage(c.var.house.db, rows, limit))
  })
  .get('/audit', self('the events one may see', { whileViewing: 'seen' }), validated('query', Query), async (c) => {
    const { house, actor } = c.var
    const { limit, cursor, ...read } = c.req.valid('query')
    const filter = filterOfQuery(read)
    const { reader, look, withheld } = await lookedAt(house, actor, filter)
    const rows = await eventsVisibleTo(house.db, reader, filter, limit, before(cursor))
    await look?.note()
    return c.json({ ...(await presentPage(house.db, rows, limit)), withheld } satisfies AuditPage)
  })
  .get(
    '/audit/names',
    self('what the log calls what one may see', { whileViewing: 'seen' }),
    validated('query', z.object(auditQueryShape)),
    async (c) => {
      const { house, actor } = c.var
      const filter = filterOfQuery(c.req.valid('query'))
      const { reader, look } = await lookedAt(house, actor, filter)
      const names = await namesIn(house.db, reader, filter)
      await look?.note()
      return c.json(names)
    },
  )
  .get(
    '/audit/people',
    self('who appears in the events one may see', { whileViewing: 'seen' }),
    validated('query', z.object({ ...auditQueryShape, name: SearchText.default('') })),
    async (c) => {
      const { house, actor } = c.var
      const { name, ...read } = c.req.valid('query')
      const filter = filterOfQuery(read)
      const { reader, look } = await lookedAt(house, actor, filter)
      const rows = await peopleIn(house.db, reader, filter, name)
      await look?.note()
      return c.json({ rows })
    },
  )
  .get('/audit/:eventId', self('an event one may see', { whileViewing: 'seen' }), async (c) => {
    const { house, actor } = c.var
    const id = c.req.param('eventId')
    const row = isUuid(id) ? await eventVisibleTo(house.db, actor, id) : undefined
    if (!row) throw new Refused('not_found')
    const look = await lookAtLog(house, actor, row)
    const event = await presentAll(house, row)
    await look?.note()
    return c.json(event)
  })
