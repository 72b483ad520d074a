import type { Declaration } from '@gatehouse/shared/devices/declaration'
import type { Named } from '@gatehouse/shared/views/basics'
import { eq } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import type { Signal } from '../../kernel/bus.ts'
import { change } from '../../kernel/change.ts'
import { orTaken, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { raiseOrders } from './door.ts'
import { model } from './tables.ts'

export interface ModelFields {
  name: string
  maker: string
  declaration: Declaration
}

const changed: Signal[] = [{ kind: 'hint', hint: { about: 'models' } }]
const nameTaken = orTaken({ model_name_unique: { field: 'name', says: 'There is a model of this name.' } })

/** Declares a model. */
export const addModel = async (house: House, actor: Actor, fields: ModelFields): Promise<Named> => {
  const id = newId()
  return change(house, byPerson(actor), 'model.added', async (tx) => {
    await tx.insert(model).values({ id, ...fields })
    return { result: { id, name: fields.name }, fields: { model: fields.name }, signals: changed }
  }).catch(nameTaken)
}

/** Changes a model that stood at `seen`, and with it the orders of its devices; returns the new version. */
export const changeModel = async (
  house: House,
  actor: Actor,
  modelId: string,
  seen: number,
  fields: ModelFields,
): Promise<Named & { version: number }> =>
  change(house, byPerson(actor), 'model.changed', async (tx) => {
    const [before] = await tx.select().from(model).where(eq(model.id, modelId)).for('update')
    if (!before) throw new Refused('not_found')
    if (before.version !== seen) throw new Refused('changed_meanwhile', { state: String(before.version) })
    const version = before.version + 1
    await tx
      .update(model)
      .set({ ...fields, version })
      .where(eq(model.id, modelId))
    const deliveries = await raiseOrders(tx, { modelId })
    return {
      result: { id: modelId, name: fields.name, version },
      fields: { model: before.name, version },
      signals: [...changed, ...deliveries],
    }
  }).catch(nameTaken)
