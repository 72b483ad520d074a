import type { SessionGrant } from '@gatehouse/shared/agent/messages'
import type { Signer } from '../identity.ts'
import type { Dialer } from '../link/dialer.ts'
import type { Log } from '../log.ts'

export interface ChannelTools {
  dialer: Dialer
  signer: Signer
  log: Log
}

/**
 * One channel of a live session: opens it, and resolves with the reason when it is over and nothing of it is left on
 * this machine. Ends at once when `signal` aborts. Rejects where it could not be opened.
 */
export type Channel = (tools: ChannelTools, grant: SessionGrant, signal: AbortSignal) => Promise<string>
