import { logOf } from '@gatehouse/shared/audit/epoch'
import { auditTree } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { copyName, newestCheckpoint, signerOf, treeName } from '../audit/door.ts'
import { type Copied, fullSegment, readSegment, segmentsIn, writeSegment } from './segments.ts'

/** Segments that were read once and found whole, by this process. */
const whole = new WeakMap<House['bus'], Set<string>>()

/** How many entries of each log lie in the copy, without a gap from the first on. */
const copiedSizes = async (house: House, folder: string): Promise<Map<string, number>> => {
  const known = whole.get(house.bus) ?? new Set()
  whole.set(house.bus, known)
  const sizes = new Map<string, number>()
  for (const segment of await segmentsIn(folder)) {
    const size = sizes.get(segment.tree) ?? 0
    if (segment.first > size || segment.end <= size) continue
    if (!known.has(segment.file) && !(await readSegment(folder, segment))) continue
    known.add(segment.file)
    sizes.set(segment.tree, segment.end)
  }
  return sizes
}

/** Entries of a tree with the bytes of their events, from `from` to `to` (not included). */
export const entriesOf = async (db: Tx, tree: string, from: number, to: number): Promise<Copied[]> => {
  const rows = await prepared<{ seq: string; device_seq: string | null; canonical: Buffer | null }>(
    db,
    `select leaf.seq, leaf.device_seq, event.canonical from audit_leaf leaf
     left join audit_event event on event.id = leaf.event_id
     where leaf.tree = $1::uuid and leaf.seq >= $2::bigint and leaf.seq < $3::bigint order by leaf.seq`,
    [tree, from, to],
  )
  return rows.map(({ seq, device_seq, canonical }) => ({
    seq: Number(seq),
    deviceSeq: device_seq === null ? null : Number(device_seq),
    event: canonical?.toString('base64url') ?? '',
  }))
}

/** The names of logs in the copy, in the epochs that they are in. */
const naming = async (house: House): Promise<(tree: string) => string> => {
  const signer = await signerOf(house)
  return (tree) => copyName(tree, logOf(signer.keyOf(tree).name).epoch)
}

const copyTree = async (
  house: House,
  folder: string,
  { tree, name }: { tree: string; name: string },
  from: number,
): Promise<number | undefined> => {
  const newest = await newestCheckpoint(house.db, tree)
  // What is signed of an epoch that is over lies there already, under its name.
  if (!newest?.note.startsWith(`${(await signerOf(house)).keyOf(tree).name}\n`)) return undefined
  for (let at = from; at < newest.size; ) {
    const to = Math.min(at + fullSegment, newest.size)
    const entries = await entriesOf(house.db, tree, at, to)
    if (entries.length !== to - at) throw new Error(`entries of ${treeName(tree)} are missing after ${at}`)
    await writeSegment(folder, name, entries, to === newest.size ? newest.note : undefined)
    at = to
  }
  return newest.size
}

/** What lay in the copy when this process looked last; nothing where it could not look. */
const lastSizes = new WeakMap<House['bus'], ReadonlyMap<string, number>>()

/** When this process was asked first what lies there; ms. */
const askedFirst = new WeakMap<House['bus'], number>()

/** Copies what has been signed of every log to the folder outside, where one is set; goes on from what lies there. */
export const copyLogs: Job = {
  name: 'copy of the audit logs',
  everySeconds: 20,
  run: async (house) => {
    const folder = house.settings.auditCopy
    if (!folder) return
    const sizes = await copiedSizes(house, folder).catch((error: unknown) => {
      if (!lastSizes.has(house.bus)) lastSizes.set(house.bus, new Map())
      throw error
    })
    lastSizes.set(house.bus, sizes)
    const trees = await house.db.select().from(auditTree)
    const nameOf = await naming(house)
    await forEach(
      house,
      trees.filter(({ tree, size }) => size > (sizes.get(nameOf(tree)) ?? 0)),
      ({ tree }) => ({ tree: treeName(tree) }),
      async ({ tree }) => {
        const name = nameOf(tree)
        const size = await copyTree(house, folder, { tree, name }, sizes.get(name) ?? 0)
        if (size !== undefined) sizes.set(name, size)
      },
    )
  },
}

/** How far the copy is behind. */
interface Uncopied {
  /** When the oldest event was written that is in a log and not in the copy as it was found last, ms; or since when nobody knows. */
  since: number | undefined
  isKnown: boolean
}

/**
 * How far the copy is behind, without looking into it: a year of files is read for minutes after each start, and as long as
 * nobody knows what lies there nothing is copied.
 */
export const uncopied = async (house: House): Promise<Uncopied> => {
  if (!house.settings.auditCopy) return { since: undefined, isKnown: true }
  const sizes = lastSizes.get(house.bus)
  if (sizes) return { since: await oldestBehind(house, sizes), isKnown: true }
  const since = askedFirst.get(house.bus) ?? house.clock.now()
  askedFirst.set(house.bus, since)
  return { since, isKnown: false }
}

/** When the oldest event was written that is in a log, and behind these sizes; ms. */
const oldestBehind = async (house: House, sizes: ReadonlyMap<string, number>): Promise<number | undefined> => {
  const trees = await house.db.select().from(auditTree)
  const nameOf = await naming(house)
  const late = trees.filter(({ tree, size }) => size > (sizes.get(nameOf(tree)) ?? 0))
  if (late.length === 0) return undefined
  const [row] = await prepared<{ at: string | null }>(
    house.db,
    `select min(event.at) as at from unnest($1::uuid[], $2::bigint[]) as late(tree, seq)
     join audit_leaf leaf on leaf.tree = late.tree and leaf.seq = late.seq
     join audit_event event on event.id = leaf.event_id`,
    [late.map(({ tree }) => tree), late.map(({ tree }) => sizes.get(nameOf(tree)) ?? 0)],
  )
  return row?.at == null ? undefined : Number(row.at)
}
