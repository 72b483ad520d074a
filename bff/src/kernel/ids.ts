import { createHash, randomBytes, randomFillSync, randomUUID } from 'node:crypto'
import { v7 } from 'uuid'

// Asked of the system for many at a time: one by one, the asking costs more than all else about an id.
const stock = new Uint8Array(4_096)
let used = stock.length

/** Random bytes, at most 64 at a time, each handed out once. */
export const randomOf = (length: number): Uint8Array => {
  if (used + length > stock.length) {
    randomFillSync(stock)
    used = 0
  }
  const bytes = stock.slice(used, used + length)
  stock.fill(0, used, used + length)
  used += length
  return bytes
}

/** A new id, UUIDv7: ids of one process rise, so that a list by id is a list by time. */
export const newId = (): string => v7()

// A count of its own, from anywhere: two processes of one millisecond do not meet.
let count = randomBytes(4).readUInt32BE() & 0x3fffffff

/** As `newId`, of the moment `at` (ms since the epoch): an event's id is in the order of its time. */
export const newIdAt = (at: number): string => {
  count = (count + 1) | 0
  return v7({ msecs: at, seq: count, random: randomOf(16) })
}

/** The least id of the moment `at` (ms since the epoch): ids of events begin with their time. */
export const idAt = (at: number): string => {
  const hex = Math.max(0, at).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** A new id that tells nothing of when it was made, UUIDv4. */
export const randomId = (): string => randomUUID()

/** A secret of 256 bits, base64url: for cookies, tickets and links. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** SHA-256 of a text, hex: how tokens, tickets and codes are kept. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** True for the text of a UUID; anything else would be an error of the database instead of an absence. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
