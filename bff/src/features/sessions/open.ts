import { sessionActivities } from '@gatehouse/shared/activities'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change, witnessed } from '../../kernel/change.ts'
import { seconds } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { brokeConstraint, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { deviceById, type KnownDevice } from '../devices/door.ts'
import { device, deviceLink } from '../devices/tables.ts'
import { peopleGranted } from '../people/door.ts'
import { tellOneOf } from '../profile/door.ts'
import { activityWords, spendApproval, startApproval, takeRequest, whyNotOpenNow } from '../requests/door.ts'
import { holdSignIn } from '../sign-in/door.ts'
import { mailToWatcher } from './mails.ts'
import { demandsWatcher } from './review.ts'
import { openingTime } from './rules.ts'
import { sessionSignals } from './signals.ts'
import { aboutSession, type SessionRow } from './store.ts'
import { session } from './tables.ts'

/** The next epoch of a device: whatever was begun under an older one is refused from here on. */
const raiseEpoch = async (tx: Tx, deviceId: string): Promise<number> => {
  const [row] = await tx
    .update(device)
    .set({ epoch: sql`${device.epoch} + 1` })
    .where(and(eq(device.id, deviceId), eq(device.state, 'active'), isNull(device.removedAt)))
    .returning({ epoch: device.epoch })
  if (!row) throw new Refused('device_revoked')
  return row.epoch
}

const begin = async (
  tx: Tx,
  house: House,
  actor: Actor,
  requestId: string,
): Promise<{ row: SessionRow; on: KnownDevice }> => {
  const known = await takeRequest(tx, requestId)
  const why = await whyNotOpenNow(house, tx, actor, known)
  if (why) throw new Refused(why, { state: known.row.state })
  const { approval, deviceId, customerId } = known
  if (!approval) throw new Refused('approval_needed')
  if (!(await holdSignIn(tx, actor.signInId))) throw new Refused('not_signed_in')
  const epoch = await raiseEpoch(tx, deviceId)
  const now = house.clock.now()
  const id = newId()
  const end = await startApproval(tx, approval.id, now)
  await spendApproval(tx, approval.id, id)
  const [link] = await tx
    .select({ transport: deviceLink.transport })
    .from(deviceLink)
    .where(eq(deviceLink.deviceId, deviceId))
  const [row] = await tx
    .insert(session)
    .values({
      id,
      customerId,
      deviceId,
      approvalId: approval.id,
      requestId,
      technicianId: actor.id,
      technicianName: actor.name,
      signInId: actor.signInId,
      activities: sessionActivities.filter((one) => approval.activities.includes(one)),
      epoch,
      state: 'opening',
      openedAt: now,
      endsAt: end.at,
      endsFor: end.cause,
      // Until the streams are there nobody renews it; the job that looks for lost openings is quicker.
      leaseUntil: now + openingTime(link?.transport ?? null) + seconds(30),
    })
    .returning()
  const on = await deviceById(tx, deviceId)
  if (!row || !on) throw new Error('a session was not stored')
  return { row, on }
}

const tellWatchers = async (tx: Tx, house: House, row: SessionRow, on: KnownDevice): Promise<void> => {
  if (!(await demandsWatcher(tx, row, on))) return
  const people = await peopleGranted(tx, on.customerId, 'session.watch', on)
  const others = people.filter(({ id }) => id !== row.technicianId)
  await tellOneOf(house, tx, 'watch_wanted', others, (to) => mailToWatcher(house, to, row, on))
}

/**
 * Opens the session of an approved request, once: one approval, one session, one session per device. The clock of the
 * approval starts here. The device learns of it by a signed grant.
 */
export const openSession = (
  house: House,
  actor: Actor,
  request: { row: { id: string }; about: KnownDevice['about'] },
) =>
  witnessed(house, byPerson(actor), { activity: 'session.terminal', about: request.about }, () =>
    change(house, byPerson(actor), 'session.opened', async (tx) => {
      const { row, on } = await begin(tx, house, actor, request.row.id)
      await tellWatchers(tx, house, row, on)
      return {
        result: row.id,
        fields: { activities: activityWords(row.activities), until: new Date(row.endsAt).toISOString() },
        about: aboutSession(on, row),
        signals: sessionSignals(on, row.id, row.requestId),
      }
    }).catch((error: unknown) => {
      throw brokeConstraint(error, 'session_one_per_device') ? new Refused('device_busy') : error
    }),
  )
