import { textOf } from '@gatehouse/shared/audit/bytes'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { portable } from '@gatehouse/shared/audit/portable'
import { checkBundle } from '../check.ts'
import { type EventRow, seeker } from '../events.ts'
import { inert } from '../inert.ts'
import { reportOf } from '../report.ts'
import { type Bytes, type Source, Unreadable } from '../source.ts'
import { unpacked } from '../unpacked.ts'
import { openZip } from '../zip.ts'
import type { Answer, Given, Order } from './messages.ts'

/** Bytes of events that are kept to be looked at; a page that is given more shows what came of the check alone. */
const mostKept = 1.5 * 1024 ** 3
const rowsAtOnce = 50
/** Milliseconds of work before anything else has its turn. */
const patience = 40
const mostOfCheckpoint = 1024 * 1024
const newline = 10

const bytesOf = (blob: Blob): Bytes => ({
  size: blob.size,
  read: async (from, length) => new Uint8Array(await blob.slice(from, from + length).arrayBuffer()),
})

const openGiven = async (given: Given): Promise<Source> =>
  given instanceof Blob
    ? openZip(bytesOf(given))
    : unpacked(new Map([...given].map(([name, { size }]) => [name, size])), (name, work) =>
        work(bytesOf(given.get(name) ?? new Blob())),
      )

/** Lets messages and, where there is no worker, the page itself have their turn. */
const turn = (): Promise<void> => new Promise((done) => setTimeout(done))

/** Room for the events, if the machine has any. */
const room = (size: number): Uint8Array | undefined => {
  try {
    return size <= mostKept ? new Uint8Array(size) : undefined
  } catch {
    return undefined
  }
}

/** What checks a bundle for the page, in a worker or, where there is none, in turns with the page. */
export const openEngine = (answer: (answer: Answer) => void): ((order: Order) => Promise<void>) => {
  let kept: Uint8Array | undefined
  let newest = 0

  const check = async ({ bundle, key, earlier }: Extract<Order, { kind: 'check' }>): Promise<void> => {
    kept = undefined
    if (earlier && earlier.size > mostOfCheckpoint)
      throw new Unreadable('The checkpoint you chose is far too large to be one.')
    const source = await openGiven(bundle)
    const earlierCheckpoint = earlier && new Uint8Array(await earlier.arrayBuffer())
    const events = room(source.files.get('events.jsonl') ?? 0)
    let at = 0
    let told = 0
    const verification = await checkBundle(
      portable,
      source,
      { pinnedKey: key, earlierCheckpoint },
      {
        progress: (done, of) => {
          if (performance.now() - told < 100) return
          told = performance.now()
          answer({ kind: 'progress', done, of })
        },
        onEvents: (bytes) => {
          events?.set(bytes, at)
          at += bytes.length
        },
        pause: pauses(),
      },
    )
    const report = reportOf(verification, { key, hasEarlier: earlier !== undefined })
    // What is not what was signed is not shown as if it were: only what is wrong, where it was found.
    if (report.ok) kept = events
    const shown = verification.count === 0 || !report.ok ? 'none' : events ? 'events' : 'too many'
    answer({ kind: 'report', report, shown, count: verification.count })
  }

  const find = async ({ search, from, number }: Extract<Order, { kind: 'find' }>): Promise<void> => {
    newest = number
    const bytes = kept ?? new Uint8Array(0)
    const seek = seeker(search)
    let told = performance.now()
    const rows: EventRow[] = []
    const pause = pauses()
    let at = from
    while (at < bytes.length && rows.length < rowsAtOnce) {
      const end = bytes.indexOf(newline, at)
      const to = end < 0 ? bytes.length : end
      const row = seek(bytes.subarray(at, to))
      if (row) rows.push(row)
      at = to + 1
      await pause()
      // Somebody typed on: what was looked for is not wanted any more.
      if (newest !== number) return
      if (performance.now() - told > 500) {
        told = performance.now()
        answer({ kind: 'searching', number, searched: at, of: bytes.length })
      }
    }
    const next = at < bytes.length ? at : null
    answer({ kind: 'rows', number, rows, next, searched: at, of: bytes.length })
  }

  return async (order) => {
    try {
      await (order.kind === 'check' ? check(order) : find(order))
    } catch (error) {
      const isOurs = error instanceof Unreadable || error instanceof Flawed
      const words = error instanceof Error ? error.message : String(error)
      answer({ kind: 'unreadable', because: inert(isOurs ? words : `Something unforeseen went wrong: ${words}`) })
    }
  }
}

/** Waits for others whenever it has worked long enough. */
const pauses = (): (() => Promise<void> | undefined) => {
  let since = performance.now()
  return () => {
    if (performance.now() - since < patience) return undefined
    return turn().then(() => {
      since = performance.now()
    })
  }
}

/** The text of a small file, such as that of a key; throws where it is none. */
export const readKeyFile = async (file: Blob): Promise<string> => {
  if (file.size > 64 * 1024) throw new Unreadable('The file is far too large to be a key.')
  return textOf(new Uint8Array(await file.arrayBuffer())).trim()
}
