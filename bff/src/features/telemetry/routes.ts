import { Key } from '@gatehouse/shared/devices/declaration'
import type { TrendView } from '@gatehouse/shared/views/telemetry'
import { Hono } from 'hono'
import { z } from 'zod'
import { days, hours } from '../../kernel/clock.ts'
import { Refused } from '../../kernel/errors.ts'
import { allow } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { theDevice } from '../devices/door.ts'
import { declaredItems, gapAfter } from './rules.ts'
import { currentValues, sampleBefore, samplesWithin } from './store.ts'

const Moment = z.coerce.number().int().min(0).max(8_640_000_000_000_000)
/** A window of time; the last 24 hours where nothing is said. */
const Window = z.object({ from: Moment.optional(), to: Moment.optional() })
const longestWindow = days(800)

/** What devices sent: newest values and trends. */
export const telemetryRoom = new Hono<RoomEnv>()
  .get('/devices/:deviceId/values', allow('device.view', theDevice), async (c) => {
    const { house, target } = c.var
    const declared = declaredItems(target.declaration)
    const values = await currentValues(house.db, target.deviceId)
    return c.json(values.filter(({ key }) => declared.has(key)))
  })
  .get(
    '/devices/:deviceId/trends/:key',
    allow('device.view', theDevice, { look: 'chart.viewed' }),
    validated('param', z.object({ deviceId: z.string(), key: Key })),
    validated('query', Window),
    async (c) => {
      const { house, target } = c.var
      const { key } = c.req.valid('param')
      const { to = house.clock.now(), from = to - hours(24) } = c.req.valid('query')
      if (from >= to || to - from > longestWindow)
        throw new Refused('invalid_input', { fields: { from: 'Choose a window that begins before it ends' } })
      const item = declaredItems(target.declaration).get(key)
      if (item?.type !== 'number') throw new Refused('not_found')
      const [before, { points, thinned }] = await Promise.all([
        sampleBefore(house.db, target.deviceId, key, from),
        samplesWithin(house.db, target.deviceId, key, from, to),
      ])
      const view: TrendView = {
        key,
        from,
        to,
        zone: target.zone,
        before,
        points,
        thinned,
        gapAfter: gapAfter(item),
      }
      return c.json(view)
    },
  )
