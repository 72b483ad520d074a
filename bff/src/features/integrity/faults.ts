import { entryNumber, type FaultFinder, faultFinders } from '@gatehouse/shared/audit-faults'
import { sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import { days, hours, minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { signerOf } from '../audit/door.ts'
import { devicesById } from '../devices/door.ts'
import { alarm } from './alarm.ts'
import { type FaultRow, faultsLike, type KnownFault, logNamesOf } from './store.ts'
import { auditFault } from './tables.ts'

/** Something that was found in a log. */
export interface FoundFault {
  /** The customer's id, or `theMakerItself`. */
  tree: string
  /** The entry's number in the tree, where it is about one. */
  seq: number | null
  /** What is not as it was written, without names: `the event is gone`. Other numbers in it make it no other fault. */
  says: string
  foundBy: FaultFinder
  /** Whose agent found it. */
  deviceId?: string
}

/** What makes a fault the same when it is found again: its numbers change as the log grows. */
export const kindOf = (says: string): string => says.replace(/\d+/g, '#')

const keyOf = ({ tree, seq, says }: Pick<FoundFault, 'tree' | 'seq' | 'says'>): string =>
  `${tree} ${seq ?? '-'} ${kindOf(says)}`

const byText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** The order in which faults are locked and told, the same for all who find them: by log, and by entry as people count. */
const inOrder = (a: FoundFault, b: FoundFault): number =>
  byText(a.tree, b.tree) || (a.seq ?? -1) - (b.seq ?? -1) || byText(kindOf(a.says), kindOf(b.says))

/** How often at most it is written down that a known fault was seen again: a thousand agents see the same one. */
const seenAgain = minutes(10)

/** Not found for so long, and found again, it has come up anew: a nightly check lies between that found it no longer. */
const quietFor = hours(36)

/** What goes on changing after an explanation is covered by it for so long. */
const explainedFor = days(1)

/** True where this is not the fault as it came up last, but a new one like it. */
const comesUpAnew = (last: KnownFault, { says }: FoundFault, now: number, begunAt: number): boolean =>
  // What was explained by a restore ended with it.
  last.firstAt < begunAt ||
  now - last.lastAt > quietFor ||
  (last.explainedAt !== null && now - last.explainedAt > explainedFor && says !== last.says)

/** When the present epochs of these logs began, ms; nothing of those that are in their first. */
const begunAt = async (house: House, trees: readonly string[]): Promise<Map<string, number>> => {
  const signer = await signerOf(house)
  const found = new Map<string, number>()
  for (const tree of new Set(trees)) {
    // Where that cannot be read it is a fault of its own, and keeps no other from being told.
    const epoch = (await signer.epochsOf(tree).catch(() => [])).at(-1)
    if (epoch) found.set(tree, epoch.at * 1_000)
  }
  return found
}

/** Open pages of those whose log it is look again. */
export const logHint = (tree: string): Signal =>
  tree === theMakerItself
    ? { kind: 'hint', hint: { about: 'log' } }
    : { kind: 'hint', hint: { about: 'log', customerId: tree }, customerId: tree }

/** Writes faults down in one order, so that two who find the same wait for each other; gives those that are new. */
const store = async (
  tx: Tx,
  found: readonly (FoundFault & { occurrence: number })[],
  now: number,
): Promise<FaultRow[]> => {
  const rows = found.map((one) => ({
    id: newId(),
    tree: one.tree,
    seq: one.seq,
    kind: kindOf(one.says),
    occurrence: one.occurrence,
    says: one.says,
    foundBy: one.foundBy,
    deviceId: one.deviceId ?? null,
    firstAt: now,
    lastAt: now,
  }))
  const stored = await tx
    .insert(auditFault)
    .values(rows)
    .onConflictDoUpdate({
      target: [auditFault.tree, auditFault.seq, auditFault.kind, auditFault.occurrence],
      set: { lastAt: sql`greatest(${auditFault.lastAt}, excluded.last_at)` },
    })
    .returning()
  const ids = new Set(rows.map(({ id }) => id))
  return stored.filter(({ id }) => ids.has(id))
}

/** One event in the log of whom it is about and one in the maker's, for a log that was altered may not be its only witness. */
const eventsOf = (fault: FaultRow, customer: string, device: { name: string } | undefined): Entry[] => {
  const about = { deviceId: fault.deviceId, deviceName: device?.name ?? null }
  const of = (customerId: string | null) =>
    entry({
      by: bySystem,
      event: 'log.altered',
      outcome: 'failed',
      fields: {
        customer,
        finding: fault.says,
        entry: entryNumber(fault.seq),
        finder: faultFinders[fault.foundBy].says,
      },
      about: customerId === null ? {} : { customerId, customerName: customer, ...about },
    })
  return fault.tree === theMakerItself ? [of(null)] : [of(fault.tree), of(null)]
}

/**
 * Writes down what was found in logs, once each time that a fault comes up however often it is seen, and alarms the
 * administrators of the maker and of the customer: events in both logs and mails are in the same transaction. The number of new faults.
 * May stand behind a wall that shows the customers concerned.
 */
export const reportFaults = async (house: House, found: readonly FoundFault[]): Promise<number> => {
  const distinct = [...new Map(found.map((one) => [keyOf(one), one])).values()].sort(inOrder)
  if (distinct.length === 0) return 0
  const now = house.clock.now()
  const begun = await begunAt(
    house,
    distinct.map(({ tree }) => tree),
  )
  const known = new Map((await faultsLike(house.db, distinct)).map((row) => [keyOf(row), row]))
  const toStore = distinct.flatMap((one) => {
    const last = known.get(keyOf(one))
    if (!last || comesUpAnew(last, one, now, begun.get(one.tree) ?? 0))
      return [{ ...one, occurrence: (last?.occurrence ?? 0) + 1 }]
    return last.lastAt <= now - seenAgain ? [{ ...one, occurrence: last.occurrence }] : []
  })
  if (toStore.length === 0) return 0
  const fresh = await house.db.transaction(async (tx) => {
    const rows = await store(tx, toStore, now)
    if (rows.length === 0) return rows
    const names = await logNamesOf(house, tx, [...new Set(rows.map(({ tree }) => tree))])
    const devices = await devicesById(
      tx,
      rows.flatMap(({ deviceId }) => deviceId ?? []),
    )
    await append(
      tx,
      now,
      rows.flatMap((row) => eventsOf(row, names.get(row.tree) ?? '', devices.get(row.deviceId ?? ''))),
    )
    await alarm(house, tx, rows, names)
    return rows
  })
  for (const { tree, seq, says, foundBy } of fresh)
    house.log.error({ tree, seq, foundBy }, `the audit log was altered: ${says}`)
  for (const tree of new Set(fresh.map((one) => one.tree))) {
    house.bus.publish(logHint(tree))
    // The maker's people hear of every customer's.
    if (tree !== theMakerItself) house.bus.publish(logHint(theMakerItself))
  }
  return fresh.length
}

/** Writes one fault down, as `reportFaults`. */
export const reportFault = async (house: House, found: FoundFault): Promise<void> => {
  await reportFaults(house, [found])
}
