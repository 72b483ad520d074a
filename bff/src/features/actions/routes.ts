import type { RemoteActionName } from '@gatehouse/shared/remote-actions'
import { remoteActionNames, remoteActions } from '@gatehouse/shared/remote-actions'
import type { ActionView } from '@gatehouse/shared/views/actions'
import type { Page } from '@gatehouse/shared/views/basics'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import { allow, type Finder, mayUnless } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { deviceById, type KnownDevice, theDevice } from '../devices/door.ts'
import { whyNotCancel } from './rules.ts'
import { cancelAction, queueAction } from './service.ts'
import { type ActionRow, actionById, type ListedAction, listActions } from './store.ts'

/** The action named in the path, with its device. */
const theAction: Finder<KnownDevice & { action: ActionRow }> = async (house, c) => {
  const id = c.req.param('actionId') ?? ''
  const found = isUuid(id) ? await actionById(house.db, id) : undefined
  const device = found && (await deviceById(house.db, found.deviceId))
  return found && device && !device.removed ? { ...device, action: found } : undefined
}

/** Of a log file each one is a look of its own. */
const lookAtAction = ({ action }: { action: ActionRow }) =>
  action.action === 'fetch_log' && action.result !== null
    ? { event: 'log_file.read' as const, item: action.id }
    : { event: 'actions.viewed' as const }

const present = (actor: Actor, device: KnownDevice, one: ActionRow | ListedAction): ActionView => ({
  id: one.id,
  deviceId: one.deviceId,
  action: one.action,
  input: one.input,
  state: one.state,
  because: one.because,
  requestedBy: one.requestedByName,
  queuedAt: one.queuedAt,
  expiresAt: one.expiresAt,
  deliveredAt: one.deliveredAt,
  endedAt: one.endedAt,
  result: one.result,
  resultLeftOut: 'resultLeftOut' in one && one.resultLeftOut,
  may: { cancel: mayUnless(whyNotCancel(actor, one, device)) },
})

/** What is sent to queue an action, beside what stands in the path. */
const Asked = (input: z.ZodObject) =>
  z.strictObject({ input: input.strict(), expiresInMinutes: z.number().int().min(1).max(10_080).default(1_440) })

/** One path per action, drawn from the table, so that the guard knows the activity before the body is read. */
const queueRoutes = () => {
  const routes = new Hono<RoomEnv>()
  for (const name of remoteActionNames) {
    const { activity, input } = remoteActions[name]
    routes.post(
      `/devices/:deviceId/actions/${name}`,
      allow(activity, theDevice),
      validated('json', Asked(input)),
      async (c) => {
        const { house, actor, target } = c.var
        const row = await queueAction(house, actor, target, name, c.req.valid('json'))
        return c.json(present(actor, target, row), 201)
      },
    )
  }
  return routes
}

/** The routes above as their clients see them: a loop leaves no types behind. */
type QueueSchema = {
  [Name in RemoteActionName as `/devices/:deviceId/actions/${Name}`]: {
    $post: {
      input: {
        param: { deviceId: string }
        json: { input: z.input<(typeof remoteActions)[Name]['input']>; expiresInMinutes?: number }
      }
      output: ActionView
      outputFormat: 'json'
      status: 201
    }
  }
}

const before = (cursor: string | undefined): string | undefined => readKey(cursor, ['id'])?.[0]

/** Actions: queued by people, handed to devices at their check-in, answered by them. */
export const actionsRoom = new Hono<RoomEnv>()
  .route('/', queueRoutes() as unknown as Hono<RoomEnv, QueueSchema>)
  .get(
    '/devices/:deviceId/actions',
    allow('device.view', theDevice, { look: 'actions.viewed' }),
    validated('query', PageQuery),
    async (c) => {
      const { house, actor, target } = c.var
      const { limit, cursor } = c.req.valid('query')
      const rows = await listActions(house.db, target.deviceId, { before: before(cursor), limit })
      const page: Page<ActionView> = asPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => present(actor, target, row),
      )
      return c.json(page)
    },
  )
  .get('/actions/:actionId', allow('device.view', theAction, { look: lookAtAction }), (c) => {
    const { actor, target } = c.var
    return c.json(present(actor, target, target.action))
  })
  .post('/actions/:actionId/cancel', allow('device.view', theAction), async (c) => {
    const { house, actor, target } = c.var
    await cancelAction(house, actor, target)
    const now = await actionById(house.db, target.action.id)
    if (!now) throw new Refused('not_found')
    return c.json(present(actor, target, now))
  })
