import { decide, granted, provenBefore } from '@gatehouse/shared/decide'
import type { Refusal } from '@gatehouse/shared/refusals'
import { sessionCauses } from '@gatehouse/shared/sessions/session-states'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { mayUnless } from '../../kernel/http/allow.ts'
import { deviceById, type KnownDevice } from '../devices/door.ts'
import { type RecordingFacts, recordingFacts } from '../recordings/door.ts'
import { demandsWatcher } from './review.ts'
import { whyNotEnd, whyNotPlayBack, whyNotWatch, whyNotWrite } from './rules.ts'
import type { SessionRow } from './store.ts'

const whyNotWriteNow = async (
  house: House,
  actor: Actor,
  row: SessionRow,
  on: KnownDevice,
): Promise<Refusal | undefined> => {
  const why = whyNotWrite(actor, row)
  if (why) return why
  const verdict = decide(
    provenBefore(actor),
    'session.terminal',
    on,
    // What runs is not cut.
    { ...(await house.access.facts(house.db, actor, on)), limit: undefined },
    house.clock.now(),
  )
  return verdict.ok ? undefined : verdict.because
}

const present = async (
  house: House,
  actor: Actor,
  row: SessionRow,
  on: KnownDevice,
  recording: RecordingFacts | undefined,
): Promise<SessionView> => ({
  id: row.id,
  requestId: row.requestId,
  device: { id: on.deviceId, name: on.name, serial: on.serial, site: on.siteName, zone: on.zone },
  customer: { id: on.customerId, name: on.customerName },
  technician: { id: row.technicianId, name: row.technicianName },
  activities: row.activities,
  state: row.state,
  cause: row.cause,
  causeSays: row.cause && sessionCauses[row.cause],
  endedBy: row.endedByName,
  openedAt: row.openedAt,
  liveAt: row.liveAt,
  endsAt: row.endsAt,
  endedAt: row.endedAt,
  now: house.clock.now(),
  watch: row.state !== 'ended' && (await demandsWatcher(house.db, row, on)) ? { due: row.watcherDue } : null,
  recording: recording ?? null,
  may: {
    write: mayUnless(await whyNotWriteNow(house, actor, row, on)),
    watch: mayUnless(whyNotWatch(actor, row, on)),
    end: mayUnless(whyNotEnd(actor, row, on)),
    playBack: mayUnless(whyNotPlayBack(actor, recording?.parts ?? 0, on)),
  },
})

/** Sessions as pages show them, each with the verdicts for whoever looks. */
export const presentSessions = async (
  house: House,
  actor: Actor,
  rows: readonly SessionRow[],
): Promise<SessionView[]> => {
  const recordings = await recordingFacts(
    house.db,
    rows.map(({ id }) => id),
  )
  const devices = new Map<string, Promise<KnownDevice | undefined>>()
  for (const { deviceId } of rows) if (!devices.has(deviceId)) devices.set(deviceId, deviceById(house.db, deviceId))
  const shown = await Promise.all(
    rows.map(async (row) => {
      const on = await devices.get(row.deviceId)
      // Between the list and here nothing of the actor's rights is taken for granted.
      return on && granted(actor, 'device.view', on) ? present(house, actor, row, on, recordings.get(row.id)) : []
    }),
  )
  return shown.flat()
}
