import { makersTree } from '@gatehouse/shared/audit/checkpoint'
import { type AuditFilter, auditQueryShape, AuditFilter as Filter, filterOfQuery } from '@gatehouse/shared/audit-filter'
import { filterToQuery } from '@gatehouse/shared/audit-query'
import { Zone } from '@gatehouse/shared/customers/zone'
import { LineOrNothing } from '@gatehouse/shared/text'
import { ExportSince, type ExportView, exportFormatNames } from '@gatehouse/shared/views/exports'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { Refused } from '../../kernel/errors.ts'
import { self } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { checkpointsByDay } from './checkpoints.ts'
import type { ExportRow } from './rules.ts'
import { askExport, cancelExport, fetchExport, logNamed, previewExport, removeExport } from './service.ts'
import { exportOf, exportsOf } from './store.ts'

const parts = z.strictObject(auditQueryShape)

/** A filter as it stands in the address of a list. */
const FilterText = z
  .string()
  .max(8_000)
  .transform((text, ctx): AuditFilter => {
    const query = [...new URLSearchParams(text)]
    const read = parts.safeParse(Object.fromEntries(query))
    const filter =
      read.success && new Set(query.map(([name]) => name)).size === query.length
        ? Filter.safeParse(filterOfQuery(read.data))
        : undefined
    if (filter?.success) return filter.data
    ctx.addIssue({ code: 'custom', message: 'This filter cannot be read.' })
    return z.NEVER
  })

/** A customer's id, or `maker`. */
const LogName = z.string().refine((text) => text === makersTree || isUuid(text), 'This names no log.')

const Preview = z.strictObject({ filter: FilterText, zone: Zone })
const Asked = Preview.extend({
  format: z.enum(exportFormatNames),
  reason: LineOrNothing(200),
  log: LogName.optional(),
  since: ExportSince.optional(),
})

const present = (row: ExportRow): ExportView => ({
  id: row.id,
  format: row.format,
  log: row.tree === theMakerItself ? makersTree : row.tree,
  filter: new URLSearchParams(filterToQuery(row.filter)).toString(),
  words: row.words,
  zone: row.zone,
  reason: row.reason,
  state: row.state,
  done: row.done,
  total: row.total,
  error: row.error,
  bytes: row.bytes,
  sha256: row.sha256,
  fileName: row.fileName,
  askedAt: row.askedAt,
  finishedAt: row.finishedAt,
  expiresAt: row.expiresAt,
})

/** One's own export that the path names. */
const own = async (c: Context<RoomEnv>): Promise<ExportRow> => {
  const id = c.req.param('exportId') ?? ''
  const row = isUuid(id) ? await exportOf(c.var.house.db, c.var.actor.id, id) : undefined
  if (!row) throw new Refused('not_found')
  return row
}

const types = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
  bundle: 'application/zip',
} as const

/** Exports of the audit log: asked for, followed, fetched and removed, each by whoever asked. */
export const exportsRoom = new Hono<RoomEnv>()
  .get('/me/exports', self('one sees only his own'), validated('query', PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const rows = await exportsOf(c.var.house.db, c.var.actor.id, limit, readKey(cursor, ['id'])?.[0])
    return c.json(asPage(rows, limit, (row) => [row.id], present))
  })
  .post('/me/exports', self('one exports what one may see', { goesOn: false }), validated('json', Asked), async (c) =>
    c.json(present(await askExport(c.var.house, c.var.actor, c.req.valid('json'))), 201),
  )
  .post('/me/exports/preview', self('one exports what one may see'), validated('json', Preview), async (c) =>
    c.json(await previewExport(c.var.house, c.var.actor, c.req.valid('json'))),
  )
  .get(
    '/me/exports/checkpoints',
    self('of logs that one may see'),
    validated('query', z.object({ log: z.string().max(64).optional() })),
    async (c) => {
      const { house, actor } = c.var
      const log = c.req.valid('query').log
      if (log === undefined || !LogName.safeParse(log).success) return c.json({ rows: [] })
      const { tree } = await logNamed(house, actor, log)
      return c.json({ rows: await checkpointsByDay(house.db, tree) })
    },
  )
  .get('/me/exports/:exportId/file', self('one fetches only his own'), async (c) => {
    const row = await own(c)
    const content = await fetchExport(c.var.house, c.var.actor, row)
    c.header('Content-Type', types[row.format])
    c.header('Content-Disposition', `attachment; filename="${row.fileName}"`)
    c.header('Content-Length', String(row.bytes))
    return c.body(content)
  })
  .post('/me/exports/:exportId/cancel', self('one cancels only his own'), async (c) => {
    await cancelExport(c.var.house, c.var.actor, await own(c))
    return c.json({ cancelled: true as const })
  })
  .delete('/me/exports/:exportId', self('one removes only his own'), async (c) => {
    await removeExport(c.var.house, c.var.actor, await own(c))
    return c.json({ removed: true as const })
  })
