import { Flawed } from '@gatehouse/shared/audit/flawed'
import { type EventRecord, type Openings, reveal } from '@gatehouse/shared/audit/leaf'
import { getTableColumns } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditEvent } from '../../kernel/audit/tables.ts'
import { isFoundBy, type Told } from '../../kernel/audit/words.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { entryHash, treeOfCustomer } from '../audit/door.ts'

/** What stands in the words in the place of what was erased, and nothing else may. */
const erasedWord = '(erased)'

/** An entry of a tree with the event that it was made of, as far as they are there. */
export interface EntryRow {
  tree: string
  seq: string
  event_id: string
  device_id: string | null
  device_seq: string | null
  leaf_hash: Buffer | null
  canonical: Buffer | null
  columns: EventRecord | null
  actor_name: string | null
  found_by: string | null
  words_of: string | null
  from_address: string | null
  fields: Record<string, string | number> | null
  openings: Openings | null
}

/** What of an event stands beside its evidence in columns of its own, each under the name that it has there, and how people call it. */
const columnSays: Readonly<Record<Exclude<keyof typeof auditEvent.$inferSelect, 'canonical'>, string>> = {
  id: 'number',
  at: 'time',
  event: 'kind',
  outcome: 'outcome',
  actorKind: 'kind of actor',
  actorId: 'actor',
  actorCompany: 'company',
  customerId: 'customer',
  customerName: 'customer’s name',
  deviceId: 'device',
  deviceName: 'device’s name',
  requestId: 'request',
  sessionId: 'session',
  approvalId: 'approval',
  siteId: 'site',
  personId: 'person',
  claimedAt: 'time by the device’s clock',
}
const besideEvidence = Object.keys(columnSays) as (keyof typeof columnSays)[]

const columnsIn = (from: 'event' | 'line'): string =>
  besideEvidence.map((name) => `'${name}', ${from}.${getTableColumns(auditEvent)[name].name}`).join(', ')

/**
 * Entries of a tree in their order, their columns and words as lists show them: by the view, which is no table and could say
 * something else. Looked up one by one (`offset 0`), or the planner may join the whole log for each page.
 */
export const entriesFrom = (
  db: Tx,
  tree: string,
  { from, to, most }: { from: number; to: number; most: number },
): Promise<EntryRow[]> =>
  prepared<EntryRow>(
    db,
    `select leaf.tree, leaf.seq, leaf.event_id, leaf.device_id, leaf.device_seq, node.hash as leaf_hash, event.canonical,
       case when line.id is not null then jsonb_build_object(${columnsIn('line')})
         when event.id is not null then jsonb_build_object(${columnsIn('event')}) end as columns,
       coalesce(line.actor_name, words.actor_name) as actor_name, words.words as found_by, words.customer_id as words_of,
       case when line.id is null then words.from_address else line.from_address end as from_address,
       coalesce(line.fields, words.fields) as fields, words.openings
     from audit_leaf leaf
     left join audit_event event on event.id = leaf.event_id
     left join audit_text words on words.event_id = leaf.event_id
     left join lateral (select * from audit_line where id = leaf.event_id offset 0) as line on true
     left join audit_node node on node.tree = leaf.tree and node.level = 0 and node.index = leaf.seq
     where leaf.tree = $1 and leaf.seq >= $2 and leaf.seq < $3 order by leaf.seq limit $4`,
    [tree, from, to, most],
  )

/** Paths of words that may be missing: they were erased. */
type MayMiss = Pick<ReadonlySet<string>, 'has'>

/** Why the words beside an event are not those that were committed to; `undefined` where they are, or were erased. */
const whyWordsDiffer = (event: EventRecord, row: EntryRow, mayMiss: MayMiss | undefined): string | undefined => {
  if (!row.openings || !row.fields) return 'its words are gone'
  try {
    const { event: shown, erased } = reveal(sha256, event, row.openings)
    if (erased.some((path) => !mayMiss?.has(path))) return 'some of its words are gone, and nobody erased them'
    const fields = (shown.fields ?? {}) as EventRecord
    const expected = (path: string, value: unknown) => (erased.includes(path) ? erasedWord : value)
    const differs =
      expected('actorName', shown.actorName) !== row.actor_name ||
      expected('fromAddress', shown.fromAddress) !== row.from_address ||
      Object.entries(fields).some(([name, value]) => expected(`fields.${name}`, value) !== row.fields?.[name]) ||
      Object.keys(row.fields).some((name) => !Object.hasOwn(fields, name))
    return differs ? 'its words are not those that were written down' : undefined
  } catch (error) {
    if (error instanceof Flawed) return 'its words are not those that were written down'
    throw error
  }
}

/** What its evidence makes of an entry, as its leaf. */
export const hashOf = (tree: string, row: EntryRow): Uint8Array =>
  entryHash({
    tree,
    seq: Number(row.seq),
    deviceSeq: row.device_seq === null ? null : Number(row.device_seq),
    event: sha256(row.canonical ?? new Uint8Array(0)),
  })

/** Whether it was right to erase words is for the check of the whole log, which sees all erasures. */
export const whateverIsErased = { has: () => true }

const unreadable = 'its evidence cannot be read'

/** Why an event as it is shown is not what its evidence says; `undefined` where it is. */
export const whyEventDiffers = (row: EntryRow, mayMiss: MayMiss | undefined): string | undefined => {
  if (!row.canonical || !row.columns) return 'the event is gone'
  let event: EventRecord
  try {
    event = JSON.parse(row.canonical.toString('utf8')) as EventRecord
  } catch {
    return unreadable
  }
  if (event === null) return unreadable
  const { columns } = row
  const column = besideEvidence.find((name) => (event[name] ?? null) !== (columns[name] ?? null))
  if (column) return `its ${columnSays[column]}, as it is shown, is not what was written down`
  // The hash of an entry says neither whose event nor what device's it is: by these it is counted and taken away.
  if (row.tree !== treeOfCustomer(row.columns.customerId as string | null))
    return 'it stands in another log than its own'
  if (row.device_id !== columns.deviceId) return 'its entry in the tree is that of another device'
  // By it they are shown to whoever may see them.
  if (row.openings && row.words_of !== columns.customerId) return 'its words are those of another customer'
  return whyWordsDiffer(event, row, mayMiss)
}

/** Why a search may not find an event that it should find, or find one that it should not; `undefined` where it does as it should. */
export const whySearchMisses = ({ columns, found_by }: EntryRow): string | undefined =>
  columns && found_by !== null && !isFoundBy(columns as unknown as Told, found_by)
    ? 'the words by which a search finds it are not its own'
    : undefined
