import { and, asc, eq, inArray } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { deviceHints } from '../../kernel/bus.ts'
import type { House } from '../../kernel/house.ts'
import { devicesById } from '../devices/door.ts'
import { accountGone, wordsFor } from './rules.ts'
import { action } from './tables.ts'

/**
 * Refuses what a person asked for and no device was handed yet, because his account was shut: one event each. What a
 * request on its way still queues after this is refused when it is to be handed over.
 */
export const refuseActionsOf = async (house: House, personId: string): Promise<void> => {
  const now = house.clock.now()
  const devices = await house.db.transaction(async (tx) => {
    const waiting = await tx
      .select()
      .from(action)
      .where(and(eq(action.requestedBy, personId), eq(action.state, 'queued')))
      .orderBy(asc(action.id))
      .for('update')
    if (waiting.length === 0) return []
    await tx
      .update(action)
      .set({ state: 'refused', because: accountGone, endedAt: now })
      .where(
        inArray(
          action.id,
          waiting.map(({ id }) => id),
        ),
      )
    const known = await devicesById(
      tx,
      waiting.map(({ deviceId }) => deviceId),
    )
    await append(
      tx,
      now,
      waiting.map((one) =>
        entry({
          by: bySystem,
          event: 'action.refused',
          fields: { by: 'Gatehouse', action: wordsFor(one, known.get(one.deviceId)), because: accountGone },
          about: { ...known.get(one.deviceId)?.about, approvalId: one.approvalId },
          outcome: 'refused',
        }),
      ),
    )
    return [...known.values()]
  })
  for (const device of devices) for (const signal of deviceHints(device, 'actions', 'audit')) house.bus.publish(signal)
}
