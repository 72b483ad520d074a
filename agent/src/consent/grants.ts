import { type SessionActivity, sessionActivities } from '@gatehouse/shared/activities'
import type { Orders, SessionGrant } from '@gatehouse/shared/agent/messages'
import { mayGoOn, policyAnswer } from '@gatehouse/shared/policies/answer'
import { z } from 'zod'
import { files, type Home, readJson, writeJson } from '../home.ts'

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
  if (forbidden) return `The customer's policy on this device never allows ${forbidden}`
  return undefined
}

/** The first of the grant's activities that may not go on: later orders forbid it, or its window and grace are over. */
export const nowForbidden = (
  grant: SessionGrant,
  policy: Orders['policy'] | undefined,
  now: number,
): string | undefined => grant.activities.find((activity) => !mayGoOn(policy ?? [], activity, now))
