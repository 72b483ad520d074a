import { granted } from '@gatehouse/shared/decide'
import { Line, SearchText } from '@gatehouse/shared/text'
import type { OpenFaultsView } from '@gatehouse/shared/views/integrity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { Refused } from '../../kernel/errors.ts'
import { allow, self } from '../../kernel/http/allow.ts'
import { asPage, type PageAsked, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { newestCheckpoint } from '../audit/door.ts'
import { askForCheck } from './checks.ts'
import { activityOn, type KnownLog, theFault, theLog, theMakersFault, theMakersLog } from './log.ts'
import { logIdOf, presentChecks, presentFaults, presentLog } from './present.ts'
import { explainFault, sideOf } from './service.ts'
import { type FaultRow, logsSeen, makersLog, openFaultsFor } from './store.ts'

const Query = PageQuery.extend({ search: SearchText.optional() })
const Explanation = z.strictObject({ reason: Line(500) })

type OnLog = Context<RoomEnv & { Variables: { target: KnownLog } }>

type PageOfLog = Context<
  RoomEnv & { Variables: { target: KnownLog } },
  string,
  { in: { query: { limit?: string; cursor?: string } }; out: { query: PageAsked } }
>

const faultsPage = async (c: PageOfLog) =>
  c.json(await presentFaults(c.var.house, c.var.actor, c.var.target, c.req.valid('query')))

const checksPage = async (c: PageOfLog) => c.json(await presentChecks(c.var.house, c.var.target, c.req.valid('query')))

const shown = async (c: OnLog) => c.json(await presentLog(c.var.house, c.var.actor, c.var.target))

const checkpointFile = async (c: OnLog) => {
  const { tree, name } = c.var.target
  const newest = await newestCheckpoint(c.var.house.db, tree)
  if (!newest) throw new Refused('not_found')
  const file = `${name.replace(/[^\w-]+/g, '-')}-${newest.size}.checkpoint`
  return c.body(newest.note, 200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Disposition': `attachment; filename="${file}"`,
  })
}

const checkAsked = async (c: OnLog) => c.json({ id: await askForCheck(c.var.house, c.var.actor, c.var.target) }, 202)

const explained = async (
  { house, actor, target }: RoomEnv['Variables'] & { target: KnownLog & { fault: FaultRow } },
  reason: string,
) => {
  await explainFault(house, actor, target, target.fault, reason)
  return presentLog(house, actor, target)
}

/** Whether the logs are whole: what shows it, what was found, checks that people ask for, and what they say it was. */
export const integrityRoom = new Hono<RoomEnv>()
  .get(
    '/logs',
    self('the logs of which one may see whether they are whole', { whileViewing: 'seen' }),
    validated('query', Query),
    async (c) => {
      const { house, actor } = c.var
      const { limit, cursor, search } = c.req.valid('query')
      const after = readKey(cursor, ['text', 'id'])
      const rows = await logsSeen(house.db, actor, sideOf(actor), { limit, after, search })
      const own = !after && !search && granted(actor, activityOn('maker', 'verify'), { kind: 'maker' })
      const page = asPage(
        rows,
        limit,
        (row) => [row.name, row.id],
        (row) => row,
      )
      const maker = own ? await makersLog(house.db, sideOf(actor), house.settings.maker) : undefined
      return c.json({ ...page, rows: maker ? [maker, ...page.rows] : page.rows })
    },
  )
  .get('/log-faults', self('the faults one has to explain', { whileViewing: 'seen' }), async (c) => {
    const { house, actor } = c.var
    const open = await openFaultsFor(house, actor, sideOf(actor))
    const logs = open.map(({ tree, ...one }) => ({ id: logIdOf(tree), ...one }))
    return c.json({ logs } satisfies OpenFaultsView)
  })
  .get('/logs/:customerId', allow('audit.verify', theLog), shown)
  .get('/logs/:customerId/checkpoint', allow('audit.verify', theLog), checkpointFile)
  .get('/logs/:customerId/faults', allow('audit.verify', theLog), validated('query', PageQuery), faultsPage)
  .get('/logs/:customerId/checks', allow('audit.verify', theLog), validated('query', PageQuery), checksPage)
  .post('/logs/:customerId/checks', allow('audit.verify', theLog), checkAsked)
  .post(
    '/logs/:customerId/faults/:faultId/explanation',
    allow('audit.explain', theFault),
    validated('json', Explanation),
    async (c) => c.json(await explained(c.var, c.req.valid('json').reason)),
  )
  .get('/makers-log', allow('audit.view_maker', theMakersLog), shown)
  .get('/makers-log/checkpoint', allow('audit.view_maker', theMakersLog), checkpointFile)
  .get('/makers-log/faults', allow('audit.view_maker', theMakersLog), validated('query', PageQuery), faultsPage)
  .get('/makers-log/checks', allow('audit.view_maker', theMakersLog), validated('query', PageQuery), checksPage)
  .post('/makers-log/checks', allow('audit.view_maker', theMakersLog), checkAsked)
  .post(
    '/makers-log/faults/:faultId/explanation',
    allow('staff.edit', theMakersFault),
    validated('json', Explanation),
    async (c) => c.json(await explained(c.var, c.req.valid('json').reason)),
  )
