import { sameBytes } from '@gatehouse/shared/audit/bytes'
import type { EventRecord } from '@gatehouse/shared/audit/leaf'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { entryHash } from '../audit/door.ts'
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
    const bytes = { tree: row.tree, seq: Number(row.seq), deviceSeq, event: sha256(row.canonical) }
    return sameBytes(row.leaf_hash, entryHash(bytes))
  }
  return rows.filter(isInTree).map((row) => JSON.parse(row.canonical.toString('utf8')) as EventRecord)
}

const fieldsOf = (event: EventRecord) => (event.fields ?? {}) as Readonly<Record<string, unknown>>

/** An erasure that two others than the person wanted, as the log tells of it. */
interface Wanted {
  personId: string
  customerId: string | null
  /** When the second yes was given, and from when on it could begin. */
  from: number
}

/** Whether an erasure may take this of an event: what is the person's by id, or words in a log it goes through. */
const covers = ({ personId, customerId }: Wanted, event: EventRecord, path: string): boolean => {
  const [isBy, isAbout] = [event.actorId === personId, event.personId === personId]
  if (path === 'actorName' || path === 'fromAddress') return isBy
  if (path === 'fields.factor') return isBy || isAbout
  if ((path === 'fields.name' || path === 'fields.email') && event.personId) return isAbout
  const log = event.customerId ?? null
  // In what is neither by nor about the person a name or an address stood: no longer to be seen, but only in these logs.
  return isBy || isAbout || customerId === null || log === customerId || log === null
}

/**
 * Whether words may be missing: an erasure that the log tells of, by two people, none of them the one it is about, took
 * exactly these words of exactly these events, as the log says by a hash; after its time had come, of events that were
 * there by then, and that it covers. One checker is for one check: it remembers.
 */
export const erasureChecker = (db: Tx) => {
  const pages = new Map<string, Promise<{ of: Wanted; at: number } | undefined>>()
  const erasures = new Map<string, Promise<Wanted | undefined>>()

  const wantedOf = async (erasureId: string): Promise<Wanted | undefined> => {
    const [row] = await prepared<{ person_id: string; customer_id: string | null }>(
      db,
      'select person_id, customer_id from audit_erasure where erasure_id = $1::uuid',
      [erasureId],
    )
    if (!row) return undefined
    const told = await toldOf(db, row.person_id, ['erasure.asked', 'erasure.confirmed', 'erasure.stopped'])
    const of = (event: string) => told.find((one) => one.event === event && fieldsOf(one).erasure === erasureId)
    const [asked, confirmed] = [of('erasure.asked'), of('erasure.confirmed')]
    const two =
      asked?.actorId &&
      confirmed?.actorId &&
      asked.actorId !== confirmed.actorId &&
      ![asked.actorId, confirmed.actorId].includes(row.person_id)
    if (!two || of('erasure.stopped')) return undefined
    // The log's own word, not the row's.
    const from = Number(confirmed.at) + Number(fieldsOf(confirmed).hours) * 3_600_000
    return { personId: row.person_id, customerId: typeof asked.customerId === 'string' ? asked.customerId : null, from }
  }

  const pageOf = async (erasureId: string, page: number): Promise<{ of: Wanted; at: number } | undefined> => {
    const known = erasures.get(erasureId) ?? wantedOf(erasureId)
    erasures.set(erasureId, known)
    const of = await known
    if (!of) return undefined
    const told = await toldOf(db, of.personId, ['erasure.words'])
    const one = told.find((event) => fieldsOf(event).erasure === erasureId && fieldsOf(event).page === page)
    if (!one || fieldsOf(one).hash !== (await listHash(db, erasureId, page))) return undefined
    return Number(one.at) >= of.from ? { of, at: Number(one.at) } : undefined
  }

  /** The paths that may be missing of these events. */
  return async (eventIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>> => {
    const allowed = new Map<string, Set<string>>()
    if (eventIds.length === 0) return allowed
    const rows = await prepared<{
      event_id: string
      erasure_id: string
      page: number
      paths: string[]
      canonical: Buffer
    }>(
      db,
      `select erased.event_id, erased.erasure_id, erased.page, erased.paths, event.canonical
       from audit_erased erased join audit_event event on event.id = erased.event_id
       where erased.event_id = any($1::uuid[])`,
      [eventIds],
    )
    for (const { event_id, erasure_id, page, paths, canonical } of rows) {
      const key = `${erasure_id} ${page}`
      const known = pages.get(key) ?? pageOf(erasure_id, page)
      pages.set(key, known)
      const by = await known
      if (!by) continue
      const event = JSON.parse(canonical.toString('utf8')) as EventRecord
      if (Number(event.at) > by.at) continue
      const may = paths.filter((path) => covers(by.of, event, path))
      allowed.set(event_id, new Set([...(allowed.get(event_id) ?? []), ...may]))
    }
    return allowed
  }
}
