import { printKey } from '@gatehouse/shared/audit/note'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { sha256 } from '../../../kernel/audit/platform.ts'
import type { House } from '../../../kernel/house.ts'
import type { Visitor } from '../../../testing/visitor.ts'
import { signerOf } from '../../audit/door.ts'

/** Fetches the file of an export as a browser does. */
export const fetchFile = async (url: string, who: Visitor, id: string) => {
  const answer = await fetch(`${url}/api/me/exports/${id}/file`, { headers: { cookie: who.cookie() } })
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
}

/** What stands in a zip, with what lies in `verifier/`. */
export const unzipped = async (bytes: Uint8Array) => {
  const files = new Map<string, Uint8Array>()
  const zip = new ZipReader(new Uint8ArrayReader(bytes), { useWebWorkers: false })
  for (const one of await zip.getEntries()) {
    if (one.directory) throw new Error('a folder in the zip')
    const content = await one.getData(new Uint8ArrayWriter(), { checkSignature: true })
    files.set(one.filename, content)
  }
  await zip.close()
  return { files }
}

/** The key that a customer pins for a log. */
export const pinnedKey = async (house: House, tree: string): Promise<string> =>
  printKey(sha256, (await signerOf(house)).keyOf(tree))

/** The rows of a CSV file, read as strictly as RFC 4180 is written; throws where it is not one. */
export const csvRows = (bytes: Buffer): string[][] => {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const cell = /"((?:[^"]|"")*)"(,|\r\n)/y
  const rows: string[][] = [[]]
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const found = cell.exec(text)
    if (!found) throw new Error(`this is no cell: ${text.slice(at, at + 60)}`)
    rows.at(-1)?.push((found[1] ?? '').replaceAll('""', '"'))
    if (found[2] === '\r\n') rows.push([])
  }
  if (rows.pop()?.length !== 0) throw new Error('the last row does not end')
  const [head] = rows
  if (rows.some((row) => row.length !== head?.length)) throw new Error('a row has another number of cells')
  return rows
}
