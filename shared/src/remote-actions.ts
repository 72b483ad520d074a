import { z } from 'zod'
import type { Activity } from './activities.ts'
import { type Declaration, ItemValue, Key } from './devices/declaration.ts'

/** What of a model bears on what may be asked of its devices. */
type Declared = Pick<Declaration, 'settings' | 'logs'>

/** What people call it, with its key behind it: `Filter strength [filter.strength]`. */
const labelled = (key: string, says: string | undefined): string => (says === undefined ? key : `${says} [${key}]`)

/** One row of the table, its functions typed by its own input. */
const row = <A extends Activity, Input extends z.ZodType, Result extends z.ZodType>(one: {
  says: string
  activity: A
  input: Input
  result: Result
  /** What of the input tells this one apart from others of its kind, for the log; in the words of the device's model. */
  names(input: z.infer<Input>, declaration: Declared | undefined): string
  /** Sentences per field where the device's model does not declare what is asked for. */
  undeclared(input: z.infer<Input>, declaration: Declaration): Record<string, string> | undefined
}) => one

const valueTypes = { number: 'number', text: 'string', boolean: 'boolean' } as const

/** What can be asked of an agent and answered by it: one row each, the activity it needs, its input and its result. */
export const remoteActions = {
  fetch_log: row({
    says: 'Fetch a log file',
    activity: 'action.fetch_log',
    input: z.object({ name: Key, lines: z.number().int().min(1).max(5_000).default(500) }),
    result: z.object({ text: z.string().max(1_000_000), truncated: z.boolean() }),
    names: ({ name }, declaration) => labelled(name, declaration?.logs.find((log) => log.name === name)?.says),
    undeclared: ({ name }, { logs }) =>
      logs.some((log) => log.name === name) ? undefined : { name: 'This model has no such log file' },
  }),
  restart_agent: row({
    says: 'Restart the agent',
    activity: 'action.restart_agent',
    input: z.object({}),
    result: z.object({ startedAt: z.number().int() }),
    names: () => '',
    undeclared: () => undefined,
  }),
  set_setting: row({
    says: 'Change a setting',
    activity: 'action.set_setting',
    input: z.object({ key: Key, value: ItemValue }),
    result: z.object({ before: ItemValue.nullable(), after: ItemValue }),
    names: ({ key, value }, declaration) =>
      `${labelled(key, declaration?.settings.find((one) => one.key === key)?.says)} to ${String(value).slice(0, 100)}`,
    undeclared: ({ key, value }, { settings }): Record<string, string> | undefined => {
      const setting = settings.find((one) => one.key === key)
      if (!setting) return { key: 'This model has no such setting' }
      if (typeof value !== valueTypes[setting.type]) return { value: `This setting is a ${setting.type}` }
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = setting
      if (typeof value === 'number' && (value < min || value > max)) {
        if (setting.max === undefined) return { value: `Use ${min} or more` }
        return { value: setting.min === undefined ? `Use ${max} or less` : `Use a number from ${min} to ${max}` }
      }
      return undefined
    },
  }),
} as const

export type RemoteActionName = keyof typeof remoteActions
export const remoteActionNames = Object.keys(remoteActions) as [RemoteActionName, ...RemoteActionName[]]

/** The legal moves of an action; PostgreSQL holds the same table. */
export const actionMoves = {
  queued: ['delivered', 'cancelled', 'expired', 'refused'],
  delivered: ['succeeded', 'failed', 'refused', 'unanswered'],
  succeeded: [],
  failed: [],
  refused: [],
  cancelled: [],
  expired: [],
  unanswered: [],
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
  unanswered: 'No answer in time: whether it was done is not known',
}
