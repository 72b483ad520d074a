import { bundleFile } from '@gatehouse/shared/audit/bundle'
import { treeOf } from '@gatehouse/shared/audit/checkpoint'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { readKey } from '@gatehouse/shared/audit/note'
import type { Primitives } from '@gatehouse/shared/audit/primitives'
import { type Against, openVerifier, type Verification } from '@gatehouse/shared/audit/verify'
import { isKnown } from './limits.ts'
import { type Source, Unreadable } from './source.ts'

/** How much of the events has been read: bytes of bytes. */
export type Progress = (done: number, of: number) => void

/** What a bundle is checked with, and what is done with the bytes of its events on the way. */
export interface Checking {
  progress?: Progress
  /** Shown every piece of `events.jsonl`; must not keep it. */
  onEvents?: (bytes: Uint8Array) => void
  /** Lets others have their turn, where there are others. */
  pause?: () => Promise<void> | undefined
}

/** A key that was not copied whole says nothing of any bundle. */
const demandKey = ({ sha256 }: Primitives, pinned: string): void => {
  try {
    treeOf(readKey(sha256, pinned).name)
  } catch (error) {
    if (!(error instanceof Flawed)) throw error
    throw new Unreadable(`Your key cannot be read: ${error.message.replace(/([^?])$/, '$1.')}`)
  }
}

const readWhole = async (source: Source, name: string, size: number): Promise<Uint8Array> => {
  const whole = new Uint8Array(size)
  let at = 0
  await source.read(name, (bytes) => {
    if (at + bytes.length > size) throw new Unreadable(`${name} is longer than it claims to be.`)
    whole.set(bytes, at)
    at += bytes.length
  })
  if (at !== size) throw new Unreadable(`${name} is shorter than it claims to be.`)
  return whole
}

/**
 * Checks a bundle where it lies. The events are read as a stream; of them 40 bytes an entry are kept, and the other files.
 * Throws `Unreadable` where what was given is no bundle that could be read.
 */
export const checkBundle = async (
  primitives: Primitives,
  source: Source,
  against: Against,
  { progress, onEvents, pause }: Checking = {},
): Promise<Verification> => {
  const ofBundle: readonly string[] = Object.values(bundleFile)
  if (![...source.files.keys()].some((name) => ofBundle.includes(name)))
    throw new Unreadable(`This is no proof bundle: ${bundleFile.manifest} and the other files of one are not there.`)
  demandKey(primitives, against.pinnedKey)
  const files = new Map<string, Uint8Array>()
  for (const [name, size] of source.files) {
    // What does not belong in a bundle is named, and not read.
    const isRead = isKnown(name) && name !== bundleFile.events
    files.set(name, isRead ? await readWhole(source, name, size) : new Uint8Array(0))
  }
  const expected = source.files.get(bundleFile.events)
  const verifier = openVerifier(primitives, against, Math.min(expected ?? 0, mostHinted))
  if (expected !== undefined) {
    let done = 0
    await source.read(bundleFile.events, (bytes) => {
      verifier.events(bytes)
      onEvents?.(bytes)
      done += bytes.length
      progress?.(done, expected)
      return pause?.()
    })
  }
  return verifier.conclude(files)
}

/** Memory is not set aside for more than two million entries before they have come. */
const mostHinted = 1_000_000_000
