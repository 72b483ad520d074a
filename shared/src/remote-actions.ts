import { z } from 'zod'
import type { Activity } from './activities.ts'
import { ItemValue, Key } from './devices/declaration.ts'

/** What can be asked of an agent and answered by it: one row each, the activity it needs, its input and its result. */
export const remoteActions = {
  fetch_log: {
    says: 'Fetch a log file',
    activity: 'action.fetch_log',
    input: z.object({ name: Key, lines: z.number().int().min(1).max(5_000).default(500) }),
    result: z.object({ text: z.string().max(1_000_000), truncated: z.boolean() }),
  },
  restart_agent: {
    says: 'Restart the agent',
    activity: 'action.restart_agent',
    input: z.object({}),
    result: z.object({ startedAt: z.number().int() }),
  },
  set_setting: {
    says: 'Change a setting',
    activity: 'action.set_setting',
    input: z.object({ key: Key, value: ItemValue }),
    result: z.object({ before: ItemValue.nullable(), after: ItemValue }),
  },
} as const satisfies Record<string, { says: string; activity: Activity; input: z.ZodType; result: z.ZodType }>

export type RemoteActionName = keyof typeof remoteActions
export const remoteActionNames = Object.keys(remoteActions) as [RemoteActionName, ...RemoteActionName[]]

/** The legal moves of an action; PostgreSQL holds the same table. */
export const actionMoves = {
  queued: ['delivered', 'cancelled', 'expired', 'refused'],
  delivered: ['succeeded', 'failed', 'refused', 'expired'],
  succeeded: [],
  failed: [],
  refused: [],
  cancelled: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>

export type ActionState = keyof typeof actionMoves
export const actionStates = Object.keys(actionMoves) as [ActionState, ...ActionState[]]

export const actionStateSays: Record<ActionState, string> = {
  queued: 'Waiting for the device to check in',
  delivered: 'Handed to the device',
  succeeded: 'Done',
  failed: 'Failed on the device',
  refused: 'Refused',
  cancelled: 'Cancelled',
  expired: 'Expired before the device could do it',
}
