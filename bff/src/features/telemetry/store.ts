import type { CurrentValue } from '@gatehouse/shared/views/telemetry'
import { and, desc, eq, gte, lt, lte, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { storable } from '../../kernel/database/storable.ts'
import type { Accepted } from './rules.ts'
import { currentValue, sample } from './tables.ts'

/** Values of one device, in the order in which they are to count. */
export interface DeviceValues {
  deviceId: string
  customerId: string
  values: readonly Accepted[]
}

const upsertCurrent = `
  insert into current_value (device_id, customer_id, key, value, at, received_at, seq)
  select n.device_id, n.customer_id, n.key, n.value::jsonb, n.at, $7::bigint, n.seq
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    as n(device_id, customer_id, key, value, at, seq)
  on conflict (device_id, key) do update
    set value = excluded.value, at = excluded.at, received_at = excluded.received_at, seq = excluded.seq
    where excluded.at >= current_value.at`

const insertSamples = `
  insert into sample (device_id, customer_id, key, at, value, received_at, seq)
  select n.device_id, n.customer_id, n.key, n.at, n.value, $7::bigint, n.seq
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::bigint[], $6::bigint[])
    as n(device_id, customer_id, key, value, at, seq)
  on conflict do nothing`

/** Column by column, as `unnest` takes rows. */
const columns = () => ({
  deviceIds: [] as string[],
  customerIds: [] as string[],
  keys: [] as string[],
  values: [] as (string | number)[],
  ats: [] as number[],
  seqs: [] as number[],
})

/** Stores what many devices sent, in two statements: the newest value of each item, and the history of the numbers. */
export const storeValues = async (tx: Tx, from: readonly DeviceValues[], receivedAt: number): Promise<void> => {
  const [current, history] = [columns(), columns()]
  for (const { deviceId, customerId, values } of from) {
    const newest = new Map<string, Accepted>()
    for (const one of values) {
      // One statement may touch a row once only.
      if (one.at >= (newest.get(one.item.key)?.at ?? 0)) newest.set(one.item.key, one)
      if (typeof one.value !== 'number') continue
      history.deviceIds.push(deviceId)
      history.customerIds.push(customerId)
      history.keys.push(one.item.key)
      history.values.push(one.value)
      history.ats.push(one.at)
      history.seqs.push(one.seq)
    }
    for (const [key, one] of newest) {
      current.deviceIds.push(deviceId)
      current.customerIds.push(customerId)
      current.keys.push(key)
      current.values.push(JSON.stringify(typeof one.value === 'string' ? storable(one.value) : one.value))
      current.ats.push(one.at)
      current.seqs.push(one.seq)
    }
  }
  const run = (text: string, of: ReturnType<typeof columns>) =>
    of.keys.length === 0
      ? []
      : prepared(tx, text, [of.deviceIds, of.customerIds, of.keys, of.values, of.ats, of.seqs, receivedAt])
  await Promise.all([run(upsertCurrent, current), run(insertSamples, history)])
}

/** So many different undeclared keys of one device are remembered and told; the rest is counted only. */
const mostUndeclared = 100

/** Remembers undeclared keys; returns those that were not known before. */
export const rememberUndeclared = (
  tx: Tx,
  found: readonly { deviceId: string; customerId: string; key: string }[],
  now: number,
): Promise<{ device_id: string; key: string }[]> =>
  prepared(
    tx,
    `insert into undeclared_item (device_id, customer_id, key, first_at)
     select n.device_id, n.customer_id, n.key, $4::bigint
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as n(device_id, customer_id, key)
     where (select count(*) from undeclared_item u where u.device_id = n.device_id) < ${mostUndeclared}
     on conflict do nothing
     returning device_id, key`,
    [found.map((one) => one.deviceId), found.map((one) => one.customerId), found.map((one) => one.key), now],
  )

/** The newest value of each item of a device. */
export const currentValues = (db: Tx, deviceId: string): Promise<CurrentValue[]> =>
  db
    .select({
      key: currentValue.key,
      value: currentValue.value,
      at: currentValue.at,
      receivedAt: currentValue.receivedAt,
      seq: currentValue.seq,
    })
    .from(currentValue)
    .where(eq(currentValue.deviceId, deviceId))
    .orderBy(currentValue.key)

type Point = [at: number, value: number]

/** More samples than this in a window are thinned to the smallest and the largest of each bucket. */
export const mostPoints = 2_000

const series = (deviceId: string, key: string) => and(eq(sample.deviceId, deviceId), eq(sample.key, key))

/** The last sample before `from`. */
export const sampleBefore = async (db: Tx, deviceId: string, key: string, from: number): Promise<Point | null> => {
  const [row] = await db
    .select({ at: sample.at, value: sample.value })
    .from(sample)
    .where(and(series(deviceId, key), lt(sample.at, from)))
    .orderBy(desc(sample.at))
    .limit(1)
  return row ? [row.at, row.value] : null
}

/** The samples from `from` to `to`, both included; thinned where there are more than a chart can show. */
export const samplesWithin = async (
  db: Tx,
  deviceId: string,
  key: string,
  from: number,
  to: number,
): Promise<{ points: Point[]; thinned: boolean }> => {
  const within = and(series(deviceId, key), gte(sample.at, from), lte(sample.at, to))
  const rows = await db
    .select({ at: sample.at, value: sample.value })
    .from(sample)
    .where(within)
    .orderBy(sample.at)
    .limit(mostPoints + 1)
  if (rows.length <= mostPoints) return { points: rows.map(({ at, value }): Point => [at, value]), thinned: false }
  const width = Math.max(1, Math.ceil((to - from + 1) / (mostPoints / 2)))
  // Arrays compare by their first element: the extreme value brings its own time along.
  const extremes = await db
    .select({
      least: sql<[number, number]>`min(array[${sample.value}, ${sample.at}::float8])`,
      most: sql<[number, number]>`max(array[${sample.value}, ${sample.at}::float8])`,
    })
    .from(sample)
    .where(within)
    .groupBy(sql`(${sample.at} - ${from}::bigint) / ${width}::bigint`)
    .orderBy(sql`min(${sample.at})`)
  const points = extremes.flatMap(({ least, most }): Point[] => {
    const [first, second] = least[1] <= most[1] ? [least, most] : [most, least]
    const one: Point = [first[1], first[0]]
    return first[1] === second[1] ? [one] : [one, [second[1], second[0]]]
  })
  return { points, thinned: true }
}
