import { type ApprovalFacts, approvalCovers, decide, provenBefore } from '@gatehouse/shared/decide'
import { inGrace } from '@gatehouse/shared/policies/answer'
import { deciding } from '@gatehouse/shared/policies/policy'
import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import { minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { deviceById, type KnownDevice } from '../devices/door.ts'
import { levelsFor } from '../policies/door.ts'
import { approvalsFor, watchDemanded } from '../requests/door.ts'
import { holderOf } from '../sign-in/door.ts'
import { causeOfRefusal, whyNotWatch } from './rules.ts'
import type { SessionRow } from './store.ts'

/** What a review needs to know of a session. */
export type Reviewed = Pick<
  SessionRow,
  'deviceId' | 'technicianId' | 'signInId' | 'approvalId' | 'activities' | 'state' | 'openedAt' | 'endsAt' | 'endsFor'
>

/**
 * Asks everything anew: the clock, the sign-in, the device, the approval, the rights, the policy. Returns why the
 * session must end, or `undefined` while all of it still holds. Throws where it could not be asked: then nothing holds.
 * `from` is where its technician's stream comes from; without one it is where he was last let in.
 */
export const reviewSession = async (
  house: House,
  s: Reviewed,
  from: string | null = null,
): Promise<SessionCause | undefined> => {
  if (house.clock.now() >= s.endsAt) return s.endsFor
  const [holder, device, approvals] = await Promise.all([
    holderOf(house, s.signInId, from),
    deviceById(house.db, s.deviceId),
    approvalsFor(house.db, s.deviceId, s.technicianId),
  ])
  if ('over' in holder) return holder.over
  if (!device || device.removed || device.state !== 'active') return 'device_revoked'
  const now = house.clock.now()
  const own: ApprovalFacts | undefined = approvals.find(({ id }) => id === s.approvalId)
  const policy = await levelsFor(house.db, device)
  for (const activity of s.activities) {
    // A session lives under its approval even where the policy would not ask for one.
    if (!own || !approvalCovers(own, holder.actor, activity, device, now)) return 'approval_revoked'
    const verdict = decide(provenBefore(holder.actor), activity, device, { policy, approvals: [own] }, now)
    // What is live when its window closes may finish; nothing begins in that time.
    const finishes = s.state !== 'opening' && inGrace(policy, activity, now)
    if (!verdict.ok && !(verdict.because === 'policy_closed' && finishes)) return causeOfRefusal(verdict.because)
    const longest = deciding(policy, activity)?.rule.longestMinutes
    if (longest !== undefined && now >= s.openedAt + minutes(longest)) return 'policy'
  }
  return undefined
}

/** True where the policy, as it is now, lets this session go on only while somebody of the customer watches. */
export const demandsWatcher = async (
  db: Tx,
  s: Pick<SessionRow, 'deviceId' | 'activities'>,
  device?: KnownDevice,
): Promise<boolean> => {
  const on = device ?? (await deviceById(db, s.deviceId))
  return on !== undefined && watchDemanded(await levelsFor(db, on), s.activities)
}

/** True while whoever watches under this sign-in may still do so. */
export const mayStillWatch = async (
  house: House,
  watcher: { signInId: string; from: string },
  s: SessionRow,
): Promise<boolean> => {
  const [holder, device] = await Promise.all([
    holderOf(house, watcher.signInId, watcher.from),
    deviceById(house.db, s.deviceId),
  ])
  if ('over' in holder || !device || whyNotWatch(holder.actor, s, device)) return false
  return decide(holder.actor, 'session.watch', device, { policy: [], approvals: [] }, house.clock.now()).ok
}
