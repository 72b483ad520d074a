import { textOf, utf8 } from './bytes.ts'
import {
  type Cursor,
  expectBytes,
  readBase64url,
  readCount,
  readObject,
  skipString,
  skipValue,
  takeBytes,
} from './canonical-reader.ts'
import { saltLength } from './leaf.ts'
import type { Sha256 } from './primitives.ts'
import { hashLength } from './tree.ts'

/** What stands in one line of `events.jsonl`, as places in its bytes. One is used for all lines: read it before the next. */
export interface Line {
  eventFrom: number
  eventTo: number
  leafFrom: number
  leafTo: number
  seq: number
  deviceSeq: number | null
  /** The hash that the leaf names. */
  eventHash: Uint8Array
  /** The device's id in the event, without its quotes; both 0 where there is none. */
  deviceFrom: number
  deviceTo: number
  /** Commitments in the event, openings beside it, and whether each of these opens one of those. */
  commitments: number
  openings: number
  openingsFit: boolean
  /** Where the next line begins. */
  end: number
}

const eventBegin = utf8('{"event":')
const leafBegin = utf8(',"leaf":{"deviceSeq":')
const leafObjectAt = leafBegin.indexOf(0x7b)
const noDevice = utf8('null')
const leafEvent = utf8(',"event":"')
const leafSeq = utf8('","seq":')
const openingsBegin = utf8(',"openings":')
const objectEnd = utf8('}')
const lineEnd = utf8('}\n')
const commitmentBegin = utf8('{"sha256":"')
const commitmentEnd = utf8('"}')
const openingBegin = utf8('{"salt":"')
const openingValue = utf8('","value":')
const deviceIdKey = utf8('deviceId')
const fieldsKey = utf8('fields')
const inFields = utf8('fields.')
const openBrace = 0x7b
const quote = 0x22

/** Whether these bytes stand from one place to another. */
const isAt = (bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean => {
  if (to - from !== wanted.length) return false
  for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false
  return true
}

const isSame = (bytes: Uint8Array, from: number, to: number, otherFrom: number, otherTo: number): boolean => {
  if (to - from !== otherTo - otherFrom) return false
  for (let i = 0; i < to - from; i++) if (bytes[from + i] !== bytes[otherFrom + i]) return false
  return true
}

/** Whether a hash is the one that stands at a place among others. */
export const isHashAt = (hash: Uint8Array, hashes: Uint8Array, at: number): boolean => {
  for (let i = 0; i < hashLength; i++) if (hash[i] !== hashes[at + i]) return false
  return true
}

/** At least twice as many bytes, beginning with the same. */
const grown = (bytes: Uint8Array, least: number): Uint8Array => {
  const more = new Uint8Array(2 * least)
  more.set(bytes)
  return more
}

/**
 * Reads lines of a tree's `events.jsonl` where they lie. Written for a million of them: no text and no object is made of
 * an event, its bytes are only looked at. The function it gives throws `Flawed` unless a line stands at the place, with
 * its end, exactly as `eventLine` writes it.
 */
export const lineReader = (sha256: Sha256, bytes: Uint8Array, tree: string): ((from: number) => Line) => {
  const leafEnd = utf8(`,"tree":"${tree}","v":1}`)
  const c: Cursor = { bytes, at: 0, end: bytes.length }
  const line: Line = {
    eventFrom: 0,
    eventTo: 0,
    leafFrom: 0,
    leafTo: 0,
    seq: 0,
    deviceSeq: null,
    eventHash: new Uint8Array(hashLength),
    deviceFrom: 0,
    deviceTo: 0,
    commitments: 0,
    openings: 0,
    openingsFit: true,
    end: 0,
  }
  /** The commitments of the line: where the key stands, whether among the fields, and the hash. */
  const seen: { from: number; to: number; isField: boolean }[] = []
  let seenHashes: Uint8Array = new Uint8Array(8 * hashLength)
  let opened: Uint8Array = new Uint8Array(256)

  const takeCommitment = (from: number, to: number, isField: boolean): boolean => {
    if (!takeBytes(c, commitmentBegin)) return false
    const at = line.commitments * hashLength
    if (at === seenHashes.length) seenHashes = grown(seenHashes, at)
    readBase64url(c, hashLength, seenHashes, at)
    expectBytes(c, commitmentEnd)
    const one = seen[line.commitments] ?? { from, to, isField }
    one.from = from
    one.to = to
    one.isField = isField
    seen[line.commitments++] = one
    return true
  }

  const readField = (from: number, to: number): void => {
    if (!takeCommitment(from, to, true)) skipValue(c)
  }

  const readColumn = (from: number, to: number): void => {
    const at = c.at
    const first = bytes[at]
    if (first === quote) {
      skipString(c)
      if (!isAt(bytes, from, to, deviceIdKey)) return
      line.deviceFrom = at + 1
      line.deviceTo = c.at - 1
    } else if (first !== openBrace) skipValue(c)
    else if (takeCommitment(from, to, false)) return
    else if (isAt(bytes, from, to, fieldsKey)) readObject(c, readField)
    else skipValue(c)
  }

  /** Which commitment of the line a path names; -1 where none. */
  const commitmentAt = (from: number, to: number): number => {
    const field = from + inFields.length
    for (let i = 0; i < line.commitments; i++) {
      const one = seen[i]
      if (!one) break
      if (
        !one.isField
          ? isSame(bytes, from, to, one.from, one.to)
          : field <= to && isAt(bytes, from, field, inFields) && isSame(bytes, field, to, one.from, one.to)
      )
        return i
    }
    return -1
  }

  const readOpening = (from: number, to: number): void => {
    expectBytes(c, openingBegin)
    readBase64url(c, saltLength, opened)
    expectBytes(c, openingValue)
    const at = c.at
    const isPlain = skipString(c)
    const value = isPlain ? bytes.subarray(at + 1, c.at - 1) : utf8(JSON.parse(textOf(bytes.subarray(at, c.at))))
    expectBytes(c, objectEnd)
    const length = saltLength + 1 + value.length
    if (length > opened.length) opened = grown(opened, length)
    opened[saltLength] = 0
    opened.set(value, saltLength + 1)
    line.openings++
    const place = commitmentAt(from, to)
    if (place < 0 || !isHashAt(sha256(opened.subarray(0, length)), seenHashes, place * hashLength))
      line.openingsFit = false
  }

  const readLeaf = (): void => {
    expectBytes(c, leafBegin)
    line.leafFrom = c.at - leafBegin.length + leafObjectAt
    line.deviceSeq = takeBytes(c, noDevice) ? null : readCount(c)
    expectBytes(c, leafEvent)
    readBase64url(c, hashLength, line.eventHash)
    expectBytes(c, leafSeq)
    line.seq = readCount(c)
    expectBytes(c, leafEnd)
    line.leafTo = c.at
  }

  return (from) => {
    c.at = from
    line.commitments = 0
    line.openings = 0
    line.openingsFit = true
    line.deviceFrom = 0
    line.deviceTo = 0
    expectBytes(c, eventBegin)
    line.eventFrom = c.at
    readObject(c, readColumn)
    line.eventTo = c.at
    readLeaf()
    expectBytes(c, openingsBegin)
    readObject(c, readOpening)
    expectBytes(c, lineEnd)
    line.end = c.at
    return line
  }
}
