import { decide } from '@gatehouse/shared/decide'
import { type RemoteActionName, remoteActions } from '@gatehouse/shared/remote-actions'
import { inArray } from 'drizzle-orm'
import { type Actor, byPerson, bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { deviceHints, type Signal } from '../../kernel/bus.ts'
import { change, witnessed } from '../../kernel/change.ts'
import { minutes } from '../../kernel/clock.ts'
import { storableJson } from '../../kernel/database/storable.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House, Job } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { devicesById, type KnownDevice } from '../devices/door.ts'
import { mostOpen, rowOf, whyNotCancel, wordsFor } from './rules.ts'
import { type ActionRow, actionById, countOpen, insertAction, lockOverdue, moveAction } from './store.ts'
import { action } from './tables.ts'

interface Asked {
  input: unknown
  expiresInMinutes: number
}

/** Queues an action for a device; it is handed over at the device's next check-in, and decided about again then. */
export const queueAction = (
  house: House,
  actor: Actor,
  target: KnownDevice,
  name: RemoteActionName,
  asked: Asked,
): Promise<ActionRow> => {
  const { activity } = remoteActions[name]
  return witnessed(house, byPerson(actor), { activity, about: target.about }, () =>
    queue(house, actor, target, name, asked),
  )
}

const queue = async (
  house: House,
  actor: Actor,
  target: KnownDevice,
  name: RemoteActionName,
  asked: Asked,
): Promise<ActionRow> => {
  if (target.state === 'revoked') throw new Refused('device_revoked')
  const fields = rowOf(name).undeclared(asked.input, target.declaration)
  if (fields) throw new Refused('invalid_input', { fields })
  const now = house.clock.now()
  // The door has let him in; asked again for the approval that did, and because the body took its time.
  const facts = await house.access.facts(house.db, actor, target)
  const verdict = decide(actor, remoteActions[name].activity, target, facts, now)
  if (!verdict.ok) throw new Refused(verdict.because)
  const approvalId = verdict.approvalId ?? null
  const input = storableJson(asked.input) as Record<string, unknown>
  return change(house, byPerson(actor), 'action.queued', async (tx) => {
    if ((await countOpen(tx, target.deviceId)) >= mostOpen)
      throw new Refused('too_many_tries', { privately: `${mostOpen} actions wait for this device` })
    const row = await insertAction(tx, {
      id: newId(),
      deviceId: target.deviceId,
      customerId: target.customerId,
      action: name,
      input,
      state: 'queued',
      requestedBy: actor.id,
      requestedByName: actor.name,
      approvalId,
      queuedAt: now,
      expiresAt: now + minutes(asked.expiresInMinutes),
    })
    return {
      result: row,
      fields: { action: wordsFor({ action: name, input }, target) },
      about: { ...target.about, approvalId },
      signals: [{ kind: 'deliver', deviceId: target.deviceId }, ...deviceHints(target, 'actions', 'audit')],
    }
  })
}

/** Takes a queued action back; what a device has been handed already goes its way. */
export const cancelAction = (
  house: House,
  actor: Actor,
  target: KnownDevice & { action: ActionRow },
): Promise<void> => {
  const { id, action: name, input, approvalId } = target.action
  const about = { ...target.about, approvalId }
  const by = byPerson(actor)
  return witnessed(house, by, { activity: remoteActions[name].activity, about }, async () => {
    if (whyNotCancel(actor, target.action, target) === 'not_granted') throw new Refused('not_granted')
    await change(house, by, 'action.cancelled', async (tx) => {
      if (!(await moveAction(tx, id, 'queued', { state: 'cancelled', endedAt: house.clock.now() }))) {
        const present = await actionById(tx, id)
        throw new Refused('wrong_state', { ...(present && { state: present.state }) })
      }
      const fields = { action: wordsFor({ action: name, input }, target) }
      return { result: undefined, fields, about, signals: deviceHints(target, 'actions', 'audit') }
    })
  })
}

/**
 * Ends actions whose time is over; each is one event, and all that are found at once are one transaction. What was handed
 * over and not answered may have been done: that is not known, and is called so.
 */
export const expireActions: Job = {
  name: 'actions whose time is over',
  everySeconds: 2,
  run: async (house) => {
    const now = house.clock.now()
    const signals = await house.db.transaction(async (tx) => {
      const overdue = await lockOverdue(tx, now)
      if (overdue.length === 0) return []
      for (const [from, state] of [
        ['queued', 'expired'],
        ['delivered', 'unanswered'],
      ] as const) {
        const ids = overdue.flatMap((one) => (one.state === from ? [one.id] : []))
        if (ids.length > 0) await tx.update(action).set({ state, endedAt: now }).where(inArray(action.id, ids))
      }
      const devices = await devicesById(
        tx,
        overdue.map((one) => one.deviceId),
      )
      const expired = overdue.flatMap((one) => {
        const known = devices.get(one.deviceId)
        return known ? [{ one, known }] : []
      })
      await append(
        tx,
        now,
        expired.map(({ one, known }) =>
          entry({
            by: bySystem,
            event: one.state === 'queued' ? 'action.expired' : 'action.unanswered',
            fields: { action: wordsFor(one, known) },
            about: { ...known.about, approvalId: one.approvalId },
            outcome: one.state === 'queued' ? 'failed' : 'unknown',
          }),
        ),
      )
      return [...devices.values()].flatMap((known): Signal[] => deviceHints(known, 'actions', 'audit'))
    })
    for (const signal of signals) house.bus.publish(signal)
  },
}
