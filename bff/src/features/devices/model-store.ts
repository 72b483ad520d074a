import type { Who } from '@gatehouse/shared/decide'
import { and, asc, eq, exists, gt, ilike, isNull, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import { grantedDevices } from './door.ts'
import { device, model } from './tables.ts'

const seenOfModel = (who: Who): SQL =>
  and(eq(device.modelId, model.id), isNull(device.removedAt), grantedDevices(who, 'device.view')) as SQL

/** Declarations are the maker's: its people see all of them, a customer's those of the devices they may see. */
const mayBeSeen = (db: Tx, who: Who): SQL =>
  who.customerId === null ? sql`true` : exists(db.select({ one: sql`1` }).from(device).where(seenOfModel(who)))

const columns = (db: Tx, who: Who) => {
  const devices = db.select({ n: sql<number>`count(*)::int` }).from(device).where(seenOfModel(who))
  return {
    id: model.id,
    name: model.name,
    maker: model.maker,
    version: model.version,
    declaration: model.declaration,
    devices: sql<number>`${devices}`,
  }
}

/** The models that `who` may see, by name, one more than `limit`. */
export const modelsOf = (
  db: Tx,
  who: Who,
  page: { limit: number; after?: [name: string, id: string]; search?: string },
) =>
  db
    .select(columns(db, who))
    .from(model)
    .where(
      and(
        mayBeSeen(db, who),
        page.search ? ilike(model.name, containing(page.search)) : undefined,
        page.after ? gt(sql`(${model.name}, ${model.id})`, sql`(${page.after[0]}, ${page.after[1]}::uuid)`) : undefined,
      ),
    )
    .orderBy(asc(model.name), asc(model.id))
    .limit(page.limit + 1)

/** One model, if `who` may see it. */
export const modelSeenBy = async (db: Tx, who: Who, modelId: string) => {
  const [row] = await db
    .select(columns(db, who))
    .from(model)
    .where(and(eq(model.id, modelId), mayBeSeen(db, who)))
  return row
}
