import { besideFolder } from '@gatehouse/shared/audit/beside'
import { demandSizes, mostNames } from './limits.ts'
import { type Bytes, type Source, Unreadable } from './source.ts'

const pieceLength = 256 * 1024

const readPieces = async (bytes: Bytes, take: (bytes: Uint8Array) => void | Promise<void>): Promise<void> => {
  for (let from = 0; from < bytes.size; ) {
    const piece = await bytes.read(from, pieceLength)
    if (piece.length === 0) throw new Unreadable('A file became shorter while it was read.')
    await take(piece)
    from += piece.length
  }
}

/** Throws `Unreadable` where a folder holds more files than any that a bundle was unpacked into. */
export const demandFew = (count: number): void => {
  if (count > mostNames) throw new Unreadable(`The folder holds more than ${mostNames} files. A bundle holds nine.`)
}

/** What a desktop puts into a folder that somebody only looked into: of the folder, and of no bundle. */
const byDesktops: readonly string[] = ['.DS_Store', 'Thumbs.db', 'desktop.ini']

const isByDesktop = (name: string): boolean =>
  byDesktops.includes(name.startsWith(besideFolder) ? name.slice(besideFolder.length) : name)

/** A bundle that was unpacked: its files with their sizes, of which `open` gives one to be read while `work` lasts. */
export const unpacked = (
  found: ReadonlyMap<string, number>,
  open: (name: string, work: (bytes: Bytes) => Promise<void>) => Promise<void>,
): Source => {
  demandFew(found.size)
  const files = new Map([...found].filter(([name]) => !isByDesktop(name)))
  demandSizes([...files].map(([name, size]) => [name, size, size]))
  return { files, read: (name, take) => open(name, (bytes) => readPieces(bytes, take)), close: async () => undefined }
}
