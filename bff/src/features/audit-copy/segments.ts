import { createHash } from 'node:crypto'
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One entry of a log as the copy keeps it: evidence alone, no word of a person. */
export interface Copied {
  seq: number
  deviceSeq: number | null
  /** The canonical bytes of the event, base64url. */
  event: string
}

/**
 * Entries of a full segment: part of the files' format, and the same for ever. A log that has more is copied in several, of
 * which only the last has a checkpoint; that a file without one lost none is known by its being full.
 */
export const fullSegment = 2_000

/** A file of the copy: entries `first` to `end` (not included) of one log. */
export interface SegmentName {
  file: string
  tree: string
  first: number
  end: number
}

const nameOf = (tree: string, first: number, end: number, attempt: number): string =>
  `${tree}.${String(first).padStart(12, '0')}-${String(end).padStart(12, '0')}.${attempt}.segment`

const named = /^([\w-]{1,64})\.(\d{12})-(\d{12})\.\d+\.segment$/

/** The files of the copy that lie in a folder, in the order of their entries. */
export const segmentsIn = async (folder: string): Promise<SegmentName[]> =>
  (await readdir(folder)).sort().flatMap((file) => {
    const [, tree, first, end] = named.exec(file) ?? []
    return tree ? [{ file, tree, first: Number(first), end: Number(end) }] : []
  })

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What stands in a segment: one entry to a line, the signed checkpoint at its end where there is one, and its hash. */
export const segmentText = (entries: readonly Copied[], checkpoint: string | undefined): string => {
  const lines = entries.map((one) => JSON.stringify(one))
  if (checkpoint !== undefined) lines.push(JSON.stringify({ checkpoint }))
  const text = lines.map((line) => `${line}\n`).join('')
  return `${text}${JSON.stringify({ sha256: hashOf(text) })}\n`
}

/** Whoever changes a file can give it a fitting hash: what stands in it is of the form that is written, or is not read. */
const isEntry = ({ deviceSeq, event }: Copied): boolean =>
  (deviceSeq === null || Number.isSafeInteger(deviceSeq)) &&
  typeof event === 'string' &&
  Buffer.from(event, 'base64url').toString('base64url') === event

/** Without a checkpoint a full segment alone is written: one that is shorter ended with what was signed. */
const hasItsCheckpoint = (entries: readonly Copied[], checkpoint: unknown): boolean =>
  checkpoint === undefined ? entries.length === fullSegment : typeof checkpoint === 'string'

/** Reads a segment; `undefined` where it was not written to its end, or is not what was written. */
export const readSegment = async (
  folder: string,
  { file, first, end }: SegmentName,
): Promise<{ entries: Copied[]; checkpoint: string | undefined } | undefined> => {
  const text = await readFile(join(folder, file), 'utf8')
  const lines = text.split('\n')
  const last = lines.at(-2) ?? ''
  const before = text.slice(0, Math.max(0, text.length - last.length - 1))
  try {
    if ((JSON.parse(last) as { sha256?: string }).sha256 !== hashOf(before)) return undefined
    const all = lines.slice(0, -2).map((line) => JSON.parse(line) as Copied | { checkpoint: string })
    const entries = all.filter((one): one is Copied => 'event' in one)
    const checkpoint = all.find((one): one is { checkpoint: string } => 'checkpoint' in one)?.checkpoint
    const whole = entries.length === end - first && entries.every((one, at) => one.seq === first + at && isEntry(one))
    return whole && hasItsCheckpoint(entries, checkpoint) ? { entries, checkpoint } : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a segment beside those that are there: never over one, for nobody to change, and on the disk before it returns.
 * One that was cut off stays as it is, and the next try has a name of its own.
 */
export const writeSegment = async (
  folder: string,
  tree: string,
  entries: readonly Copied[],
  checkpoint: string | undefined,
): Promise<void> => {
  const first = entries[0]?.seq ?? 0
  const taken = new Set(await readdir(folder))
  let attempt = 1
  while (taken.has(nameOf(tree, first, first + entries.length, attempt))) attempt++
  const file = await open(join(folder, nameOf(tree, first, first + entries.length, attempt)), 'wx', 0o440)
  try {
    await file.writeFile(segmentText(entries, checkpoint))
    await file.sync()
  } finally {
    await file.close()
  }
  const place = await open(folder, 'r')
  try {
    await place.sync()
  } finally {
    await place.close()
  }
}
