import type { ActionState, RemoteActionName } from '../remote-actions.ts'
import type { May } from './basics.ts'

export interface ActionView {
  id: string
  deviceId: string
  action: RemoteActionName
  input: Record<string, unknown>
  state: ActionState
  because: string | null
  requestedBy: string
  queuedAt: number
  expiresAt: number
  deliveredAt: number | null
  endedAt: number | null
  /** By the action's own schema, once it succeeded. */
  result: unknown
  /** True where a list left a long result out: the action by itself has it. */
  resultLeftOut: boolean
  may: { cancel: May }
}
