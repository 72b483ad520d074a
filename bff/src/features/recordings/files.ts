import { createHash } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the parts of a session's recording lie. */
export const folderOf = (dataDir: string, sessionId: string): string => join(dataDir, 'recordings', sessionId)

/** The file of one part. */
export const pathOfPart = (folder: string, part: number): string => join(folder, `${part}.cast`)

/** Makes the folder of a recording, readable by nobody else. */
export const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** Makes sure that the names in a folder outlive a loss of power. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** SHA-256, hex, of a part. */
export const hashPart = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The bytes of a part if they are still those that were stored, else `undefined`. */
export const readPart = async (
  folder: string,
  stored: { part: number; bytes: number; hash: string },
): Promise<Buffer | undefined> => {
  try {
    const bytes = await readFile(pathOfPart(folder, stored.part))
    return bytes.length === stored.bytes && hashPart(bytes) === stored.hash ? bytes : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
