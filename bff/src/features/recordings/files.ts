import { createHash } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the parts of a session's recording lie. */
export const folderOf = (dataDir: string, sessionId: string): string => join(dataDir, 'recordings', sessionId)

const pathOf = (folder: string, part: number): string => join(folder, `${part}.cast`)

/** Makes the folder of a recording, readable by nobody else. */
export const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** SHA-256, hex, of a part. */
export const hashPart = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Writes a part that was not there before; when this resolves it outlives a loss of power. */
export const writePart = async (folder: string, part: number, bytes: Uint8Array): Promise<void> => {
  const handle = await open(pathOf(folder, part), 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await sync(folder)
}

/** The bytes of a part if they are still those that were stored, else `undefined`. */
export const readPart = async (
  folder: string,
  stored: { part: number; bytes: number; hash: string },
): Promise<Buffer | undefined> => {
  try {
    const bytes = await readFile(pathOf(folder, stored.part))
    return bytes.length === stored.bytes && hashPart(bytes) === stored.hash ? bytes : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
