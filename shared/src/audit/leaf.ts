import { base64url, fromBase64url, joined, textOf, utf8 } from './bytes.ts'
import { canonical, type Json } from './canonical.ts'
import { isTreeId } from './checkpoint.ts'
import { malformed } from './flawed.ts'
import type { Sha256 } from './primitives.ts'
import { hashLength } from './tree.ts'

/** What one event puts into its customer's tree. Holds nothing of the event but the hash of its canonical bytes. */
export interface Leaf {
  /** The customer's id, or `makersTree`. */
  tree: string
  /** Its index in the tree: 0, 1, 2, … */
  seq: number
  /** Which of its device's events in this tree it is: 0, 1, 2, …; null where it is about no device. */
  deviceSeq: number | null
  /** SHA-256 of the event's canonical bytes. */
  event: Uint8Array
}

/** The exact bytes of a leaf: canonical JSON; throws `Flawed` where a part cannot stand in one. */
export const leafBytes = ({ tree, seq, deviceSeq, event }: Leaf): Uint8Array => {
  const areCounts = [seq, deviceSeq ?? 0].every((count) => Number.isSafeInteger(count) && count >= 0)
  if (!areCounts || !isTreeId(tree) || event.length !== hashLength) throw malformed('this cannot be a leaf')
  return utf8(`{"deviceSeq":${deviceSeq},"event":"${base64url(event)}","seq":${seq},"tree":"${tree}","v":1}`)
}

const leafText =
  /^\{"deviceSeq":(null|\d{1,16}),"event":"([\w-]{43})","seq":(\d{1,16}),"tree":"([A-Za-z0-9._-]{1,64})","v":1\}$/

/** Reads the bytes of a leaf; throws `Flawed` unless they are those that `leafBytes` gives. */
export const readLeaf = (bytes: Uint8Array): Leaf => {
  const text = textOf(bytes)
  const [, deviceSeq, event = '', seq, tree = ''] = leafText.exec(text) ?? []
  const leaf = {
    tree,
    seq: Number(seq),
    deviceSeq: deviceSeq === 'null' ? null : Number(deviceSeq),
    event: fromBase64url(event),
  }
  if (textOf(leafBytes(leaf)) !== text) throw malformed('this is no leaf')
  return leaf
}

/** What a commitment hides: the value in clear text, and 16 random bytes as base64url that make it unguessable. */
export interface Opening {
  salt: string
  value: string
}

/** Openings by the path of their field: `actorName`, `fields.name`. Erasing one leaves every proof as it was. */
export type Openings = Readonly<Record<string, Opening>>

/** What stands in an event's canonical bytes in the place of a personal value. */
export interface Commitment {
  readonly sha256: string
}

export const saltLength = 16

/** SHA-256(salt, 0x00, value as UTF-8), base64url. The salt's length is fixed, so nothing else gives the same bytes. */
export const commitmentOf = (sha256: Sha256, { salt, value }: Opening): string => {
  const bytes = fromBase64url(salt)
  if (bytes.length !== saltLength || !value.isWellFormed()) throw malformed('this cannot be committed to')
  return base64url(sha256(joined(bytes, Uint8Array.of(0), utf8(value))))
}

/** Whether a value of an event is a commitment and nothing else. */
export const isCommitment = (value: Json | undefined): value is { readonly sha256: string } =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).join() === 'sha256' &&
  /^[\w-]{43}$/.test(String((value as { sha256?: Json }).sha256))

/** An event as its canonical bytes hold it: columns, and one level of fields. */
export type EventRecord = Readonly<Record<string, Json>>

const inFields = 'fields.'

const fieldsOf = (event: EventRecord): Readonly<Record<string, Json>> => (event.fields ?? {}) as Record<string, Json>

const valueAt = (event: EventRecord, path: string): Json | undefined =>
  path.startsWith(inFields) ? fieldsOf(event)[path.slice(inFields.length)] : event[path]

const withValue = (event: EventRecord, path: string, value: Json): EventRecord =>
  path.startsWith(inFields)
    ? { ...event, fields: { ...fieldsOf(event), [path.slice(inFields.length)]: value } }
    : { ...event, [path]: value }

/**
 * Puts commitments in the place of the personal values of an event and gives what opens them, to be kept beside.
 * `personal` are paths (`actorName`, `fields.name`); what is null or absent stays so. `newSalt` gives 16 random bytes,
 * fresh for each value: with one salt for two, who knows one value could try the other.
 */
export const commitTo = (
  sha256: Sha256,
  event: EventRecord,
  personal: readonly string[],
  newSalt: () => Uint8Array,
): { event: EventRecord; openings: Openings } => {
  const openings: Record<string, Opening> = {}
  // Copied once, and not for each value.
  const committed: Record<string, Json> = { ...event }
  const fields: Record<string, Json> = { ...fieldsOf(event) }
  for (const path of personal) {
    const value = valueAt(event, path)
    if (value === null || value === undefined) continue
    if (typeof value !== 'string') throw malformed(`${path} is no text, and cannot be committed to`)
    const opening = { salt: base64url(newSalt()), value }
    const commitment = { sha256: commitmentOf(sha256, opening) }
    if (path.startsWith(inFields)) fields[path.slice(inFields.length)] = commitment
    else committed[path] = commitment
    openings[path] = opening
  }
  if (event.fields !== undefined) committed.fields = fields
  return { event: committed, openings }
}

/** The paths of all commitments in an event. */
export const commitmentsOf = (event: EventRecord): string[] => [
  ...Object.keys(event).filter((name) => isCommitment(event[name])),
  ...Object.keys(fieldsOf(event))
    .filter((name) => isCommitment(fieldsOf(event)[name]))
    .map((name) => `${inFields}${name}`),
]

/**
 * Puts the clear text back where it is still there. `erased` are the paths whose opening is gone; their commitments stay.
 * Throws `Flawed` where an opening does not fit, or opens nothing.
 */
export const reveal = (
  sha256: Sha256,
  event: EventRecord,
  openings: Openings,
): { event: EventRecord; erased: string[] } => {
  const paths = commitmentsOf(event)
  let revealed = event
  for (const [path, opening] of Object.entries(openings)) {
    const commitment = valueAt(event, path)
    if (!paths.includes(path) || !isCommitment(commitment)) throw malformed(`there is nothing to open at ${path}`)
    if (commitmentOf(sha256, opening) !== commitment.sha256)
      throw malformed(`what was kept of ${path} is not what it was`)
    revealed = withValue(revealed, path, opening.value)
  }
  return { event: revealed, erased: paths.filter((path) => !Object.hasOwn(openings, path)) }
}

/** The hash of an event that stands in its leaf, from the event as it is written down. */
export const eventHash = (sha256: Sha256, event: EventRecord): Uint8Array => sha256(utf8(canonical(event)))
