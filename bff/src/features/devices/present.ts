import { type Activity, activityNames, deviceActivities } from '@gatehouse/shared/activities'
import { decide, type Facts, targetOf } from '@gatehouse/shared/decide'
import { explain } from '@gatehouse/shared/policies/answer'
import type { May } from '@gatehouse/shared/views/basics'
import type { DeviceRow, DeviceView } from '@gatehouse/shared/views/devices'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { asMay, mayUnless } from '../../kernel/http/allow.ts'
import type { KnownDevice } from './door.ts'
import { connectionOf, type Link, whyNot } from './rules.ts'
import { type ShownDevice, severityOf, shownDevices, usableApproval } from './store.ts'

const unheard: Link = { connected: false, transport: null, lastHeardAt: null }

/** What lists and the page of a device have in common. */
export const presentRow = (row: ShownDevice, now: number): DeviceRow => {
  const { device, link } = row
  return {
    id: device.id,
    name: device.name,
    serial: device.serial,
    customer: row.customer,
    site: row.site,
    model: row.model,
    state: device.state,
    connection: connectionOf(device.state, link ?? unheard, now),
    lastHeardAt: link?.lastHeardAt ?? null,
    alarms: { open: row.alarms?.open ?? 0, worst: severityOf(row.alarms?.worst ?? null) },
    liveSession: row.session !== null,
    tags: device.tags,
  }
}

/** Every verdict about one device, taken from the same facts. */
const verdicts = (actor: Actor, device: KnownDevice, facts: Facts, now: number): Record<Activity, May> =>
  Object.fromEntries(
    activityNames.map((activity) => {
      const may = asMay(decide(actor, activity, targetOf(activity, device), facts, now))
      return [activity, may.ok ? mayUnless(whyNot(activity, device)) : may]
    }),
  ) as Record<Activity, May>

/** When next a window of the policy opens or closes, ms; `null` where none does. */
const turnsAt = ({ policy }: Facts, now: number): number | null => {
  const turns = deviceActivities.flatMap((activity) => explain(policy, activity, now).until ?? [])
  return turns.length > 0 ? Math.min(...turns) : null
}

/** The page of one device, for whoever asks. */
export const presentDevice = async (house: House, actor: Actor, known: KnownDevice): Promise<DeviceView> => {
  const now = house.clock.now()
  const [[row], facts, approval] = await Promise.all([
    shownDevices(house.db, [known.deviceId]),
    house.access.facts(house.db, actor, known),
    usableApproval(house.db, known.deviceId, actor.id, now),
  ])
  if (!row) throw new Refused('not_found')
  return {
    ...presentRow(row, now),
    removed: known.removed,
    agentVersion: row.link?.agentVersion ?? null,
    platform: row.link?.platform ?? null,
    transport: row.link?.transport ?? null,
    enrolledAt: row.device.enrolledAt,
    declaration: known.declaration,
    undeclaredDropped: row.link?.undeclaredDropped ?? 0,
    witness:
      row.link?.logSize != null && row.link.logAt !== null ? { size: row.link.logSize, at: row.link.logAt } : null,
    clockAhead: row.link?.clockAhead ?? null,
    may: verdicts(actor, known, facts, now),
    usableApproval: known.removed ? null : approval,
    session: row.session && {
      id: row.session.id,
      technician: { id: row.session.technicianId, name: row.session.technicianName },
      state: row.session.state,
    },
    turnsAt: known.removed ? null : turnsAt(facts, now),
  }
}
