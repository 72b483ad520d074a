import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { device, deviceLink } from '../devices/tables.ts'

/** How many devices of a customer watch over its log. */
export interface WitnessCount {
  /** Devices that are enrolled. */
  devices: number
  /** Of these, those that held a checkpoint when they spoke of it last, and did so after `since`. */
  holding: number
  /** Events under the largest checkpoint that any of them holds; `null` where none does. */
  largest: number | null
  /** When the last of them spoke of what it holds, ms. */
  lastAt: number | null
}

/** How many of a customer's devices hold a checkpoint that they spoke of after `since` (ms). */
export const witnessesOf = async (db: Tx, customerId: string, since: number): Promise<WitnessCount> => {
  const holds = sql`${deviceLink.logSize} is not null`
  const [row] = await db
    .select({
      devices: sql<number>`count(*)::int`,
      holding: sql<number>`count(*) filter (where ${holds} and ${deviceLink.logAt} >= ${since})::int`,
      largest: sql<number | null>`max(${deviceLink.logSize})::float8`,
      lastAt: sql<number | null>`max(${deviceLink.logAt}) filter (where ${holds})::float8`,
    })
    .from(device)
    .innerJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .where(and(eq(device.customerId, customerId), eq(device.state, 'active'), isNull(device.removedAt)))
  return row ?? { devices: 0, holding: 0, largest: null, lastAt: null }
}
