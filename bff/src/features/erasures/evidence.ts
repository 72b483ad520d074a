import { sameBytes } from '@gatehouse/shared/audit/bytes'
import { type EventRecord, leafBytes } from '@gatehouse/shared/audit/leaf'
import { treeHasher } from '@gatehouse/shared/audit/tree'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { treeName } from '../audit/door.ts'
import { listHash } from './words.ts'

interface Told {
  canonical: Buffer
  tree: string | null
  seq: string | null
  device_seq: string | null
  leaf_hash: Buffer | null
  waits: boolean
}

/** The events of an erasure that are in the log as they were written, or wait for their place in it. */
const toldOf = async (db: Tx, personId: string, events: readonly string[]): Promise<EventRecord[]> => {
  const { leaf } = treeHasher(sha256)
  const rows = await prepared<Told>(
    db,
    `select event.canonical, leaf.tree, leaf.seq, leaf.device_seq, node.hash as leaf_hash,
       exists (select 1 from audit_pending pending where pending.event_id = event.id) as waits
     from audit_event event
     left join audit_leaf leaf on leaf.event_id = event.id
     left join audit_node node on node.tree = leaf.tree and node.level = 0 and node.index = leaf.seq
     where event.person_id = $1::uuid and event.event = any($2::text[])`,
    [personId, events],
  )
  const isInTree = (row: Told): boolean => {
    if (row.tree === null || row.leaf_hash === null) return row.waits
    const deviceSeq = row.device_seq === null ? null : Number(row.device_seq)
    const bytes = { tree: treeName(row.tree), seq: Number(row.seq), deviceSeq, event: sha256(row.canonical) }
    return sameBytes(row.leaf_hash, leaf(leafBytes(bytes)))
  }
  return rows.filter(isInTree).map((row) => JSON.parse(row.canonical.toString('utf8')) as EventRecord)
}

const fieldsOf = (event: EventRecord) => (event.fields ?? {}) as Readonly<Record<string, unknown>>

/**
 * Whether words may be missing: an erasure that the log tells of, by two people, none of them the one it is about, took
 * exactly these words of exactly these events, as the log says by a hash. One checker is for one check: it remembers.
 */
export const erasureChecker = (db: Tx) => {
  const pages = new Map<string, Promise<boolean>>()
  const wanted = new Map<string, Promise<string | undefined>>()

  /** Whom an erasure is about, where two others wanted it. */
  const personOf = async (erasureId: string): Promise<string | undefined> => {
    const [row] = await prepared<{ person_id: string }>(
      db,
      'select person_id from audit_erasure where erasure_id = $1::uuid',
      [erasureId],
    )
    if (!row) return undefined
    const told = await toldOf(db, row.person_id, ['erasure.asked', 'erasure.confirmed', 'erasure.stopped'])
    const of = (event: string) => told.find((one) => one.event === event && fieldsOf(one).erasure === erasureId)
    const [asked, confirmed] = [of('erasure.asked')?.actorId, of('erasure.confirmed')?.actorId]
    const two = asked && confirmed && asked !== confirmed && ![asked, confirmed].includes(row.person_id)
    return two && !of('erasure.stopped') ? row.person_id : undefined
  }

  const isTold = async (erasureId: string, page: number): Promise<boolean> => {
    const known = wanted.get(erasureId) ?? personOf(erasureId)
    wanted.set(erasureId, known)
    const personId = await known
    if (personId === undefined) return false
    const told = await toldOf(db, personId, ['erasure.words'])
    const one = told.find((event) => fieldsOf(event).erasure === erasureId && fieldsOf(event).page === page)
    return one !== undefined && fieldsOf(one).hash === (await listHash(db, erasureId, page))
  }

  /** The paths that may be missing of these events. */
  return async (eventIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>> => {
    const allowed = new Map<string, Set<string>>()
    if (eventIds.length === 0) return allowed
    const rows = await prepared<{ event_id: string; erasure_id: string; page: number; paths: string[] }>(
      db,
      'select event_id, erasure_id, page, paths from audit_erased where event_id = any($1::uuid[])',
      [eventIds],
    )
    for (const { event_id, erasure_id, page, paths } of rows) {
      const key = `${erasure_id} ${page}`
      const known = pages.get(key) ?? isTold(erasure_id, page)
      pages.set(key, known)
      if (await known) allowed.set(event_id, new Set([...(allowed.get(event_id) ?? []), ...paths]))
    }
    return allowed
  }
}
