import { ReadableStream } from 'node:stream/web'
import { ZipWriter } from '@zip.js/zip.js'
import type { Writing } from './files.ts'

type Add = (name: string, parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Promise<void>

/** Small parts are joined, so that each is worth its way through the streams. */
async function* joined(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let held = 0
  for await (const part of parts) {
    waiting.push(part)
    held += part.length
    if (held < 64 * 1024) continue
    yield Buffer.concat(waiting)
    waiting = []
    held = 0
  }
  if (held > 0) yield Buffer.concat(waiting)
}

/**
 * Writes a zip, entry after entry and none of them in memory; every entry has the same time (`at`, ms), so that the same
 * contents give the same file.
 */
export const zipInto = async (file: Writing, at: number, fill: (add: Add) => Promise<void>): Promise<void> => {
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => file.write(chunk) })
  // zip.js writes local time: whatever the zone of the machine, it is that of UTC here.
  const shown = new Date(at)
  const lastModDate = new Date(
    shown.getUTCFullYear(),
    shown.getUTCMonth(),
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  )
  const zip = new ZipWriter(sink, { lastModDate, extendedTimestamp: false, useWebWorkers: false, level: 6 })
  await fill(async (name, parts) => {
    await zip.add(name, ReadableStream.from(joined(parts)) as globalThis.ReadableStream<Uint8Array>)
  })
  await zip.close()
}
