import { joined, sameBytes, textOf } from '@gatehouse/shared/audit/bytes'
import { inert } from './inert.ts'
import { mostNames, mostOfDirectory } from './limits.ts'
import { type Bytes, Unreadable } from './source.ts'

/*
 * A zip has room for what says nothing of its files: when and by what they were packed, who may use them, on which disk they
 * lie. That no byte of a bundle is free, every one of them has to be what Gatehouse writes. This form is for good: it is what
 * verifiers demand that are years old. It is that of zip.js, which is given streams and nothing that it could know of before.
 */

const little = (bytes: number, value: number): Uint8Array => {
  const into = new Uint8Array(bytes)
  for (let i = 0, rest = value; i < bytes; i++, rest = Math.floor(rest / 256)) into[i] = rest % 256
  return into
}
const two = (value: number) => little(2, value)
const four = (value: number) => little(4, value)
const eight = (value: number) => little(8, value)

/** What a table of contents says of a file; `at` is where its header begins. */
interface Entry {
  name: Uint8Array
  /** Date and time as zips have it. */
  time: number
  checksum: number
  packed: number
  size: number
  at: number
}

// Version 4.5; checksum and sizes stand behind the file; deflated.
const packing = [two(45), two(8), two(8)]
const unknown = 0xffffffff

const localHeader = ({ name, time }: Entry): Uint8Array =>
  joined(
    ...[four(0x04034b50), ...packing, four(time), four(0), four(unknown), four(unknown), two(name.length), two(20)],
    ...[name, two(1), two(16), eight(0), eight(0)],
  )

const descriptor = ({ checksum, packed, size }: Entry): Uint8Array =>
  joined(four(0x08074b50), four(checksum), eight(packed), eight(size))

const contentsHeader = ({ name, time, checksum, packed, size, at }: Entry): Uint8Array =>
  joined(
    ...[four(0x02014b50), two(0x0300), ...packing, four(time), four(checksum), four(packed), four(size)],
    // No extra field, no comment, the first disk; a plain file that its owner may write and all may read.
    ...[two(name.length), two(0), two(0), two(0), two(0), four(0o100644 * 0x10000), four(at), name],
  )

const endOf = (count: number, length: number, at: number): Uint8Array =>
  joined(four(0x06054b50), two(0), two(0), two(count), two(count), four(length), four(at), two(0))

const endLength = 22
const headerLength = 46

const another = (where: string): Unreadable =>
  new Unreadable(
    `${where} is not as Gatehouse packs it: something in it was changed, or another program packed it again. Use the file as it was exported; or unpack it, and choose the folder.`,
  )

/** Throws `Unreadable` unless every byte of a zip that is not of a file is the one that Gatehouse writes. */
export const demandForm = async (bytes: Bytes): Promise<void> => {
  const demand = async (at: number, expected: Uint8Array, where: string): Promise<number> => {
    if (!sameBytes(await bytes.read(at, expected.length), expected)) throw another(where)
    return at + expected.length
  }
  const ending = await bytes.read(Math.max(0, bytes.size - endLength), endLength)
  if (ending.length < endLength) throw another('The end of the zip file')
  const end = new DataView(ending.buffer, ending.byteOffset, ending.byteLength)
  const [count, length, from] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)]
  const isSane = count <= mostNames && length <= mostOfDirectory && from + length + endLength === bytes.size
  if (!isSane || !sameBytes(ending, endOf(count, length, from))) throw another('The end of the zip file')

  const contents = await bytes.read(from, length)
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength)
  let next = 0
  let read = 0
  let common: number | undefined
  for (let i = 0; i < count; i++) {
    if (read + headerLength > contents.length) throw another('The table of contents of the zip file')
    const entry: Entry = {
      name: contents.subarray(read + headerLength, read + headerLength + view.getUint16(read + 28, true)),
      time: view.getUint32(read + 12, true),
      checksum: view.getUint32(read + 16, true),
      packed: view.getUint32(read + 20, true),
      size: view.getUint32(read + 24, true),
      at: next,
    }
    // All of a bundle is packed in one go, and has one time.
    common ??= entry.time
    const expected = contentsHeader({ ...entry, time: common })
    if (!sameBytes(contents.subarray(read, read + expected.length), expected))
      throw another('The table of contents of the zip file')
    read += expected.length
    const where = `${inert(nameOf(entry.name))} in the zip file`
    next = (await demand(next, localHeader(entry), where)) + entry.packed
    next = await demand(next, descriptor(entry), where)
  }
  if (read !== contents.length || next !== from) throw another('The table of contents of the zip file')
}

/** A name as people read it, whatever its bytes are. */
const nameOf = (bytes: Uint8Array): string => {
  try {
    return textOf(bytes)
  } catch {
    return 'A file'
  }
}
