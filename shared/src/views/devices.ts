import type { Activity } from '../activities.ts'
import type { Declaration, Severity } from '../devices/declaration.ts'
import type { SessionState } from '../sessions/session-states.ts'
import type { May, Named } from './basics.ts'

export type DeviceState = 'awaiting_enrolment' | 'active' | 'revoked'

export type Connection = 'online' | 'late' | 'offline' | 'never'

export interface DeviceRow {
  id: string
  name: string
  serial: string
  customer: Named
  site: Named & { zone: string }
  model: Named
  state: DeviceState
  connection: Connection
  lastHeardAt: number | null
  alarms: { open: number; worst: Severity | null }
  liveSession: boolean
  tags: string[]
}

export interface DeviceView extends DeviceRow {
  /** It stands in no list any more: only its history is left to see. */
  removed: boolean
  agentVersion: string | null
  platform: string | null
  transport: 'websocket' | 'https' | null
  enrolledAt: number | null
  declaration: Declaration
  undeclaredDropped: number
  /** The signed checkpoint of its customer's log that it holds: events under it, and when it said so. */
  witness: { size: number; at: number } | null
  /** By how much its clock was ahead of ours when it last said; ms, negative where it is behind. */
  clockAhead: number | null
  /** The verdict for each thing a person may do to this device, taken now. */
  may: Record<Activity, May>
  /** An approval of the person who looks with which a session may be opened now. */
  usableApproval: { requestId: string; activities: Activity[]; useBefore: number } | null
  /** The session that is open on this device, whoever's. */
  session: { id: string; technician: Named; state: SessionState } | null
  /** When next a window opens or closes, so that some verdict may turn; `null` where none does. */
  turnsAt: number | null
}

/** The choices of the fleet's filters, of devices one may see only. */
export interface FleetFacets {
  customers: Named[]
  sites: (Named & { customerId: string })[]
  models: Named[]
}

/** A one-time enrolment code; it is shown this once. */
export interface EnrolmentCodeView {
  code: string
  expiresAt: number
}
