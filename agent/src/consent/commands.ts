import type { Activity } from '@gatehouse/shared/activities'
import type { Command, Orders } from '@gatehouse/shared/agent/messages'
import { explain, policyAnswer } from '@gatehouse/shared/policies/answer'
import { remoteActions } from '@gatehouse/shared/remote-actions'

/** Why a policy that says never is shut: for good, or until its next window by this device's clock. */
export const shutSays = (policy: Orders['policy'], activity: Activity, now: number): string => {
  const next = explain(policy, activity, now).opening?.from
  return next == null
    ? `The customer's policy on this device never allows ${activity}`
    : `The customer's policy on this device allows ${activity} again from ${new Date(next).toISOString()}`
}

/**
 * Why this device does not carry out `command`, or `undefined` where it does: judged by its own copy of the customer's
 * policy. The signature, audience and expiry were verified before.
 */
export const refusesCommand = (
  command: Command,
  policy: Orders['policy'] | undefined,
  now: number,
): string | undefined => {
  const { activity, input } = remoteActions[command.action]
  const answer = policyAnswer(policy ?? [], activity, now)
  if (answer === 'never') return shutSays(policy ?? [], activity, now)
  if (answer === 'ask' && !command.approvalId) return `The customer's policy asks for an approval, and there is none`
  if (!input.safeParse(command.input).success) return 'The input is not what this action takes'
  return undefined
}
