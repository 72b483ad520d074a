import { open } from 'node:fs/promises'
import type { BundleFiles } from '@gatehouse/shared/audit/bundle'
import { ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js'

const pieceLength = 1024 * 1024

/** Bytes piece by piece, so that not all of them are copied at once. */
const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + pieceLength))
      at += pieceLength
    },
  })
}

/** Packs a bundle into a zip file as a server does: written while it is read, none of it in memory at once. */
export const packInto = async (path: string, files: BundleFiles, say: (text: string) => void): Promise<void> => {
  say('packing it into a zip file')
  const file = await open(path, 'w')
  try {
    const sink = new WritableStream<Uint8Array>({ write: async (bytes) => void (await file.writeFile(bytes)) })
    const writer = new ZipWriter(sink, {
      useWebWorkers: false,
      level: 6,
      lastModDate: new Date(),
      extendedTimestamp: false,
    })
    for (const [name, bytes] of files) await writer.add(name, streamOf(bytes))
    await writer.close()
    say(`${Math.round((await file.stat()).size / 1e6)} MB packed`)
  } finally {
    await file.close()
  }
}
