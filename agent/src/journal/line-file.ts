import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from '../home.ts'

/** Where a line stands in the file, without its line break. */
export interface Place {
  offset: number
  length: number
}

/** A file of lines that is only ever appended to, or replaced as a whole. */
export interface LineFile {
  append(line: string, flush: boolean): Place
  read(place: Place): string
  /** Replaces the file by these of its lines, in this order; returns where they stand now. */
  rewrite(places: readonly Place[]): Place[]
  /** Replaces the file by other lines. */
  replace(lines: Iterable<string>): Place[]
  size(): number
  close(): void
}

const writeAll = (file: number, bytes: Uint8Array, position: number): void => {
  for (let done = 0; done < bytes.length; )
    done += fs.writeSync(file, bytes, done, bytes.length - done, position + done)
}

/**
 * Opens (or makes, mode 0600) the file at `path` and hands every line to `each`. What follows the last line break was
 * torn by a crash, was never promised to anybody, and is cut off.
 */
export const openLineFile = (path: string, each: (line: string, place: Place) => void): LineFile => {
  fs.closeSync(fs.openSync(path, 'a', 0o600))
  let file = fs.openSync(path, 'r+')
  let size = 0
  const content = fs.readFileSync(path)
  for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, size)) {
    each(content.toString('utf8', size, end), { offset: size, length: end - size })
    size = end + 1
  }
  if (size < content.length) fs.ftruncateSync(file, size)

  const readBytes = ({ offset, length }: Place): Buffer => {
    const bytes = Buffer.alloc(length)
    fs.readSync(file, bytes, 0, length, offset)
    return bytes
  }
  const swap = (fill: (put: (bytes: Uint8Array) => number) => void): void => {
    const draft = `${path}.tmp`
    const next = fs.openSync(draft, 'w+', 0o600)
    let end = 0
    try {
      fill((bytes) => {
        writeAll(next, bytes, end)
        end += bytes.length
        return end - bytes.length
      })
      fs.fsyncSync(next)
      fs.renameSync(draft, path)
    } catch (error) {
      fs.closeSync(next)
      throw error
    }
    syncFolder(dirname(path))
    fs.closeSync(file)
    file = next
    size = end
  }

  return {
    append: (line, flush) => {
      const bytes = Buffer.from(`${line}\n`)
      try {
        writeAll(file, bytes, size)
        if (flush) fs.fsyncSync(file)
      } catch (error) {
        // Half a line would swallow the next one.
        fs.ftruncateSync(file, size)
        throw error
      }
      size += bytes.length
      return { offset: size - bytes.length, length: bytes.length - 1 }
    },
    read: (place) => readBytes(place).toString('utf8'),
    rewrite: (places) => {
      const moved: Place[] = []
      swap((put) => {
        for (const run of runs(places)) {
          const from = run[0]?.offset ?? 0
          const to = put(readBytes({ offset: from, length: run.reduce((sum, { length }) => sum + length + 1, 0) }))
          for (const { offset, length } of run) moved.push({ offset: to + offset - from, length })
        }
      })
      return moved
    },
    replace: (lines) => {
      const places: Place[] = []
      swap((put) => {
        for (const line of lines) {
          const bytes = Buffer.from(`${line}\n`)
          places.push({ offset: put(bytes), length: bytes.length - 1 })
        }
      })
      return places
    },
    size: () => size,
    close: () => fs.closeSync(file),
  }
}

/** Neighbouring lines together, about a mebibyte at a time, so that a large file is copied in few steps. */
function* runs(places: readonly Place[]): Generator<Place[]> {
  let run: Place[] = []
  let bytes = 0
  for (const place of places) {
    const last = run.at(-1)
    if (last && (last.offset + last.length + 1 !== place.offset || bytes > 1024 * 1024)) {
      yield run
      run = []
      bytes = 0
    }
    run.push(place)
    bytes += place.length + 1
  }
  if (run.length > 0) yield run
}
