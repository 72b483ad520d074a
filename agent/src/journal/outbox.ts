import { appendFileSync, statSync } from 'node:fs'
import type { DeviceMessage } from '@gatehouse/shared/agent/messages'
import { type Bell, createBell } from '../bell.ts'
import { files, type Home } from '../home.ts'
import type { Log } from '../log.ts'
import { openJournal } from './journal.ts'
import { openSequence } from './sequence.ts'

type Unnumbered<T> = T extends { seq: number } ? Omit<T, 'seq'> : never
/** A message before it has its number; heartbeats are not kept. */
export type Kept = Exclude<Unnumbered<DeviceMessage>, { type: 'heartbeat' }>

/** Everything this device has to say, in order, kept until the server has stored it. */
export interface Outbox {
  /** Puts a message on the disk and wakes whoever sends. */
  put(message: Kept): void
  /** The next messages to send, at most `bytes` long together unless a single one is longer. */
  next(bytes: number, count?: number): DeviceMessage[]
  /** A number for a heartbeat, which is never kept; valid only after everything that waits was sent. */
  number(): number
  /** The server has stored everything up to `seq`. */
  acknowledge(seq: number): void
  /** The server will never take this message: it goes into a file of its own, so that the others can pass. */
  setAside(message: DeviceMessage, because: string): void
  waiting(): number
  receipts(): ReadonlySet<string>
  /** Rings after a message was put. */
  readonly filled: Bell<Kept>
  close(): void
}

/** How many messages fit into one check-in. */
const most = 200
/** A number no device reaches by sending. */
const highestBelievable = 2 ** 50
const largestSetAside = 5 * 1024 * 1024

/** Opens the outbox of a home. */
export const openOutbox = (home: Home, log: Log, limit?: number): Outbox => {
  const journal = openJournal(home.path(files.journal), limit)
  const sequence = openSequence(home.path(files.sequence), journal.highest())
  const filled = createBell<Kept>()
  let reported = 0

  return {
    put: (message) => {
      journal.append({ ...message, seq: sequence.next() } as DeviceMessage)
      if (journal.dropped() > reported) {
        log.warn({ dropped: journal.dropped() - reported }, 'no room: the oldest values were dropped')
        reported = journal.dropped()
      }
      filled.ring(message)
    },
    next: (bytes, count = most) => journal.oldest(Math.min(count, most), bytes),
    number: () => sequence.next(),
    acknowledge: (seq) => {
      if (seq > highestBelievable) return log.warn({ seq }, 'the server acknowledged a number that cannot be')
      if (seq > sequence.highest()) {
        // Only a copy or an old backup of this folder knows less than the server: what waits would be taken for old.
        log.error({ seq }, 'this home folder is a copy or an old backup: the server knows higher message numbers')
        sequence.skipTo(seq)
        journal.renumber(sequence.next)
        return
      }
      journal.acknowledge(seq)
    },
    setAside: (message, because) => {
      const path = home.path(files.setAside)
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      log.error({ type: message.type, seq: message.seq, because }, 'the server does not take this message; set aside')
      if (size < largestSetAside) appendFileSync(path, `${JSON.stringify(message)}\n`, { mode: 0o600 })
      journal.remove(message.seq)
    },
    waiting: () => journal.waiting(),
    receipts: () => journal.receipts(),
    filled,
    close: () => journal.close(),
  }
}
