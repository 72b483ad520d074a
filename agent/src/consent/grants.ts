import { type SessionActivity, sessionActivities } from '@gatehouse/shared/activities'
import type { Orders, SessionGrant } from '@gatehouse/shared/agent/messages'
import { mayGoOn, policyAnswer } from '@gatehouse/shared/policies/answer'
import { deciding } from '@gatehouse/shared/policies/policy'
import { z } from 'zod'
import { files, type Home, readJson, writeJson } from '../home.ts'
import { shutSays } from './commands.ts'

/** The highest epoch this device has seen; on the disk before any stream opens under it. */
export interface Epochs {
  highest(): number
  raise(epoch: number): void
}

/** The epoch kept in `home`; throws where its file is damaged, for then nobody knows which grants are old. */
export const openEpochs = (home: Home): Epochs => {
  const path = home.path(files.epoch)
  let highest = readJson(path, z.object({ highest: z.number().int().min(0) }))?.highest ?? 0
  return {
    highest: () => highest,
    raise: (epoch) => {
      writeJson(path, { highest: epoch })
      highest = epoch
    },
  }
}

const isSessionActivity = (activity: string): activity is SessionActivity =>
  (sessionActivities as readonly string[]).includes(activity)

/**
 * Why this device does not let `grant` in, or `undefined` where it does: judged by its own copy of the customer's
 * policy and its own memory of epochs. The grant's signature, audience and expiry were verified before.
 */
export const refusesGrant = (
  grant: SessionGrant,
  policy: Orders['policy'] | undefined,
  highestEpoch: number,
  now: number,
): string | undefined => {
  if (grant.epoch <= highestEpoch) return `Epoch ${grant.epoch} is over; this device has seen ${highestEpoch}`
  const foreign = grant.activities.find((activity) => !isSessionActivity(activity))
  if (foreign) return `${foreign} is not a channel of a session`
  const forbidden = grant.activities.find((activity) => policyAnswer(policy ?? [], activity, now) === 'never')
  if (forbidden) return shutSays(policy ?? [], forbidden, now)
  return undefined
}

/**
 * The first of the grant's activities that may not go on: later orders forbid it, its window and grace are over, or it
 * has lasted as long as the policy lets it. `since` is when it began here, ms since the epoch.
 */
export const nowForbidden = (
  grant: SessionGrant,
  policy: Orders['policy'] | undefined,
  since: number,
  now: number,
): string | undefined =>
  grant.activities.find((activity) => {
    const longest = deciding(policy ?? [], activity)?.rule.longestMinutes ?? 0
    return !mayGoOn(policy ?? [], activity, now) || now >= since + longest * 60_000
  })
