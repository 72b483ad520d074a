import type { Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import type { RemoteActionName, remoteActions } from '@gatehouse/shared/remote-actions'
import type { z } from 'zod'

/** A command this device understands but does not carry out; the message is for people. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused'
}

/** What an action may use. */
export interface ActionContext {
  declaration: Declaration
  /** Where a log lies on this machine, by its declared name. */
  logPath(name: string): string | undefined
  setSetting(key: string, value: ItemValue): Promise<{ before: ItemValue | null; after: ItemValue }>
  /** Ends this process so that its supervisor starts a new one; throws where there is no supervisor. */
  restart(): void
}

export type ActionInput<N extends RemoteActionName> = z.output<(typeof remoteActions)[N]['input']>
export type ActionResult<N extends RemoteActionName> = z.input<(typeof remoteActions)[N]['result']>

/**
 * Carries out one kind of command. Throws `ActionRefused` for what must not be done, anything else for what failed.
 * `after_restart` leaves the answer to the process that comes next.
 */
export type Action<N extends RemoteActionName> = (
  input: ActionInput<N>,
  context: ActionContext,
) => Promise<ActionResult<N> | 'after_restart'>
