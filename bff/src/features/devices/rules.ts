import { type Activity, activities, activityNames, deviceActivities } from '@gatehouse/shared/activities'
import { type DeviceTarget, granted, type Who } from '@gatehouse/shared/decide'
import { mightWiden } from '@gatehouse/shared/policies/answer'
import type { PolicyLevel } from '@gatehouse/shared/policies/policy'
import type { Refusal } from '@gatehouse/shared/refusals'
import type { Connection, DeviceState } from '@gatehouse/shared/views/devices'
import { hours, minutes, seconds } from '../../kernel/clock.ts'

/** Longer than two heartbeats (15 s) or check-ins (30 s), with a little for the way. */
export const lateAfter = { websocket: seconds(35), https: seconds(65) } as const
/** A device that was not heard for so long is offline, whatever was last known of its connection. */
export const offlineAfter = minutes(3)
/** An enrolment code is good for this long. */
export const codeLife = hours(24)

/** How far the life of a device has come. */
interface KnownState {
  state: DeviceState
  removed: boolean
}

export interface Link {
  connected: boolean
  transport: 'websocket' | 'https' | null
  lastHeardAt: number | null
}

/** How the link of a device stands at `now`: what was heard counts, not what was last believed. */
export const connectionOf = (state: DeviceState, link: Link, now: number): Connection => {
  if (link.lastHeardAt === null) return 'never'
  // A device that checks in over HTTPS has no connection that could be seen to close.
  const reachable = state === 'active' && (link.connected || link.transport === 'https')
  const silent = now - link.lastHeardAt
  if (!reachable || silent > offlineAfter) return 'offline'
  return silent > lateAfter[link.transport ?? 'websocket'] ? 'late' : 'online'
}

/**
 * Why no enrolment code is given out. Only a device that waits for its first key gets one: an active identity is never
 * taken over by a code, and a revoked one never comes back (its successor is a new device with the same serial number).
 */
export const whyNoCode = (state: DeviceState): Refusal | undefined =>
  state === 'revoked' ? 'device_revoked' : state === 'active' ? 'wrong_state' : undefined

/** Why an identity cannot be revoked. */
export const whyNotRevoke = (state: DeviceState): Refusal | undefined =>
  state === 'revoked' ? 'device_revoked' : undefined

/** Why a device cannot be removed: an active one would go on talking. */
export const whyNotRemove = (state: DeviceState): Refusal | undefined =>
  state === 'active' ? 'wrong_state' : undefined

/** What is still done with a device that was removed: its history is read. */
const ofHistory: ReadonlySet<Activity> = new Set(['device.view', 'audit.view', 'audit.export', 'recording.view'])

/** The rule of the room beside the right itself, by activity. */
export const whyNot = (activity: Activity, { state, removed }: KnownState): Refusal | undefined => {
  if (removed && activities[activity].on === 'device' && !ofHistory.has(activity)) return 'device_removed'
  return activity === 'device.enrol' ? whyNoCode(state) : activity === 'device.revoke' ? whyNotRevoke(state) : undefined
}

/** What `who` would newly be granted if a device were moved or tagged anew: nobody gives himself more. */
export const gains = (who: Who, before: DeviceTarget, after: DeviceTarget): Activity[] =>
  activityNames.filter(
    (name) => activities[name].on === 'device' && granted(who, name, after) && !granted(who, name, before),
  )

/** The activities that a policy might at some time allow more freely after a move than before it. */
export const freer = (before: readonly PolicyLevel[], after: readonly PolicyLevel[]): Activity[] =>
  deviceActivities.filter((name) => mightWiden(before, after, name))
