import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/cluster.ts'
import { readSegment } from './segments.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder('segments')
})
afterAll(() => folder.remove())

const checkpoint = 'gatehouse/audit/maker\\n3\\nroot\\n'

/** A file as it was written in the first year: whoever writes otherwise today still reads it. */
const ofTheFirstYear = async (end: number, lastLine: string): Promise<Parameters<typeof readSegment>[1]> => {
  const lines = Array.from({ length: end }, (_, seq) => `{"seq":${seq},"deviceSeq":null,"event":"e30"}\n`)
  const text = lines.join('') + lastLine
  const hash = createHash('sha256').update(text).digest('hex')
  const file = `maker.000000000000-${String(end).padStart(12, '0')}.1.segment`
  await writeFile(join(folder.path, file), `${text}{"sha256":"${hash}"}\n`)
  return { file, tree: 'maker', first: 0, end }
}

/** Told to whoever changes the number. */
const why =
  'Copies that lie outside hold files of 2,000 entries without a checkpoint: with another number all of them would count as changed. Whoever needs one gives its files another ending, and reads both.'

const without = ''
const withOne = `{"checkpoint":"${checkpoint}"}\n`

test.each([
  ['2,000 entries alone is whole', 2_000, without, 2_000],
  ['one less, where its checkpoint was taken out, is not', 1_999, without, undefined],
  ['one more is not', 2_001, without, undefined],
  ['2,000 with what was signed is whole', 2_000, withOne, 2_000],
  ['any others with what was signed is whole', 3, withOne, 3],
])('AL14 AL21 a file of the copy, of whatever year, of %s', async (_, end, lastLine, entries) => {
  const read = await readSegment(folder.path, await ofTheFirstYear(end, lastLine))
  expect(read?.entries.length, why).toBe(entries)
})
