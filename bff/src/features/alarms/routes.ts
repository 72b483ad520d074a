import { decide } from '@gatehouse/shared/decide'
import { severities } from '@gatehouse/shared/devices/declaration'
import { LineOrNothing, SearchText } from '@gatehouse/shared/text'
import type { AlarmOccurrenceView, AlarmView } from '@gatehouse/shared/views/alarms'
import type { Page } from '@gatehouse/shared/views/basics'
import { eq } from 'drizzle-orm'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import { allow, asMay, type Finder, mayUnless, self } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { deviceById, grantedDevices, type KnownDevice, theDevice } from '../devices/door.ts'
import { lookAtDevice } from '../looks/door.ts'
import { acknowledgeAlarm } from './service.ts'
import { type AlarmRow, alarmById, listAlarms, occurrencesOf } from './store.ts'
import { alarm } from './tables.ts'

const Filter = z.object({
  state: z.enum(['open', 'all']).default('open'),
  severity: z.enum(severities).optional(),
  device: z.uuid().optional(),
  search: SearchText.optional(),
})
const Note = z.strictObject({ note: LineOrNothing(500) })

/** The alarm named in the path, with its device. */
const theAlarm: Finder<KnownDevice & { alarm: AlarmRow }> = async (house, c) => {
  const id = c.req.param('alarmId') ?? ''
  const found = isUuid(id) ? await alarmById(house.db, id) : undefined
  const device = found && (await deviceById(house.db, found.device.id))
  return found && device && !device.removed ? { ...device, alarm: found } : undefined
}

const present = (actor: Actor, { alarm: one, device, customer }: AlarmRow): AlarmView => ({
  id: one.id,
  device: { id: device.id, name: device.name },
  customer,
  code: one.code,
  severity: one.severity,
  message: one.message,
  source: one.source,
  raisedAt: one.raisedAt,
  lastAt: one.lastAt,
  occurrences: one.occurrences,
  clearedAt: one.clearedAt,
  acknowledged:
    one.acknowledgedAt === null ? null : { by: one.acknowledgedBy ?? '', at: one.acknowledgedAt, note: one.note ?? '' },
  may: {
    acknowledge:
      one.acknowledgedAt === null
        ? asMay(
            // It touches no device, so that neither policy nor approval bears on it, and the time does not either.
            decide(
              actor,
              'alarm.acknowledge',
              {
                kind: 'device',
                customerId: customer.id,
                siteId: device.siteId,
                modelId: device.modelId,
                deviceId: device.id,
                tags: device.tags,
              },
              { policy: [], approvals: [] },
              0,
            ),
          )
        : mayUnless('wrong_state'),
  },
})

const before = (cursor: string | undefined): string | undefined => readKey(cursor, ['id'])?.[0]

const pageOf = (actor: Actor, rows: readonly AlarmRow[], limit: number): Page<AlarmView> =>
  asPage(
    rows,
    limit,
    (row) => [row.alarm.id],
    (row) => present(actor, row),
  )

/** Alarms: raised from limits and by devices, acknowledged by people. */
export const alarmsRoom = new Hono<RoomEnv>()
  .get(
    '/alarms',
    self('alarms of the devices one may see, and of no others', { whileViewing: 'seen' }),
    validated('query', PageQuery.extend(Filter.shape)),
    async (c) => {
      const { house, actor } = c.var
      const { limit, cursor, ...filter } = c.req.valid('query')
      const scope = grantedDevices(actor, 'device.view')
      const look = await lookAtDevice(house, actor, 'device.view', filter.device)
      const rows = await listAlarms(house.db, scope, filter, { before: before(cursor), limit })
      await look?.note()
      return c.json(pageOf(actor, rows, limit))
    },
  )
  .get(
    '/devices/:deviceId/alarms',
    allow('device.view', theDevice),
    validated('query', PageQuery.extend({ state: Filter.shape.state.default('all') })),
    async (c) => {
      const { house, actor, target } = c.var
      const { limit, cursor, state } = c.req.valid('query')
      const scope = eq(alarm.deviceId, target.deviceId)
      const rows = await listAlarms(house.db, scope, { state }, { before: before(cursor), limit })
      return c.json(pageOf(actor, rows, limit))
    },
  )
  .get('/alarms/:alarmId/occurrences', allow('device.view', theAlarm), validated('query', PageQuery), async (c) => {
    const { house, target } = c.var
    const { limit, cursor } = c.req.valid('query')
    const rows = await occurrencesOf(house.db, target.alarm.alarm.id, { before: before(cursor), limit })
    const page: Page<AlarmOccurrenceView> = asPage(
      rows,
      limit,
      (row) => [row.id],
      (row) => row,
    )
    return c.json(page)
  })
  .post('/alarms/:alarmId/acknowledge', allow('alarm.acknowledge', theAlarm), validated('json', Note), async (c) => {
    const { house, actor, target } = c.var
    await acknowledgeAlarm(house, actor, target, c.req.valid('json').note)
    const now = await alarmById(house.db, target.alarm.alarm.id)
    if (!now) throw new Refused('not_found')
    return c.json(present(actor, now))
  })
