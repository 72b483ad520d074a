import { granted } from '@gatehouse/shared/decide'
import { type RemoteActionName, remoteActions } from '@gatehouse/shared/remote-actions'
import type { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { minutes } from '../../kernel/clock.ts'
import type { KnownDevice } from '../devices/door.ts'
import type { ActionRow } from './store.ts'

/** One row of the table of actions, for code that does not know which one it has. */
interface AnyRow {
  says: string
  input: z.ZodType
  result: z.ZodType
  names(input: unknown, declaration: KnownDevice['declaration'] | undefined): string
  undeclared(input: unknown, declaration: KnownDevice['declaration']): Record<string, string> | undefined
}

/** The row of `name`. Its functions must be given what its own `input` has read. */
export const rowOf = (name: RemoteActionName): AnyRow => remoteActions[name] as unknown as AnyRow

/** An action in words for the log: what it is, and of what, as the model of its device calls that. */
export const wordsFor = (
  { action, input }: { action: RemoteActionName; input: unknown },
  device: Pick<KnownDevice, 'declaration'> | undefined,
): string => {
  const row = rowOf(action)
  const names = row.names(input, device?.declaration)
  return names ? `${row.says}: ${names}` : row.says
}

/** A delivered action may be under way when its time is over: its answer is awaited for so long. */
export const answerGrace = minutes(2)

/** So many actions of one device may wait at the same time. */
export const mostOpen = 50

/** Why `actor` may not cancel the action; nothing where he may. Cancelling reaches no device and asks no policy. */
export const whyNotCancel = (
  actor: Actor,
  action: Pick<ActionRow, 'action' | 'requestedBy' | 'state'>,
  device: KnownDevice,
): 'not_granted' | 'wrong_state' | undefined => {
  if (action.requestedBy !== actor.id && !granted(actor, remoteActions[action.action].activity, device))
    return 'not_granted'
  return action.state === 'queued' ? undefined : 'wrong_state'
}

/** Why an action is refused whose requester was disabled or removed. */
export const accountGone = 'Whoever asked for it has no account here any more.'
