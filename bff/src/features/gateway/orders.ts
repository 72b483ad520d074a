import { type Orders, signedTypes } from '@gatehouse/shared/agent/messages'
import { forEarlierAgents } from '@gatehouse/shared/policies/policy'
import { eq } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { deviceById, ordersWanted } from '../devices/door.ts'
import { device, deviceLink } from '../devices/tables.ts'
import { levelsFor } from '../policies/door.ts'

/** The version of the orders a device ought to hold, and the one it says it holds. */
export const ordersVersions = async (
  db: Tx,
  deviceId: string,
): Promise<{ wanted: number; held: number } | undefined> => {
  const [row] = await db
    .select({ wanted: ordersWanted, held: deviceLink.ordersHeld })
    .from(device)
    .innerJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .where(eq(device.id, deviceId))
  return row
}

/**
 * The signed orders of a device: what to collect, and what its customer allows. `version` must have been read before:
 * orders may be newer than their number says, and are then sent once more, but never older.
 */
export const signOrders = async (house: House, db: Tx, deviceId: string, version: number): Promise<string> => {
  const known = await deviceById(db, deviceId)
  if (!known) throw new Error('orders for a device that does not exist')
  return house.keys.sign(signedTypes.orders, {
    aud: deviceId,
    iat: Math.floor(house.clock.now() / 1_000),
    version,
    policy: forEarlierAgents(await levelsFor(db, known)),
    declaration: known.declaration,
  } satisfies Orders)
}
