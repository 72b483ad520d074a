import { leaseSeconds, type SessionCause } from '@gatehouse/shared/sessions/session-states'
import type { WebSocket } from 'ws'
import { seconds } from '../../kernel/clock.ts'
import type { Remembered } from '../people/door.ts'
import type { KnownSession } from '../sessions/door.ts'
import type { Wire } from './wire.ts'

/** A wire and what its relay knows of it. Times in ms by the house's clock. */
export interface Held {
  wire: Wire
  known: KnownSession
  /** Good until then without another review. */
  leaseUntil: number
  /** The last review could not be made. */
  failing: boolean
  reviewing: Promise<void> | undefined
  again: boolean
  entering: boolean
  /** The policy demands that somebody of the customer watches. */
  demands: boolean
  /** Nobody does, and without anybody it is over then. */
  watcherDue: number | undefined
  /** What the tables say of that. */
  written: { due: number | undefined; paused: boolean }
  writing: boolean
  /** Whose stream it is; without a name, because streams live for hours and people may be erased. */
  people: WeakMap<WebSocket, Remembered>
  /** Where the technician's stream comes from, the last one there was. */
  writerFrom: string | null
  writerGoneAt: number | undefined
  typedAt: number
  notedAt: number
  dropped: WeakMap<WebSocket, number>
}

/** Ends a session for a cause: nothing crosses from there on. */
export type Finish = (held: Held, cause: SessionCause) => Promise<void>

/** What a relay knows of a session whose first stream has just come, at `now` (ms). */
export const newHeld = (wire: Wire, known: KnownSession, now: number): Held => ({
  wire,
  known,
  leaseUntil: now + seconds(leaseSeconds),
  failing: false,
  reviewing: undefined,
  again: false,
  entering: false,
  demands: false,
  watcherDue: undefined,
  written: { due: undefined, paused: false },
  writing: false,
  people: new WeakMap(),
  writerFrom: null,
  writerGoneAt: undefined,
  typedAt: 0,
  notedAt: 0,
  dropped: new WeakMap(),
})
