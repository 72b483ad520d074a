import { bundleFile } from './bundle.ts'
import { textOf } from './bytes.ts'
import type { CheckName, Findings } from './findings.ts'
import { Flawed, malformed } from './flawed.ts'
import { isHashAt, type Line, lineReader } from './line-reader.ts'
import type { Sha256 } from './primitives.ts'
import { hashLength } from './tree.ts'

/** What the events of a device say together. */
export interface DeviceRun {
  from: number
  to: number
  /** Whether nothing is missing between the two. */
  unbroken: boolean
}

/** What was read of all events. */
export interface EventsRead {
  count: number
  /** Whether every line was an entry of the log as it is written, whatever it says. */
  readable: boolean
  /** Personal values that are there in clear text, and those that are not. */
  openings: number
  erased: number
  seqs: Float64Array
  /** One after another. */
  leafHashes: Uint8Array
  devices: ReadonlyMap<string, DeviceRun>
  /** What devices were called in their first event here, of as many as can be told one by one. */
  deviceNames: ReadonlyMap<string, string>
  /** Lines in which something is wrong, by their number: as they stand there, of as many as can be told one by one. */
  wrong: ReadonlyMap<number, string>
  /** The first and the last line as they stand there. */
  first?: string
  last?: string
}

const newline = 10
/** Bytes of a line; where they are fewer, room is made as it is needed. */
const usualLine = 512
/** A leaf's longest, with its prefix: its words, two numbers and the name of a tree come to less. */
const longestLeaf = 256
/** Far longer than any event: where no line ends, memory does. */
export const longestLine = 16 * 1024 * 1024
const tooLong = 'the line is longer than any entry of a log'

/** Leaf hashes and their entries' numbers, for as many as there turn out to be. */
const growingLeaves = (expected: number) => {
  let seqs = new Float64Array(expected)
  let hashes = new Uint8Array(seqs.length * hashLength)
  let count = 0
  return {
    add: (seq: number, hash: Uint8Array): void => {
      if (count === seqs.length) {
        const [before, hashesBefore] = [seqs, hashes]
        seqs = new Float64Array(2 * count)
        seqs.set(before)
        hashes = new Uint8Array(seqs.length * hashLength)
        hashes.set(hashesBefore)
      }
      hashes.set(hash, count * hashLength)
      seqs[count++] = seq
    },
    all: () => ({ seqs: seqs.subarray(0, count), leafHashes: hashes.subarray(0, count * hashLength) }),
  }
}

type Fail = (check: CheckName, because: string, seq?: number) => void

/** Follows each device through the log; a gap is no failure yet, for a bundle need not claim to have all of it. */
const deviceRuns = (fail: Fail, onFirst: (id: string, line: Uint8Array) => void) => {
  const devices = new Map<string, DeviceRun>()
  const follow = (bytes: Uint8Array, { deviceFrom, deviceTo, deviceSeq, seq }: Line, line: Uint8Array): void => {
    if (deviceSeq === null || deviceTo === 0) {
      if (deviceSeq !== null || deviceTo !== 0)
        fail('devices', 'the entry has a device, or a place among the events of one, but not both', seq)
      return
    }
    const id = textOf(bytes.subarray(deviceFrom, deviceTo))
    const run = devices.get(id)
    if (!run) {
      devices.set(id, { from: deviceSeq, to: deviceSeq, unbroken: true })
      onFirst(id, line)
    } else {
      if (deviceSeq <= run.to) fail('devices', 'the events of the device are not in their order', seq)
      if (deviceSeq !== run.to + 1) run.unbroken = false
      run.to = deviceSeq
    }
  }
  return { devices, follow }
}

/** Devices whose names are remembered: more are not named one by one. */
const mostNamed = 1_000
/** Lines that are kept because something is wrong with them, and how long one may be to be kept. */
const mostKept = 60
const longestKept = 64 * 1024

