import type { Activity } from '../activities.ts'
import type { SessionCause, SessionState } from '../sessions/session-states.ts'
import type { May, Named } from './basics.ts'

export interface SessionView {
  id: string
  requestId: string
  device: Named & { serial: string; site: string; zone: string }
  customer: Named
  technician: Named
  activities: Activity[]
  state: SessionState
  cause: SessionCause | null
  causeSays: string | null
  endedBy: string | null
  openedAt: number
  liveAt: number | null
  /** The end at the latest. */
  endsAt: number
  endedAt: number | null
  now: number
  /**
   * The policy demands that somebody of the customer watches; `due`: nobody does, and without anybody it ends then.
   * `null` where it demands nothing.
   */
  watch: { due: number | null } | null
  recording: { parts: number; bytes: number; milliseconds: number; failed: boolean } | null
  may: { write: May; watch: May; end: May; playBack: May }
}

export interface TicketView {
  /** Sent as a WebSocket subprotocol, never in an address. */
  ticket: string
  expiresAt: number
}
