import { agentPaths, largestServerMessage } from '@gatehouse/shared/agent/messages'
import { words } from '../errors.ts'
import { type Line, nextParcel, type Parcel, readServerMessage } from './line.ts'

/** What became of a round of check-ins. */
export type Round =
  | { kind: 'delivered' }
  /** The server does not know this device (any more); `date` is the server's clock. */
  | { kind: 'unknown_device'; date: number | undefined }
  | { kind: 'failed'; because: string }

/** Bytes of one ordinary check-in; a single longer message travels alone. */
const ordinary = 256 * 1_024

/** Posts check-ins until nothing waits; the first carries a heartbeat even when nothing did. */
export const postCheckIns = async (line: Line, signal: AbortSignal): Promise<Round> => {
  try {
    let count: number | undefined
    for (;;) {
      const parcel = nextParcel(line, { bytes: ordinary, heartbeatDue: true, count })
      if (!parcel) return { kind: 'delivered' }
      const answer = await line.dialer.post(agentPaths.checkIn, parcel.body, {
        bearer: await line.signer.assertion(),
        largest: largestServerMessage,
        signal,
      })
      if (answer.status === 401 || answer.status === 403) return { kind: 'unknown_device', date: answer.date }
      if ([400, 413, 422].includes(answer.status) && parcel.kept.length > 0) {
        count = narrowed(line, parcel, answer.status)
        continue
      }
      if (answer.status !== 200) return { kind: 'failed', because: `the server answered ${answer.status}` }
      const message = readServerMessage(line, answer.text)
      if (!message) return { kind: 'failed', because: 'the answer is not in the language' }
      const last = parcel.kept.at(-1)?.seq ?? 0
      if ((message.ack ?? 0) < last) return { kind: 'failed', because: 'the server did not acknowledge' }
      count = undefined
      if (line.outbox.waiting() === 0) return { kind: 'delivered' }
    }
  } catch (error) {
    return { kind: 'failed', because: words(error) }
  }
}

/** One message of the parcel is not taken: halve until it stands alone, then set it aside. */
const narrowed = (line: Line, { kept }: Parcel, status: number): number | undefined => {
  const [first] = kept
  if (kept.length > 1 || !first) return Math.floor(kept.length / 2)
  line.outbox.setAside(first, `the server answered ${status}`)
  return undefined
}