const deviceNameIn = (line: string): string | undefined => {
  try {
    const name: unknown = JSON.parse(line)?.event?.deviceName
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

/** The text of a line without its end, for people; whatever it holds is of whoever made it. */
const textOfLine = (bytes: Uint8Array): string | undefined => {
  try {
    return bytes.length > longestKept ? undefined : textOf(bytes)
  } catch {
    return undefined
  }
}

/**
 * Reads every line of a tree's `events.jsonl` once, in whatever pieces its bytes come, and tells `findings` what is
 * wrong with it, and where. `expected` bytes are a hint for memory; `onEntry` is shown each line that was found good,
 * without its end, and must not keep the bytes.
 */
export const eventsReader = (
  sha256: Sha256,
  tree: string,
  findings: Findings,
  expected = 0,
  onEntry?: (line: Uint8Array) => void,
): { write(bytes: Uint8Array): void; end(): EventsRead } => {
  const read = { count: 0, readable: true, openings: 0, erased: 0 }
  const leaves = growingLeaves(16 + Math.floor(expected / usualLine))
  const leaf = new Uint8Array(longestLeaf)
  const deviceNames = new Map<string, string>()
  const wrong = new Map<number, string>()
  const ends: { first?: string; last?: string } = {}
  let before = -1
  let standing: Uint8Array = new Uint8Array(0)
  let isGood = true

  const fail: Fail = (check, because, seq) => {
    isGood = false
    const line = read.count + 1
    findings.fail(check, { file: bundleFile.events, line, ...(seq !== undefined && { seq }), because })
    const text = wrong.size < mostKept && !wrong.has(line) && textOfLine(standing)
    if (text) wrong.set(line, text)
  }
  const { devices, follow } = deviceRuns(fail, (id, line) => {
    const name = devices.size <= mostNamed ? deviceNameIn(textOfLine(line) ?? '') : undefined
    if (name !== undefined) deviceNames.set(id, name)
  })

  const take = (bytes: Uint8Array, from: number, line: Line): void => {
    const { seq, leafFrom, leafTo } = line
    standing = bytes.subarray(from, line.end - 1)
    if (!isHashAt(sha256(bytes.subarray(line.eventFrom, line.eventTo)), line.eventHash, 0))
      fail('events', 'the event is not the one that its entry in the log names', seq)
    if (!line.openingsFit) fail('openings', 'a name or address in clear text is not the one that was written down', seq)
    if (seq <= before) fail('order', 'the entry stands behind a later one, or twice', seq)
    follow(bytes, line, standing)
    before = seq
    leaf.set(bytes.subarray(leafFrom, leafTo), 1)
    leaves.add(seq, sha256(leaf.subarray(0, 1 + leafTo - leafFrom)))
    read.openings += line.openings
    read.erased += line.commitments - line.openings
  }

  const unreadable = (because: string): void => {
    read.readable = false
    fail('events', because)
  }

  /** Reads bytes of which every line but the last of all ends. */
  const readLines = (bytes: Uint8Array): void => {
    const readLine = lineReader(sha256, bytes, tree)
    for (let at = 0; at < bytes.length; read.count++) {
      isGood = true
      try {
        const line = readLine(at)
        if (line.end - at > longestLine) throw malformed(tooLong)
        take(bytes, at, line)
        at = line.end
      } catch (error) {
        if (!(error instanceof Flawed)) throw error
        // No entry holds the byte that ends a line: the next one begins behind it.
        const end = bytes.indexOf(newline, at)
        const next = end < 0 ? bytes.length : end + 1
        standing = bytes.subarray(at, end < 0 ? next : end)
        if (next - at > longestLine) unreadable(tooLong)
        else
          unreadable(end < 0 ? 'the last line does not end' : 'the line is not an entry of this log as it is written')
        at = next
      }
      if (isGood) onEntry?.(standing)
      ends.first ??= textOfLine(standing) ?? ''
    }
    if (bytes.length > 0) ends.last = textOfLine(standing)
  }

  /** The beginning of a line whose end has not come yet. */
  let held: Uint8Array = new Uint8Array(0)
  let heldTo = 0
  let isSkipping = false
  const hold = (bytes: Uint8Array): void => {
    const to = heldTo + bytes.length
    if (to > longestLine) {
      // Its end may never come: no more of it is kept.
      standing = new Uint8Array(0)
      unreadable(tooLong)
      read.count++
      heldTo = 0
      isSkipping = true
      return
    }
    if (to > held.length) {
      const more = new Uint8Array(Math.min(longestLine, Math.max(2 * to, 64 * 1024)))
      more.set(held.subarray(0, heldTo))
      held = more
    }
    held.set(bytes, heldTo)
    heldTo = to
  }

  return {
    write: (bytes) => {
      let from = 0
      if (isSkipping || heldTo > 0) {
        const end = bytes.indexOf(newline)
        from = end < 0 ? bytes.length : end + 1
        if (!isSkipping) hold(bytes.subarray(0, from))
        if (end < 0) return
        if (!isSkipping) readLines(held.subarray(0, heldTo))
        isSkipping = false
        heldTo = 0
      }
      const to = bytes.lastIndexOf(newline) + 1
      if (to > from) readLines(bytes.subarray(from, to))
      if (bytes.length > Math.max(from, to)) hold(bytes.subarray(Math.max(from, to)))
    },
    end: () => {
      readLines(held.subarray(0, heldTo))
      heldTo = 0
      return { ...read, ...leaves.all(), devices, deviceNames, wrong, ...ends }
    },
  }
}
