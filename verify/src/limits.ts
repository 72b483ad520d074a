import { besideFolder, isBeside } from '@gatehouse/shared/audit/beside'
import { bundleFile } from '@gatehouse/shared/audit/bundle'
import { Unreadable } from './source.ts'

const kilobyte = 1_024
const megabyte = 1_024 * kilobyte
const gigabyte = 1_024 * megabyte

/** The most bytes that each file of a bundle may have. All but the events are held in memory. */
const mostBytes: Readonly<Record<string, number>> = {
  [bundleFile.readme]: megabyte,
  [bundleFile.keys]: 64 * kilobyte,
  [bundleFile.manifest]: 128 * megabyte,
  [bundleFile.seal]: megabyte,
  [bundleFile.events]: 64 * gigabyte,
  [bundleFile.proof]: gigabyte,
  [bundleFile.checkpoint]: megabyte,
  [bundleFile.earlier]: megabyte,
  [bundleFile.consistency]: 64 * kilobyte,
}

/** Names in a bundle, its folders and the verifier beside it: a bundle has nine. */
export const mostNames = 64
/** Bytes of a zip's table of contents that are read at once; that of a bundle has fewer than two thousand. */
export const mostOfDirectory = megabyte
/** How many times smaller than what it holds a packed file may be: the hashes in events cannot be packed. */
const mostPacking = 100
const smallEnoughForAnyPacking = megabyte

/** The most bytes that lie beside them, all together. */
const mostBeside = 16 * megabyte

/** Whether a file of this name is of a bundle, or may lie beside one; others are named, and not read. */
export const isKnown = (name: string): boolean => Object.hasOwn(mostBytes, name) || isBeside(name)

/** Throws `Unreadable` where files claim to hold more than they ever could. */
export const demandSizes = (files: Iterable<readonly [name: string, size: number, packed: number]>): void => {
  let beside = 0
  for (const [name, size, packed] of files) {
    if (isKnown(name)) demandSize(name, size, packed)
    if (isBeside(name)) beside += size
  }
  if (beside > mostBeside)
    throw new Unreadable(`${besideFolder} claims to hold ${beside} bytes, and may hold ${mostBeside} at most.`)
}

const demandSize = (name: string, size: number, packed: number): void => {
  const most = isBeside(name) ? mostBeside : (mostBytes[name] ?? 0)
  if (size > most) throw new Unreadable(`${name} claims to hold ${size} bytes, and may hold ${most} at most.`)
  if (size > smallEnoughForAnyPacking && size > packed * mostPacking)
    throw new Unreadable(
      `${name} claims to be packed ${Math.round(size / packed)} times smaller: this is no real bundle.`,
    )
}
