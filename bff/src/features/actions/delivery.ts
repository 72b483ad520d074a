import { type Command, signedTypes } from '@gatehouse/shared/agent/messages'
import { decide, type Verdict } from '@gatehouse/shared/decide'
import { refusals } from '@gatehouse/shared/refusals'
import { remoteActions } from '@gatehouse/shared/remote-actions'
import { bySystem } from '../../kernel/actor.ts'
import { deviceHints } from '../../kernel/bus.ts'
import { change } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import type { KnownDevice } from '../devices/door.ts'
import { levelsFor } from '../policies/door.ts'
import { approvalsFor, startApproval } from '../requests/door.ts'
import { whoIs } from './requester.ts'
import { accountGone, wordsFor } from './rules.ts'
import { type ActionRow, actionsToDeliver, moveAction } from './store.ts'

/** So many commands go into one message. */
const mostCommands = 50

/**
 * The signed commands to be sent to a device now. What is queued is decided about anew, with the rights its requester
 * has at this moment, and is marked as handed over before it leaves. With `again`, what was handed over and not
 * answered goes once more: the device knows it by its id and does it once.
 */
export const commandsFor = async (house: House, device: KnownDevice, again: boolean): Promise<string[]> => {
  const states: ('queued' | 'delivered')[] = again ? ['queued', 'delivered'] : ['queued']
  const open = await actionsToDeliver(house.db, device.deviceId, states, house.clock.now(), mostCommands)
  const commands: string[] = []
  for (const one of open) {
    const verdict = await mayStill(house, device, one)
    const approvalId = verdict.ok ? verdict.approvalId : undefined
    // What was handed over may have been done already: it is not sent again, and not called refused either.
    if (one.state === 'delivered' ? verdict.ok : await settle(house, device, one, verdict))
      commands.push(await signed(house, device, one, approvalId))
  }
  return commands
}

const mayStill = async (house: House, device: KnownDevice, one: ActionRow): Promise<Verdict> => {
  const who = await whoIs(house.db, one.requestedBy)
  const [policy, approvals] = await Promise.all([
    levelsFor(house.db, device),
    approvalsFor(house.db, device.deviceId, one.requestedBy),
  ])
  return decide(who, remoteActions[one.action].activity, device, { policy, approvals }, house.clock.now())
}

/** Marks a queued action as handed over, or as refused; true where it was handed over by this call. */
const settle = async (house: House, device: KnownDevice, one: ActionRow, verdict: Verdict): Promise<boolean> => {
  const words = wordsFor(one.action, one.input)
  const now = house.clock.now()
  const lost = () => new Refused('wrong_state')
  const signals = deviceHints(device, 'actions', 'audit')
  try {
    if (!verdict.ok) {
      const because = verdict.because === 'not_signed_in' ? accountGone : refusals[verdict.because].says
      await change(house, bySystem, 'action.refused', async (tx) => {
        if (!(await moveAction(tx, one.id, 'queued', { state: 'refused', because, endedAt: now }))) throw lost()
        return {
          result: undefined,
          fields: { by: 'Gatehouse', action: words, because },
          about: { ...device.about, approvalId: one.approvalId },
          outcome: 'refused',
          signals,
        }
      })
      return false
    }
    const approvalId = verdict.approvalId ?? null
    await change(house, bySystem, 'action.delivered', async (tx) => {
      if (!(await moveAction(tx, one.id, 'queued', { state: 'delivered', deliveredAt: now, approvalId }))) throw lost()
      // The approval's clock starts when its first work leaves for the device.
      if (approvalId) await startApproval(tx, approvalId, now)
      return {
        result: undefined,
        fields: { device: device.name, action: words },
        about: { ...device.about, approvalId },
        signals: approvalId ? [...signals, ...deviceHints(device, 'requests')] : signals,
      }
    })
    return true
  } catch (error) {
    // Cancelled, expired or handed over by another instance, or its approval taken back, in this very moment.
    if (error instanceof Refused && (error.code === 'wrong_state' || error.code === 'approval_needed')) return false
    throw error
  }
}

const signed = (house: House, device: KnownDevice, one: ActionRow, approvalId: string | undefined): Promise<string> =>
  house.keys.sign(signedTypes.command, {
    jti: one.id,
    aud: device.deviceId,
    iat: Math.floor(house.clock.now() / 1_000),
    exp: Math.floor(one.expiresAt / 1_000),
    action: one.action,
    input: one.input,
    ...(approvalId && { approvalId }),
  } satisfies Command)
