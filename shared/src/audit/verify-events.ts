import { bundleFile } from './bundle.ts'
import { textOf } from './bytes.ts'
import type { CheckName, Findings } from './findings.ts'
import { Flawed } from './flawed.ts'
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
}

const newline = 10
/** Bytes of a line; where they are fewer, room is made as it is needed. */
const usualLine = 512
/** A leaf's longest, with its prefix: its words, two numbers and the name of a tree come to less. */
const longestLeaf = 256

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
const deviceRuns = (bytes: Uint8Array, fail: Fail) => {
  const devices = new Map<string, DeviceRun>()
  const follow = ({ deviceFrom, deviceTo, deviceSeq, seq }: Line): void => {
    if (deviceSeq === null || deviceTo === 0) {
      if (deviceSeq !== null || deviceTo !== 0)
        fail('devices', 'the entry has a device, or a place among the events of one, but not both', seq)
      return
    }
    const id = textOf(bytes.subarray(deviceFrom, deviceTo))
    const run = devices.get(id)
    if (!run) devices.set(id, { from: deviceSeq, to: deviceSeq, unbroken: true })
    else {
      if (deviceSeq <= run.to) fail('devices', 'the events of the device are not in their order', seq)
      if (deviceSeq !== run.to + 1) run.unbroken = false
      run.to = deviceSeq
    }
  }
  return { devices, follow }
}

/** Reads every line of `events.jsonl` once and tells `findings` what is wrong with it, and where. */
export const readEvents = (sha256: Sha256, bytes: Uint8Array, tree: string, findings: Findings): EventsRead => {
  const read = { count: 0, readable: true, openings: 0, erased: 0 }
  const leaves = growingLeaves(16 + Math.floor(bytes.length / usualLine))
  const leaf = new Uint8Array(longestLeaf)
  const readLine = lineReader(sha256, bytes, tree)
  const fail: Fail = (check, because, seq) =>
    findings.fail(check, { file: bundleFile.events, line: read.count + 1, ...(seq !== undefined && { seq }), because })
  const { devices, follow } = deviceRuns(bytes, fail)
  let before = -1

  const take = (line: Line): void => {
    const { seq, leafFrom, leafTo } = line
    if (!isHashAt(sha256(bytes.subarray(line.eventFrom, line.eventTo)), line.eventHash, 0))
      fail('events', 'the event is not the one that its entry in the log names', seq)
    if (!line.openingsFit) fail('openings', 'a name or address in clear text is not the one that was written down', seq)
    if (seq <= before) fail('order', 'the entry stands behind a later one, or twice', seq)
    follow(line)
    before = seq
    leaf.set(bytes.subarray(leafFrom, leafTo), 1)
    leaves.add(seq, sha256(leaf.subarray(0, 1 + leafTo - leafFrom)))
    read.openings += line.openings
    read.erased += line.commitments - line.openings
  }

  for (let at = 0; at < bytes.length; read.count++) {
    try {
      const line = readLine(at)
      take(line)
      at = line.end
    } catch (error) {
      if (!(error instanceof Flawed)) throw error
      read.readable = false
      // No entry holds the byte that ends a line: the next one begins behind it.
      const end = bytes.indexOf(newline, at)
      fail('events', end < 0 ? 'the last line does not end' : 'the line is not an entry of this log as it is written')
      at = end < 0 ? bytes.length : end + 1
    }
  }
  return { ...read, ...leaves.all(), devices }
}
