import type { SessionActivity } from '@gatehouse/shared/activities'
import { type DeviceTarget, granted, type Who } from '@gatehouse/shared/decide'
import type { Refusal } from '@gatehouse/shared/refusals'
import { openingSeconds, type SessionCause } from '@gatehouse/shared/sessions/session-states'
import { seconds } from '../../kernel/clock.ts'
import type { SessionRow } from './store.ts'

type Facts = Pick<SessionRow, 'state' | 'technicianId' | 'signInId' | 'customerId' | 'activities'>

/** Whether a channel is part of a session. */
export const hasChannel = (s: Pick<SessionRow, 'activities'>, channel: string): boolean =>
  s.activities.includes(`session.${channel}` as SessionActivity)

/** Why `who` may not type: only its technician, in the browser he opened it with. */
export const whyNotWrite = (who: Who & { signInId: string }, s: Facts): Refusal | undefined => {
  if (who.id !== s.technicianId || who.signInId !== s.signInId) return 'not_its_technician'
  return s.state === 'ended' ? 'wrong_state' : undefined
}

/** Why `who` may not watch. */
export const whyNotWatch = (who: Who, s: Facts, target: DeviceTarget): Refusal | undefined => {
  if (!granted(who, 'session.watch', target)) return 'not_granted'
  return s.state === 'ended' ? 'wrong_state' : undefined
}

/** True for a watcher who counts where the policy demands one: of the customer, and not at work himself. */
export const isOwnWatcher = (
  watcher: Pick<Who, 'id' | 'customerId'>,
  s: Pick<SessionRow, 'customerId' | 'technicianId'>,
): boolean => watcher.customerId === s.customerId && watcher.id !== s.technicianId

/** Why `who` may not end it. Ending is never dangerous: its technician may, and whoever is granted it. */
export const whyNotEnd = (who: Who, s: Facts, target: DeviceTarget): Refusal | undefined => {
  if (who.id !== s.technicianId && !granted(who, 'session.end', target)) return 'not_granted'
  return s.state === 'ended' ? 'wrong_state' : undefined
}

/** As what `who` ends it. */
export const causeOfEnd = (who: Who, s: Facts): SessionCause => {
  if (who.id === s.technicianId) return 'technician'
  return who.customerId === null ? 'maker' : 'customer'
}

/** Why `who` may not play the recording back. */
export const whyNotPlayBack = (who: Who, parts: number, target: DeviceTarget): Refusal | undefined => {
  if (!granted(who, 'recording.view', target)) return 'not_granted'
  return parts > 0 ? undefined : 'wrong_state'
}

/** A device without a WebSocket learns of a session at its next check-in, half a minute later. */
const longerWithoutWebSocket = 60

/** How long a session may be opening before it counts as lost, ms. */
export const openingTime = (transport: 'websocket' | 'https' | null): number =>
  seconds(openingSeconds + (transport === 'https' ? longerWithoutWebSocket : 0))

/** What became of the sessions a refusal by `decide` ends. */
export const causeOfRefusal = (because: Refusal): SessionCause => {
  if (because === 'policy_never') return 'policy'
  if (because === 'policy_closed') return 'window_closed'
  if (because === 'approval_needed') return 'approval_revoked'
  if (because === 'network_refused') return 'network'
  return because === 'not_signed_in' ? 'signed_out' : 'rights_changed'
}
