import type { Severity } from '@gatehouse/shared/devices/declaration'
import { and, desc, eq, ilike, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { newId } from '../../kernel/ids.ts'
import { customer } from '../customers/tables.ts'
import { device } from '../devices/tables.ts'
import type { AlarmStep } from './rules.ts'
import { alarm, alarmOccurrence } from './tables.ts'

/** The codes of the open limit alarms of these devices. */
export const openLimitAlarms = async (tx: Tx, deviceIds: readonly string[]): Promise<Map<string, Set<string>>> => {
  const rows = await prepared<{ device_id: string; code: string }>(
    tx,
    `select device_id, code from alarm
     where device_id = any($1::uuid[]) and cleared_at is null and source = 'limit'`,
    [deviceIds],
  )
  const open = new Map<string, Set<string>>()
  for (const { device_id, code } of rows) open.set(device_id, (open.get(device_id) ?? new Set()).add(code))
  return open
}

/** A column of steps, typed for `unnest`. */
const uuids = (values: readonly string[]): SQL => sql`${sql.param(values)}::uuid[]`
const texts = (values: readonly string[]): SQL => sql`${sql.param(values)}::text[]`

/**
 * Raises alarms, at most one step per device and code: what is open already is counted and brought up to date.
 * Returns those that were opened by it.
 */
export const raiseAll = async (tx: Tx, steps: readonly AlarmStep[], now: number): Promise<AlarmStep[]> => {
  if (steps.length === 0) return []
  const of = <K extends keyof AlarmStep>(key: K) => steps.map((step) => step[key] as string)
  const rows = await tx.execute<{ id: string; device_id: string; code: string; occurrences: number }>(sql`
    insert into ${alarm} (id, device_id, customer_id, code, severity, message, source, raised_at, last_at, occurrences)
    select n.id, n.device_id, n.customer_id, n.code, n.severity, n.message, n.source, ${now}::bigint, ${now}::bigint, 1
    from unnest(
      ${uuids(steps.map(() => newId()))}, ${uuids(of('deviceId'))}, ${uuids(of('customerId'))}, ${texts(of('code'))},
      ${texts(of('severity'))}, ${texts(of('message'))}, ${texts(of('source'))}
    ) as n(id, device_id, customer_id, code, severity, message, source)
    on conflict (device_id, code) where cleared_at is null do update
      set occurrences = ${alarm}.occurrences + 1, last_at = excluded.last_at,
          severity = excluded.severity, message = excluded.message
    returning id, device_id, code, occurrences`)
  const byName = new Map(rows.map((row) => [`${row.device_id} ${row.code}`, row]))
  const found = steps.map((step) => ({ step, row: byName.get(`${step.deviceId} ${step.code}`) }))
  const known = found.filter((one): one is { step: AlarmStep; row: NonNullable<typeof one.row> } => !!one.row)
  await tx
    .insert(alarmOccurrence)
    .values(
      known.map(({ step, row }) => ({ id: newId(), alarmId: row.id, at: now, message: step.message, seq: step.seq })),
    )
  return known.filter(({ row }) => row.occurrences === 1).map(({ step }) => step)
}

/** Clears alarms; returns the steps that found one open, with what it had said. */
export const clearAll = async (tx: Tx, steps: readonly AlarmStep[], now: number): Promise<AlarmStep[]> => {
  if (steps.length === 0) return []
  const of = <K extends keyof AlarmStep>(key: K) => steps.map((step) => step[key] as string)
  const rows = await tx.execute<{ device_id: string; code: string; severity: Severity }>(sql`
    update ${alarm} set cleared_at = ${now}::bigint
    from unnest(${uuids(of('deviceId'))}, ${texts(of('code'))}, ${texts(of('source'))})
      as n(device_id, code, source)
    where ${alarm}.device_id = n.device_id and ${alarm}.code = n.code and ${alarm}.source = n.source
      and ${alarm}.cleared_at is null
    returning ${alarm}.device_id, ${alarm}.code`)
  const cleared = new Set(rows.map((row) => `${row.device_id} ${row.code}`))
  return steps.filter((step) => cleared.has(`${step.deviceId} ${step.code}`))
}

/** An alarm with the device and the customer it belongs to. */
export interface AlarmRow {
  alarm: typeof alarm.$inferSelect
  device: Pick<typeof device.$inferSelect, 'id' | 'name' | 'siteId' | 'modelId' | 'tags'>
  customer: { id: string; name: string }
}

/** What narrows a list of alarms. */
export interface AlarmFilter {
  state: 'open' | 'all'
  severity?: Severity | undefined
  device?: string | undefined
  search?: string | undefined
}

const alarms = (db: Tx) =>
  db
    .select({
      alarm,
      device: { id: device.id, name: device.name, siteId: device.siteId, modelId: device.modelId, tags: device.tags },
      customer: { id: customer.id, name: customer.name },
    })
    .from(alarm)
    .innerJoin(device, eq(device.id, alarm.deviceId))
    .innerJoin(customer, eq(customer.id, alarm.customerId))

/** Alarms of the devices that `scope` holds, newest first; one row more than `limit` where there are more. */
export const listAlarms = (
  db: Tx,
  scope: SQL,
  filter: AlarmFilter,
  page: { before: string | undefined; limit: number },
): Promise<AlarmRow[]> => {
  const search = filter.search ? containing(filter.search) : undefined
  return alarms(db)
    .where(
      and(
        scope,
        isNull(device.removedAt),
        filter.state === 'open' ? isNull(alarm.clearedAt) : undefined,
        filter.severity ? eq(alarm.severity, filter.severity) : undefined,
        filter.device ? eq(alarm.deviceId, filter.device) : undefined,
        search ? or(ilike(device.name, search), ilike(alarm.code, search), ilike(alarm.message, search)) : undefined,
        page.before ? lt(alarm.id, page.before) : undefined,
      ),
    )
    .orderBy(desc(alarm.id))
    .limit(page.limit + 1)
}

/** The alarm of this id, whoever's. */
export const alarmById = async (db: Tx, alarmId: string): Promise<AlarmRow | undefined> => {
  const [row] = await alarms(db).where(eq(alarm.id, alarmId))
  return row
}

/** Each time an alarm was raised, newest first. */
export const occurrencesOf = (
  db: Tx,
  alarmId: string,
  page: { before: string | undefined; limit: number },
): Promise<{ id: string; at: number; message: string; seq: number | null }[]> =>
  db
    .select({
      id: alarmOccurrence.id,
      at: alarmOccurrence.at,
      message: alarmOccurrence.message,
      seq: alarmOccurrence.seq,
    })
    .from(alarmOccurrence)
    .where(and(eq(alarmOccurrence.alarmId, alarmId), page.before ? lt(alarmOccurrence.id, page.before) : undefined))
    .orderBy(desc(alarmOccurrence.id))
    .limit(page.limit + 1)

/** Acknowledges an alarm; `false` where somebody was first. */
export const acknowledge = async (
  tx: Tx,
  alarmId: string,
  by: { name: string; at: number; note: string },
): Promise<boolean> => {
  const rows = await tx
    .update(alarm)
    .set({ acknowledgedAt: by.at, acknowledgedBy: by.name, note: by.note })
    .where(and(eq(alarm.id, alarmId), isNull(alarm.acknowledgedAt)))
    .returning({ id: alarm.id })
  return rows.length === 1
}
