import { hash } from 'node:crypto'
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { besideFolder } from '@gatehouse/shared/audit/beside'
import { portable } from '@gatehouse/shared/audit/portable'
import type { Primitives } from '@gatehouse/shared/audit/primitives'
import { type Bytes, type Source, Unreadable } from '../source.ts'
import { demandFew, unpacked } from '../unpacked.ts'
import { openZip } from '../zip.ts'

/**
 * The hashes of Node, of which there are millions. Of signatures there are three, and they are judged as on the page:
 * so that no signature holds in one and not in the other.
 */
export const primitives: Primitives = { sha256: (bytes) => hash('sha256', bytes, 'buffer'), verify: portable.verify }

const bytesOf = (file: FileHandle, size: number): Bytes => ({
  size,
  read: async (from, length) => {
    const into = new Uint8Array(Math.max(0, Math.min(length, size - from)))
    let at = 0
    while (at < into.length) {
      const { bytesRead } = await file.read(into, at, into.length - at, from + at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return into.subarray(0, at)
  },
})

/** Opens a file that is one and nothing else: no pipe that never ends, no device. */
const openFile = async (path: string): Promise<{ bytes: Bytes; file: FileHandle }> => {
  const file = await open(path, 'r')
  const about = await file.stat()
  if (about.isFile()) return { file, bytes: bytesOf(file, about.size) }
  await file.close()
  throw new Unreadable(`${path} is no file.`)
}

/** A bundle that was unpacked into a folder. Links are not followed. */
const openFolder = async (folder: string): Promise<Source> => {
  const files = new Map<string, number>()
  const look = async (within: string): Promise<void> => {
    for (const one of await readdir(join(folder, within))) {
      const name = `${within}${one}`
      const about = await lstat(join(folder, name))
      if (about.isDirectory() && `${name}/` === besideFolder) await look(besideFolder)
      else if (about.isFile()) files.set(name, about.size)
      else throw new Unreadable(`The folder holds ${name}, which is no file. A bundle holds nothing but files.`)
      demandFew(files.size)
    }
  }
  await look('')
  return unpacked(files, async (name, work) => {
    const { bytes, file } = await openFile(join(folder, name))
    try {
      await work(bytes)
    } finally {
      await file.close()
    }
  })
}

/** Opens what is at a path, a zip file or a folder; throws `Unreadable`, or the system's error. */
export const openSource = async (path: string): Promise<Source> => {
  const about = await lstat(path)
  if (about.isDirectory()) return openFolder(path)
  const { bytes, file } = await openFile(path)
  try {
    return await openZip(bytes, () => file.close())
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The bytes of a small file, such as a key or a checkpoint. */
export const readSmall = async (path: string, most: number): Promise<Uint8Array> => {
  const { bytes, file } = await openFile(path)
  try {
    if (bytes.size > most) throw new Unreadable(`${path} is far too large to be what it should be.`)
    return await bytes.read(0, most)
  } finally {
    await file.close()
  }
}
