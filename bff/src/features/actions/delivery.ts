import { type Command, signedTypes } from '@gatehouse/shared/agent/messages'
import { decide, type Verdict } from '@gatehouse/shared/decide'
import { refusals } from '@gatehouse/shared/refusals'
import { remoteActions } from '@gatehouse/shared/remote-actions'
import { bySystem } from '../../kernel/actor.ts'
import { deviceHints } from '../../kernel/bus.ts'
import { change } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { holdRights } from '../../kernel/database/rights-lock.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import type { KnownDevice } from '../devices/door.ts'
import { holdPolicy, levelsFor } from '../policies/door.ts'
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
  // What is queued waits while nothing new is begun, and is not lost.
  const limited = house.access.limit(device.customerId) !== undefined
  for (const one of open) {
    if (limited && one.state === 'queued') continue
    // What was handed over may have been done already: it is not sent again, and not called refused either.
    const verdict =
      one.state === 'delivered'
        ? await house.db.transaction((tx) => mayStill(house, tx, device, one))
        : await handOver(house, device, one)
    if (verdict?.ok) commands.push(await signed(house, device, one, verdict.approvalId))
  }
  return commands
}

/**
 * Whether its requester may still have it done. His rights and the policy are held until the transaction ends: who takes
 * them away has done so before, or waits until this has left.
 */
const mayStill = async (house: House, tx: Tx, device: KnownDevice, one: ActionRow): Promise<Verdict> => {
  await holdRights(tx, one.requestedBy, 'as they are')
  await holdPolicy(tx, device.customerId)
  const who = await whoIs(tx, one.requestedBy)
  const [policy, approvals] = await Promise.all([
    levelsFor(tx, device),
    approvalsFor(tx, device.deviceId, one.requestedBy),
  ])
  return decide(who, remoteActions[one.action].activity, device, { policy, approvals }, house.clock.now())
}

/** Carries a refusal out of the transaction that would have handed something over. */
class NotAny extends Error {
  readonly verdict: Verdict & { ok: false }
  constructor(verdict: Verdict & { ok: false }) {
    super(verdict.because)
    this.verdict = verdict
  }
}

/** Marks a queued action as handed over, or as refused; `undefined` where somebody else was quicker. */
const handOver = async (house: House, device: KnownDevice, one: ActionRow): Promise<Verdict | undefined> => {
  try {
    return await markDelivered(house, device, one)
  } catch (error) {
    if (error instanceof NotAny) return refuse(house, device, one, error.verdict)
    if (isLost(error)) return undefined
    throw error
  }
}

/** Cancelled, expired or handed over by another instance, or its approval taken back, in this very moment. */
const isLost = (error: unknown): boolean =>
  error instanceof Refused && (error.code === 'wrong_state' || error.code === 'approval_needed')

const markDelivered = (house: House, device: KnownDevice, one: ActionRow): Promise<Verdict> =>
  change(house, bySystem, 'action.delivered', async (tx) => {
    const verdict = await mayStill(house, tx, device, one)
    if (!verdict.ok) throw new NotAny(verdict)
    const now = house.clock.now()
    const approvalId = verdict.approvalId ?? null
    if (!(await moveAction(tx, one.id, 'queued', { state: 'delivered', deliveredAt: now, approvalId })))
      throw new Refused('wrong_state')
    // The approval's clock starts when its first work leaves for the device.
    if (approvalId) await startApproval(tx, approvalId, now)
    const signals = deviceHints(device, 'actions', 'audit')
    return {
      result: verdict,
      fields: { device: device.name, action: wordsFor(one, device) },
      about: { ...device.about, approvalId },
      signals: approvalId ? [...signals, ...deviceHints(device, 'requests')] : signals,
    }
  })

const refuse = async (
  house: House,
  device: KnownDevice,
  one: ActionRow,
  verdict: Verdict & { ok: false },
): Promise<Verdict | undefined> => {
  const because = verdict.because === 'not_signed_in' ? accountGone : refusals[verdict.because].says
  try {
    await change(house, bySystem, 'action.refused', async (tx) => {
      const ended = { state: 'refused' as const, because, endedAt: house.clock.now() }
      if (!(await moveAction(tx, one.id, 'queued', ended))) throw new Refused('wrong_state')
      return {
        result: undefined,
        fields: { by: 'Gatehouse', action: wordsFor(one, device), because },
        about: { ...device.about, approvalId: one.approvalId },
        outcome: 'refused',
        signals: deviceHints(device, 'actions', 'audit'),
      }
    })
    return verdict
  } catch (error) {
    if (isLost(error)) return undefined
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
