import type { ActionState } from '@gatehouse/shared/remote-actions'
import { and, asc, count, desc, eq, getTableColumns, inArray, lt, lte, or, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { answerGrace } from './rules.ts'
import { action } from './tables.ts'

export type ActionRow = typeof action.$inferSelect

/** A result whose text is longer than this is left out of lists, characters. */
const longResult = 16_384

/** An action of a list: a long result is left out. */
export type ListedAction = Omit<ActionRow, 'proof'> & { resultLeftOut: boolean }

const isLong = sql<boolean>`coalesce(length(${action.result}::text) > ${longResult}, false)`

/** The actions of a device, newest first; one row more than `limit` where there are more. */
export const listActions = (
  db: Tx,
  deviceId: string,
  page: { before: string | undefined; limit: number },
): Promise<ListedAction[]> => {
  const { proof: _, result, ...columns } = getTableColumns(action)
  return db
    .select({
      ...columns,
      result: sql<unknown>`case when ${isLong} then null else ${result} end`,
      resultLeftOut: isLong,
    })
    .from(action)
    .where(and(eq(action.deviceId, deviceId), page.before ? lt(action.id, page.before) : undefined))
    .orderBy(desc(action.id))
    .limit(page.limit + 1)
}

/** The action of this id, whoever's device it is for. */
export const actionById = async (db: Tx, id: string): Promise<ActionRow | undefined> => {
  const [row] = await db.select().from(action).where(eq(action.id, id))
  return row
}

/** Writes a new action. */
export const insertAction = async (tx: Tx, given: typeof action.$inferInsert): Promise<ActionRow> => {
  const [row] = await tx.insert(action).values(given).returning()
  if (!row) throw new Error('an inserted action came back as nothing')
  return row
}

/** How many actions of a device wait or are under way. */
export const countOpen = async (db: Tx, deviceId: string): Promise<number> => {
  const [row] = await db
    .select({ n: count() })
    .from(action)
    .where(and(eq(action.deviceId, deviceId), inArray(action.state, ['queued', 'delivered'])))
  return row?.n ?? 0
}

/** The actions of a device in one of `states`, oldest first, that may still be begun at `now`. */
export const actionsToDeliver = (
  db: Tx,
  deviceId: string,
  states: ActionState[],
  now: number,
  limit: number,
): Promise<ActionRow[]> =>
  db
    .select()
    .from(action)
    .where(and(eq(action.deviceId, deviceId), inArray(action.state, states), sql`${action.expiresAt} > ${now}`))
    .orderBy(asc(action.id))
    .limit(limit)

/** Moves an action on from `from`; `false` where it is no longer there. */
export const moveAction = async (
  tx: Tx,
  id: string,
  from: ActionState,
  to: Partial<ActionRow> & { state: ActionState },
): Promise<boolean> => {
  const rows = await tx
    .update(action)
    .set(to)
    .where(and(eq(action.id, id), eq(action.state, from)))
    .returning({ id: action.id })
  return rows.length === 1
}

/** Locks and returns the actions of these ids. */
export const lockActions = (tx: Tx, ids: readonly string[]): Promise<ActionRow[]> =>
  tx
    .select()
    .from(action)
    .where(inArray(action.id, [...ids]))
    .orderBy(asc(action.id))
    .for('update')

/** Locks and returns actions whose time is over; those that another instance is expiring are left to it. */
export const lockOverdue = (tx: Tx, now: number): Promise<ActionRow[]> =>
  tx
    .select()
    .from(action)
    .where(
      or(
        and(eq(action.state, 'queued'), lte(action.expiresAt, now)),
        and(eq(action.state, 'delivered'), lte(action.expiresAt, now - answerGrace)),
      ),
    )
    .orderBy(asc(action.id))
    .limit(200)
    .for('update', { skipLocked: true })

/** Of these devices, those for which something is queued, and those that have not answered something yet. */
export const devicesWithActions = async (
  tx: Tx,
  deviceIds: readonly string[],
): Promise<{ queued: Set<string>; delivered: Set<string> }> => {
  const rows = await prepared<{ device_id: string; state: 'queued' | 'delivered' }>(
    tx,
    `select distinct device_id, state from action
     where device_id = any($1::uuid[]) and state in ('queued', 'delivered')`,
    [deviceIds],
  )
  const of = (state: string) => new Set(rows.filter((row) => row.state === state).map((row) => row.device_id))
  return { queued: of('queued'), delivered: of('delivered') }
}

/** All devices for which something is queued. */
export const devicesWithQueued = async (tx: Tx): Promise<string[]> => {
  const rows = await tx.selectDistinct({ deviceId: action.deviceId }).from(action).where(eq(action.state, 'queued'))
  return rows.map(({ deviceId }) => deviceId)
}
