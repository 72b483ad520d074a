import { decide } from '@gatehouse/shared/decide'
import { Declaration, faultsOf } from '@gatehouse/shared/devices/declaration'
import { Line, SearchText } from '@gatehouse/shared/text'
import type { ModelView } from '@gatehouse/shared/views/models'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow, asMay, self, theMaker } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { addModel, changeModel } from './model-service.ts'
import { modelSeenBy, modelsOf } from './model-store.ts'

const Query = PageQuery.extend({ search: SearchText.optional() })

const Fitting = Declaration.superRefine((declaration, c) => {
  for (const { path, says } of faultsOf(declaration)) c.addIssue({ code: 'custom', path: [...path], message: says })
})
const NewModel = z.strictObject({ name: Line(120), maker: Line(120), declaration: Fitting })
const ChangedModel = NewModel.extend({ version: z.number().int().min(1) })

const presenter = (house: House, actor: Actor) => {
  const nothing = { policy: [], approvals: [] }
  const may = { edit: asMay(decide(actor, 'model.edit', { kind: 'maker' }, nothing, house.clock.now())) }
  return (row: Omit<ModelView, 'may'>): ModelView => ({ ...row, may })
}
const models = 'the maker sees its models, customers those of the devices they may see'

/** Models: what devices can tell and be told. */
export const modelsRoom = new Hono<RoomEnv>()
  .get('/models', self(models, { whileViewing: 'seen' }), validated('query', Query), async (c) => {
    const { limit, search, cursor } = c.req.valid('query')
    const after = readKey(cursor, ['text', 'id'])
    const rows = await modelsOf(c.var.house.db, c.var.actor, { limit, search, after })
    return c.json(asPage(rows, limit, (row) => [row.name, row.id], presenter(c.var.house, c.var.actor)))
  })
  .get('/models/:modelId', self(models, { whileViewing: 'seen' }), async (c) => {
    const id = c.req.param('modelId')
    const row = isUuid(id) ? await modelSeenBy(c.var.house.db, c.var.actor, id) : undefined
    if (!row) throw new Refused('not_found')
    return c.json(presenter(c.var.house, c.var.actor)(row))
  })
  .post('/models', allow('model.edit', theMaker), validated('json', NewModel), async (c) =>
    c.json(await addModel(c.var.house, c.var.actor, c.req.valid('json')), 201),
  )
  .put('/models/:modelId', allow('model.edit', theMaker), validated('json', ChangedModel), async (c) => {
    const id = c.req.param('modelId')
    if (!isUuid(id)) throw new Refused('not_found')
    const { version, ...fields } = c.req.valid('json')
    return c.json(await changeModel(c.var.house, c.var.actor, id, version, fields))
  })
