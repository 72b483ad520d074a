import { sessionActivities } from '@gatehouse/shared/activities'
import { type ApprovalFacts, decide, provenBefore } from '@gatehouse/shared/decide'
import { policyAnswer } from '@gatehouse/shared/policies/answer'
import type { Refusal } from '@gatehouse/shared/refusals'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { connectionOf, deviceById } from '../devices/door.ts'
import { levelsFor } from '../policies/door.ts'
import { type End, endOf, whyNotOpen } from './rules.ts'
import { questionOf } from './shown.ts'
import { type ApprovalRow, type KnownRequest, lockRequest, requestById } from './store.ts'
import { approval, request } from './tables.ts'

/** More approvals than this are never open at once for one technician on one device. */
const mostOpen = 200

/** A row of an approval as a decision needs it. */
export const approvalFacts = (row: ApprovalRow): ApprovalFacts => ({
  id: row.id,
  deviceId: row.deviceId,
  technicianId: row.technicianId,
  activities: row.activities,
  notBefore: row.notBefore,
  useBefore: row.useBefore,
  endsAt: row.endsAt,
  revoked: row.revokedAt !== null,
})

/** Approvals of a technician on a device that were not taken back, newest first, as a decision needs them. */
export const approvalsFor = async (db: Tx, deviceId: string, technicianId: string): Promise<ApprovalFacts[]> => {
  const rows = await db
    .select()
    .from(approval)
    .where(and(eq(approval.deviceId, deviceId), eq(approval.technicianId, technicianId), isNull(approval.revokedAt)))
    .orderBy(desc(approval.id))
    .limit(mostOpen)
  return rows.map(approvalFacts)
}

/**
 * Why `actor` may not open the session of this request at this moment, all things considered; `undefined` where he may.
 * Inside a transaction `db` is that transaction: one that holds a connection must never wait for a second one.
 */
export const whyNotOpenNow = async (
  house: House,
  db: Tx,
  actor: Actor,
  known: KnownRequest,
): Promise<Refusal | undefined> => {
  const now = house.clock.now()
  const { row, approval: given, device } = known
  const facts = given && { ...approvalFacts(given), sessionId: given.sessionId }
  const why = whyNotOpen(actor, row, facts, known, now)
  if (why || !facts) return why
  if (questionOf(house, known) !== row.hash) return 'changed_meanwhile'
  if (device.state === 'revoked' || device.removed) return 'device_revoked'
  const policy = await levelsFor(db, known)
  for (const activity of sessionActivities.filter((one) => facts.activities.includes(one))) {
    // What the policy approved by itself opens nothing once it wants somebody to be asked.
    if (row.decidedBy === null && policyAnswer(policy, activity, now) === 'ask') return 'approval_needed'
    const verdict = decide(provenBefore(actor), activity, known, { policy, approvals: [facts] }, now)
    if (!verdict.ok) return verdict.because
  }
  if (['offline', 'never'].includes(connectionOf(device.state, device, now))) return 'device_offline'
  return device.busy ? 'device_busy' : undefined
}

/** The request of this id, taken for this transaction before anything else is. */
export const takeRequest = async (tx: Tx, id: string): Promise<KnownRequest> => {
  await lockRequest(tx, id)
  const known = await requestById(tx, id)
  if (!known) throw new Refused('not_found')
  return known
}

/** The request named in the path, as a target of its device. */
export const theRequest: Finder<KnownRequest> = (house, c) => requestById(house.db, c.req.param('requestId') ?? '')

/**
 * The first use of an approval starts its clock and moves its request on to `used`; later uses change nothing. Returns
 * the end of what begins now: an approval does not outlive the window in which it is used. Throws where it was taken
 * back meanwhile.
 */
export const startApproval = async (tx: Tx, approvalId: string, now: number): Promise<End> => {
  const [found] = await tx.select({ requestId: approval.requestId }).from(approval).where(eq(approval.id, approvalId))
  if (!found) throw new Refused('approval_needed')
  await lockRequest(tx, found.requestId)
  const [row] = await tx.select().from(approval).where(eq(approval.id, approvalId)).for('update')
  if (!row || row.revokedAt !== null) throw new Refused('approval_needed')
  const device = await deviceById(tx, row.deviceId)
  if (!device) throw new Refused('approval_needed')
  const [asked] = await tx.select({ by: request.decidedBy }).from(request).where(eq(request.id, found.requestId))
  const end = endOf(await levelsFor(tx, device), row.activities, now, {
    endsAt: row.endsAt ?? now + minutes(row.minutes),
    byPolicy: asked?.by === null,
  })
  if (row.endsAt !== null) return end
  const moved = await tx
    .update(request)
    .set({ state: 'used' })
    .where(and(eq(request.id, found.requestId), eq(request.state, 'approved')))
    .returning({ id: request.id })
  if (moved.length === 0) throw new Refused('approval_needed')
  await tx.update(approval).set({ startedAt: now, endsAt: end.at }).where(eq(approval.id, approvalId))
  return end
}

/** Gives the approval to the one session it opens; throws where it has opened one. */
export const spendApproval = async (tx: Tx, approvalId: string, sessionId: string): Promise<void> => {
  const spent = await tx
    .update(approval)
    .set({ sessionId })
    .where(and(eq(approval.id, approvalId), isNull(approval.sessionId)))
    .returning({ id: approval.id })
  if (spent.length === 0) throw new Refused('approval_used')
}

export { activityWords, watchDemanded } from './rules.ts'
export { revokeApprovalsOfDevice } from './take-back.ts'
