import { type BundleFiles, bundleFile } from '@gatehouse/shared/audit/bundle'
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js'
import type { Bytes, Source } from '../source.ts'
import { openZip } from '../zip.ts'

configure({ useWebWorkers: false })

type Options = ConstructorParameters<typeof ZipWriter>[1]

/** Files as another program than Gatehouse packs them; names may be whatever a test wants. */
export const zipped = async (
  files: Iterable<readonly [name: string, bytes: Uint8Array]>,
  options: Options = {},
): Promise<Uint8Array> => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { extendedTimestamp: false, ...options })
  for (const [name, bytes] of files)
    await writer.add(name, name.endsWith('/') ? undefined : new Uint8ArrayReader(bytes))
  return writer.close()
}

/** A bundle as a server packs it: each file written while it is made, when nobody knows its length yet. */
export const zippedBundle = async (
  files: BundleFiles,
  more: readonly (readonly [string, Uint8Array])[] = [],
): Promise<Uint8Array> => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    extendedTimestamp: false,
    lastModDate: new Date(2026, 10, 22, 6),
  })
  for (const [name, bytes] of [...files, ...more]) await writer.add(name, new Blob([bytes.slice()]).stream())
  return writer.close()
}

/** Bytes in memory, as those of a file. */
export const inMemory = (bytes: Uint8Array): Bytes => ({
  size: bytes.length,
  read: async (from, length) => bytes.slice(from, from + length),
})

export const zipSource = (bytes: Uint8Array): Promise<Source> => openZip(inMemory(bytes))

/** The bundle's files with one of them changed. */
export const withFile = (files: BundleFiles, name: string, change: (bytes: Uint8Array) => Uint8Array): BundleFiles =>
  new Map(files).set(name, change(files.get(name) ?? new Uint8Array(0)))

export const linesOf = (files: BundleFiles): string[] =>
  new TextDecoder().decode(files.get(bundleFile.events)).split('\n').slice(0, -1)

export const withLines = (files: BundleFiles, lines: readonly string[]): BundleFiles =>
  withFile(files, bundleFile.events, () => new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')))
