import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Stopped } from './stopped.ts'

/** Where exports lie, readable by nobody else. */
export const folderOf = (dataDir: string): string => join(dataDir, 'exports')

/** The file of an export that is ready. */
export const pathOf = (dataDir: string, id: string): string => join(folderOf(dataDir), id)

/** The file of one that is being made. */
const partOf = (dataDir: string, id: string): string => `${pathOf(dataDir, id)}.part`

/** A file that is being written, from its beginning to its end. */
export interface Writing {
  write(bytes: Uint8Array | string): Promise<void>
  /** How much was written. */
  bytes(): number
  /** Ends it, under its name: from here on it is whole. */
  finish(): Promise<{ bytes: number; sha256: string }>
  /** Leaves off. */
  close(): Promise<void>
}

const atOnce = 256 * 1024

/** Begins the file of an export anew; beyond `most` bytes it throws `Stopped` with this sentence. */
export const beginFile = async (dataDir: string, id: string, most: number, because: string): Promise<Writing> => {
  await mkdir(folderOf(dataDir), { recursive: true, mode: 0o700 })
  const file = await open(partOf(dataDir, id), 'w', 0o600)
  const hash = createHash('sha256')
  let waiting: Uint8Array[] = []
  let held = 0
  let written = 0
  const flush = async () => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    held = 0
    hash.update(bytes)
    await file.writeFile(bytes)
  }
  return {
    bytes: () => written,
    write: async (given) => {
      const bytes = typeof given === 'string' ? Buffer.from(given, 'utf8') : Buffer.from(given)
      written += bytes.length
      if (written > most) throw new Stopped(because)
      waiting.push(bytes)
      held += bytes.length
      if (held >= atOnce) await flush()
    },
    finish: async () => {
      await flush()
      await file.sync()
      await file.close()
      await rename(partOf(dataDir, id), pathOf(dataDir, id))
      return { bytes: written, sha256: hash.digest('hex') }
    },
    close: () => file.close().catch(() => undefined),
  }
}

/** Removes what there is of an export. */
export const removeFiles = async (dataDir: string, id: string): Promise<void> => {
  await Promise.all([pathOf(dataDir, id), partOf(dataDir, id)].map((path) => rm(path, { force: true })))
}

/** The ids of the exports of which there is a file. */
export const idsOnDisk = async (dataDir: string): Promise<string[]> => {
  try {
    const names = await readdir(folderOf(dataDir))
    return [...new Set(names.map((name) => name.replace(/\.part$/, '')))]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/**
 * The bytes of a file that is ready, hashed on the way: the last of them are handed out only where they are those that
 * were written, so that a file that was changed on the disk never arrives whole.
 */
export const fileStream = (path: string, of: { bytes: number; sha256: string }): ReadableStream<Uint8Array> => {
  const hash = createHash('sha256')
  let at = 0
  const opening = open(path, 'r')
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const file = await opening
      const { buffer, bytesRead } = await file.read(Buffer.alloc(atOnce), 0, atOnce, at)
      at += bytesRead
      hash.update(buffer.subarray(0, bytesRead))
      const isLast = at >= of.bytes || bytesRead === 0
      if (isLast && (at !== of.bytes || hash.digest('hex') !== of.sha256)) {
        await file.close()
        throw new Error('the file of an export was changed on the disk')
      }
      if (bytesRead > 0) controller.enqueue(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead))
      if (!isLast) return
      await file.close()
      controller.close()
    },
    cancel: async () => {
      const file = await opening.catch(() => undefined)
      await file?.close()
    },
  })
}
