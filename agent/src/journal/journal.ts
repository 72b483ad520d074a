import { DeviceMessage } from '@gatehouse/shared/agent/messages'
import { z } from 'zod'
import { openLineFile, type Place } from './line-file.ts'

/** What waits on disk until the server has stored it, oldest first. */
export interface Journal {
  append(message: DeviceMessage): void
  /** The oldest messages: at most `count`, and at most `bytes` long together, but one at least where there is one. */
  oldest(count: number, bytes: number): DeviceMessage[]
  /** Everything up to `seq` is stored by the server. */
  acknowledge(seq: number): void
  /** Takes one message out, wherever it stands. */
  remove(seq: number): void
  /** Gives every waiting message a new number by `next`, in order. */
  renumber(next: () => number): void
  /** Actions whose receipt waits here. */
  receipts(): ReadonlySet<string>
  waiting(): number
  highest(): number
  /** Values that had to go because the journal or the disk was full, since it was opened. */
  dropped(): number
  close(): void
}

interface Entry {
  seq: number
  length: number
  /** Values may be dropped when there is no room; nothing else may. */
  values: boolean
  /** On the disk, or, while the disk is full, in memory. */
  at: Place | string
}

const Line = z.union([z.object({ ack: z.number().int() }), DeviceMessage])
/** The file may hold so many bytes that nobody needs any more before it is written anew. */
const slack = 1024 * 1024

/**
 * Opens the journal at `path`: one JSON line per message or acknowledgement. `limit` bounds the bytes of what waits.
 * Alarms, receipts and reports are on the disk before `append` returns.
 */
export const openJournal = (path: string, limit = 32 * 1024 * 1024): Journal => {
  let entries: Entry[] = []
  let acknowledged = 0
  const file = openLineFile(path, (text, at) => {
    const line = parse(text)
    if (line && 'ack' in line) acknowledged = Math.max(acknowledged, line.ack)
    else if (line) entries.push({ seq: line.seq, length: text.length, values: line.type === 'values', at })
  })
  entries = entries.filter(({ seq }) => seq > acknowledged)
  const total = () => entries.reduce((sum, { length }) => sum + length, 0)
  let live = total()
  let dropped = 0

  const read = ({ at }: Entry): string => (typeof at === 'string' ? at : file.read(at))
  const compact = (): void => {
    const onDisk = entries.filter((entry): entry is Entry & { at: Place } => typeof entry.at !== 'string')
    const places = file.rewrite(onDisk.map(({ at }) => at))
    for (const [index, entry] of onDisk.entries()) entry.at = places[index] ?? entry.at
  }
  /** The oldest values make room, a quarter of the limit at once, because every time costs a rewrite. */
  const makeRoom = (): void => {
    let over = live - limit * 0.75
    const before = entries.length
    entries = entries.filter((entry) => {
      if (over <= 0 || !entry.values) return true
      over -= entry.length
      return false
    })
    if (entries.length === before) return
    dropped += before - entries.length
    live = total()
    compact()
  }

  return {
    append: (message) => {
      const line = JSON.stringify(message)
      const entry = { seq: message.seq, length: line.length, values: message.type === 'values' }
      try {
        entries.push({ ...entry, at: file.append(line, !entry.values) })
      } catch {
        if (entry.values) dropped += 1
        else entries.push({ ...entry, at: line })
      }
      live += line.length
      if (live > limit) makeRoom()
    },
    oldest: (count, bytes) => {
      const messages: DeviceMessage[] = []
      let sum = 0
      for (const entry of entries.slice(0, count)) {
        const text = read(entry)
        sum += Buffer.byteLength(text) + 1
        if (messages.length > 0 && sum > bytes) break
        messages.push(JSON.parse(text))
      }
      return messages
    },
    acknowledge: (seq) => {
      let stored = 0
      for (let entry = entries[stored]; entry && entry.seq <= seq; entry = entries[++stored]) live -= entry.length
      if (stored === 0) return
      entries = entries.slice(stored)
      try {
        file.append(JSON.stringify({ ack: seq }), false)
      } catch {
        // Without this line the messages are sent again after a restart, and have no second effect.
      }
      if (file.size() - live > Math.max(slack, live)) compact()
    },
    remove: (seq) => {
      entries = entries.filter((entry) => entry.seq !== seq)
      live = total()
      compact()
    },
    renumber: (next) => {
      const lines = entries.map((entry) => ({ ...(JSON.parse(read(entry)) as DeviceMessage), seq: next() }))
      const places = file.replace(lines.map((line) => JSON.stringify(line)))
      entries = entries.map((entry, index) => ({
        ...entry,
        seq: lines[index]?.seq ?? entry.seq,
        at: places[index] ?? '',
      }))
    },
    receipts: () =>
      new Set(
        entries
          .filter(({ values }) => !values)
          .map((entry) => JSON.parse(read(entry)) as DeviceMessage)
          .flatMap((message) => (message.type === 'receipt' ? [message.actionId] : [])),
      ),
    waiting: () => entries.length,
    highest: () => Math.max(acknowledged, entries.at(-1)?.seq ?? 0),
    dropped: () => dropped,
    close: () => file.close(),
  }
}

const parse = (text: string): z.infer<typeof Line> | undefined => {
  try {
    return Line.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
