import type { Openings } from '@gatehouse/shared/audit/leaf'
import type { Actor } from '../../kernel/actor.ts'
import { seconds } from '../../kernel/clock.ts'
import type { Db, Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { behindWall, type House } from '../../kernel/house.ts'
import { type AuditEventRow, eventsVisibleTo, type Narrow, treeName } from '../audit/door.ts'
import { devicesSeen } from '../devices/door.ts'
import { standingOf } from '../sign-in/door.ts'
import { exporting, limits, mayExport, seesLogOf } from './rules.ts'
import { Stopped } from './stopped.ts'

/** An event as it goes into a file. */
export interface ExportedEvent {
  row: AuditEventRow
  /** The name of the log it has its place in, and its place; `null` as long as it has none. */
  log: string | null
  seq: number | null
  deviceSeq: number | null
  openings: Openings
}

/** Whoever asked, as he is now: what his grants let him take away, seen through his wall. */
export interface Asker {
  actor: Actor
  db: Db
}

const askerOf = async (house: House, personId: string): Promise<Asker> => {
  const actor = await standingOf(house, personId)
  if (!actor) throw new Stopped('The account of whoever asked for it was closed.')
  if (!mayExport(actor)) throw new Stopped('Whoever asked for it may no longer export the audit log.')
  return { actor: exporting(actor), db: behindWall(house, await house.access.reach(actor)).db }
}

/** What the events of an export are of, gathered while they are read. */
export interface Contents {
  /** How many events of each customer (the maker: `theMakerItself`), and what it was called. */
  customers: Map<string, { name: string | null; count: number }>
  /** Customers whose whole log whoever asked may see; what is of them needs no other look. */
  wholly: Set<string>
  /** Devices of other customers. */
  devices: Set<string>
}

export const nothingYet = (): Contents => ({ customers: new Map(), wholly: new Set(), devices: new Set() })

/** Notes what an event is of that `actor` may see. */
export const gather = (
  contents: Contents,
  actor: Actor,
  { customerId, customerName, deviceId }: Pick<AuditEventRow, 'customerId' | 'customerName' | 'deviceId'>,
): void => {
  const whose = customerId ?? theMakerItself
  const known = contents.customers.get(whose)
  contents.customers.set(whose, { name: customerName ?? known?.name ?? null, count: (known?.count ?? 0) + 1 })
  if (contents.wholly.has(whose)) return
  if (seesLogOf(actor, whose) || !deviceId) contents.wholly.add(whose)
  else contents.devices.add(deviceId)
}

/** True where `actor` may still take away all that is of these devices and customers. */
export const stillSees = async (
  db: Tx,
  actor: Actor,
  of: { devices: readonly string[]; customers: readonly string[] },
): Promise<boolean> =>
  of.customers.every((id) => seesLogOf(actor, id)) &&
  (await devicesSeen(db, actor, 'audit.view', of.devices)) === of.devices.length

const changed = 'What whoever asked for it may see changed while it was made. It can be asked for again.'

/**
 * Watches the rights of whoever asked while his export is made: each `check` gives him as he is now, and throws
 * `Stopped` where his grants, or the reach of what was read, are not what they were at the beginning.
 */
export const watchAsker = async (house: House, personId: string, contents: Contents) => {
  const first = await askerOf(house, personId)
  const grants = JSON.stringify(first.actor.grants)
  let lookedAt = house.clock.now()
  const look = async (asker: Asker) => {
    const of = { devices: [...contents.devices], customers: [...contents.wholly] }
    if (!(await stillSees(asker.db, asker.actor, of))) throw new Stopped(changed)
    lookedAt = house.clock.now()
  }
  return {
    check: async (): Promise<Asker> => {
      const now = await askerOf(house, personId)
      if (JSON.stringify(now.actor.grants) !== grants) throw new Stopped(changed)
      if (house.clock.now() - lookedAt >= seconds(1)) await look(now)
      return now
    },
    /** The last look, at everything. */
    conclude: async (): Promise<void> => look(await askerOf(house, personId)),
  }
}
export type Watch = Awaited<ReturnType<typeof watchAsker>>

/** What an export is made of. */
export interface Wanted {
  id: string
  filter: Narrow
}

/** The events that fit, newest first, a page at a time; whoever asked is judged before each. */
export async function* pagesOf(
  { id, filter }: Wanted,
  watch: Watch,
): AsyncGenerator<Asker & { rows: AuditEventRow[] }> {
  let before = id
  for (;;) {
    const { actor, db } = await watch.check()
    const found = await eventsVisibleTo(db, actor, filter, limits.page, before)
    const rows = found.slice(0, limits.page)
    if (rows.length > 0) yield { rows, db, actor }
    const last = rows.at(-1)
    if (!last || found.length <= limits.page) return
    before = last.id
  }
}

interface Leaf {
  event_id: string
  tree: string
  seq: string
  device_seq: string | null
}

/** Where these events stand in their logs. */
export const leavesOf = (db: Tx, eventIds: readonly string[]): Promise<Leaf[]> =>
  prepared<Leaf>(db, 'select event_id, tree, seq, device_seq from audit_leaf where event_id = any($1::uuid[])', [
    eventIds,
  ])

/** A page of events with their places and what opens them. */
export const complete = async (db: Tx, rows: readonly AuditEventRow[]): Promise<ExportedEvent[]> => {
  const ids = rows.map(({ id }) => id)
  const [leaves, words] = await Promise.all([
    leavesOf(db, ids),
    prepared<{ event_id: string; openings: Openings }>(
      db,
      'select event_id, openings from audit_text where event_id = any($1::uuid[])',
      [ids],
    ),
  ])
  const leafOf = new Map(leaves.map((leaf) => [leaf.event_id, leaf]))
  const openingsOf = new Map(words.map(({ event_id, openings }) => [event_id, openings]))
  return rows.map((row) => {
    const leaf = leafOf.get(row.id)
    return {
      row,
      log: leaf ? treeName(leaf.tree) : null,
      seq: leaf ? Number(leaf.seq) : null,
      deviceSeq: leaf?.device_seq == null ? null : Number(leaf.device_seq),
      openings: openingsOf.get(row.id) ?? {},
    }
  })
}

/** True once every event before this id has its place; of one customer's log (the maker's: `theMakerItself`) where said. */
export const isSettled = async (db: Tx, before: string, tree: string | null): Promise<boolean> => {
  const [row] = await prepared<{ waits: boolean }>(
    db,
    `select exists (select from audit_pending where event_id < $1
       and ($2::uuid is null or coalesce(customer_id, '${theMakerItself}') = $2)) as waits`,
    [before, tree],
  )
  return row?.waits === false
}
