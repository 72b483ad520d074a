import * as zip from '@zip.js/zip.js/lib/zip-core-custom.js'
import { demandSizes, mostNames, mostOfDirectory } from './limits.ts'
import { type Bytes, type Source, Unreadable } from './source.ts'
import { demandForm } from './zip-form.ts'

/** How the library reads: everything that can be understood in two ways is refused. */
const strictly = {
  strictness: 'strict',
  checkCrc32: true,
  checkOverlappingEntry: true,
  useWebWorkers: false,
} as const

/** Bytes as the library wants them; whatever it is made to believe, it is given no more than a little at once. */
class Reading extends zip.Reader<Bytes> {
  readonly #bytes: Bytes
  constructor(bytes: Bytes) {
    super(bytes)
    this.#bytes = bytes
    this.size = bytes.size
  }
  override async readUint8Array(from: number, length: number): Promise<Uint8Array> {
    if (length > mostOfDirectory) throw new Unreadable('Its table of contents is far larger than that of a bundle.')
    return this.#bytes.read(from, length)
  }
}

const encrypted = 'The zip file is encrypted, and a bundle never is. Unpack it, and choose the folder.'

/** What the library's errors mean to a person. */
const meanings: Readonly<Record<string, string>> = {
  [zip.ERR_BAD_FORMAT]: 'This is not a zip file, or only a part of one.',
  [zip.ERR_EOCDR_NOT_FOUND]: 'This is not a zip file, or its end is missing. Was it copied whole?',
  [zip.ERR_EOCDR_LOCATOR_ZIP64_NOT_FOUND]: 'The end of the zip file is damaged.',
  [zip.ERR_CENTRAL_DIRECTORY_NOT_FOUND]: 'The table of contents of the zip file is damaged.',
  [zip.ERR_LOCAL_FILE_HEADER_NOT_FOUND]: 'The zip file is damaged: a file does not begin where it should.',
  [zip.ERR_ENCRYPTED]: encrypted,
  [zip.ERR_UNSUPPORTED_ENCRYPTION]: encrypted,
  [zip.ERR_ENCRYPTED_CENTRAL_DIRECTORY]: encrypted,
  [zip.ERR_SPLIT_ZIP_FILE]: 'The zip file is one part of several.',
  [zip.ERR_UNSAFE_FILENAME]: 'The zip file holds a name that leads out of its own folder, which no bundle does.',
  [zip.ERR_OVERLAPPING_ENTRY]: 'Two files in the zip file lie over one another, which in no bundle they do.',
  [zip.ERR_ENTRY_DATA_OUT_OF_BOUNDS]: 'The zip file is damaged: a file goes on behind its end.',
}

/** As `meanings`, of one file in it. */
const meaningsOfFile: Readonly<Record<string, string>> = {
  [zip.ERR_INVALID_CRC32]: 'is damaged: its checksum in the zip file is another.',
  [zip.ERR_INVALID_UNCOMPRESSED_SIZE]: 'is damaged: it is longer or shorter than the zip file says.',
  [zip.ERR_INVALID_COMPRESSED_DATA]: 'is damaged: it cannot be unpacked.',
  [zip.ERR_UNSUPPORTED_COMPRESSION]: 'is packed in a way that no bundle uses.',
}

const ambiguities: Readonly<Record<string, string>> = {
  'appended data': 'something stands behind its end',
  'prepended data': 'something stands before its beginning',
  'duplicate filename': 'it holds two files of one name',
}

/** The sentence for what went wrong; `name` is the file that was being read, where it was one. */
const unreadable = (error: unknown, name?: string): Unreadable => {
  if (error instanceof Unreadable) return error
  const message = error instanceof Error ? error.message : ''
  const reason = error instanceof Error && 'reason' in error ? String(error.reason) : undefined
  if (reason !== undefined)
    return new Unreadable(`This zip file can be read in more than one way: ${ambiguities[reason] ?? reason}.`)
  const whole = meanings[message]
  if (whole !== undefined) return new Unreadable(whole)
  const ofFile = meaningsOfFile[message] ?? 'is damaged and cannot be read.'
  return new Unreadable(`${name ?? 'The zip file'} ${ofFile}`)
}

const isFile = (entry: zip.Entry): entry is zip.FileEntry => !entry.directory

const symbolicLink = 0o120000

/** Reads the table of contents and refuses what no bundle has. */
const readContents = async (reader: zip.ZipReader<unknown>): Promise<Map<string, zip.FileEntry>> => {
  const files = new Map<string, zip.FileEntry>()
  let names = 0
  for await (const entry of reader.getEntriesGenerator(strictly)) {
    const { filename } = entry
    if (++names > mostNames)
      throw new Unreadable(`The zip file holds more than ${mostNames} files. A bundle holds nine.`)
    if (entry.encrypted) throw new Unreadable(encrypted)
    if ((((entry.externalFileAttributes ?? 0) >>> 16) & 0o170000) === symbolicLink)
      throw new Unreadable('The zip file holds a link to another file. No bundle does.')
    if (!isFile(entry)) throw new Unreadable('The zip file holds a folder that is not of a bundle.')
    files.set(filename, entry)
  }
  if (reader.comment.length > 0) throw new Unreadable('The zip file carries a comment. No bundle does.')
  return files
}

/** Opens a zip file; throws `Unreadable` with a sentence for people where it is none, or none that can be trusted to be one thing. */
export const openZip = async (bytes: Bytes, close: () => Promise<void> = async () => undefined): Promise<Source> => {
  const reader = new zip.ZipReader(new Reading(bytes), strictly)
  const files = await readContents(reader).catch((error: unknown) => {
    throw unreadable(error)
  })
  demandSizes(
    [...files].map(([name, { uncompressedSize, compressedSize }]) => [name, uncompressedSize, compressedSize]),
  )
  await demandForm(bytes)
  return {
    files: new Map([...files].map(([name, entry]) => [name, entry.uncompressedSize])),
    read: async (name, take) => {
      const entry = files.get(name)
      if (!entry) throw new Unreadable(`${name} is not there.`)
      const sink = new WritableStream<Uint8Array>({ write: (chunk) => take(chunk) }, { highWaterMark: 4 })
      await entry.getData(sink, strictly).catch((error: unknown) => {
        throw unreadable(error, name)
      })
    },
    close,
  }
}
