import { bundleFile } from '@gatehouse/shared/audit/bundle'
import { Unreadable } from './source.ts'

const kilobyte = 1_024
const megabyte = 1_024 * kilobyte
const gigabyte = 1_024 * megabyte

/** The most bytes that each file of a bundle may have. All but the events are held in memory. */
export const mostBytes: Readonly<Record<string, number>> = {
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

/** The folder beside the bundle's files in which the verifier may lie. */
export const verifierFolder = 'verifier/'

/** Throws `Unreadable` where a file claims to hold more than it ever could. */
export const demandSize = (name: string, size: number, packed = size): void => {
  const most = mostBytes[name] ?? 0
  if (size > most) throw new Unreadable(`${name} claims to hold ${size} bytes, and may hold ${most} at most.`)
  if (size > smallEnoughForAnyPacking && size > packed * mostPacking)
    throw new Unreadable(
      `${name} claims to be packed ${Math.round(size / packed)} times smaller: this is no real bundle.`,
    )
}
