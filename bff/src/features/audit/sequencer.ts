import { append, emptyTree, type Frontier } from '@gatehouse/shared/audit/tree'
import { sql } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import type { Signal } from '../../kernel/bus.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { brokeConstraint } from '../../kernel/errors.ts'
import type { House, Job } from '../../kernel/house.ts'
import { reportFault } from '../integrity/door.ts'
import { entryHash, frontiersOf, LostNode, type NewNodes, storeNodes, treeOfCustomer } from './trees.ts'
import { whatWaits } from './waiting.ts'

/** Any fixed number: whoever holds this lock is the sequencer until his transaction ends. */
export const sequencerLock = '5530928817340912'

/** Events that get their place in one transaction, at most. */
const mostAtOnce = 2_000

interface Waiting {
  event_id: string
  customer_id: string | null
  device_id: string | null
  canonical: Buffer
}

/** The oldest events that wait; what commits later comes later, whatever its id. */
const waitingEvents = (tx: Tx, broken: ReadonlySet<string>): Promise<Waiting[]> =>
  prepared<Waiting>(
    tx,
    `select pending.event_id, event.customer_id, event.device_id, event.canonical from ${whatWaits}
     where event.id is not null and coalesce(pending.customer_id, '${theMakerItself}') <> all ($1::uuid[])
       and coalesce(event.customer_id, '${theMakerItself}') <> all ($1::uuid[])
     order by pending.event_id limit ${mostAtOnce}`,
    [[...broken]],
  )

/** How many events of each of these devices its tree holds already, by `tree device`. */
const deviceCounts = async (tx: Tx, waiting: readonly Waiting[]): Promise<Map<string, number>> => {
  const of = new Map(
    waiting.flatMap(({ customer_id, device_id }) => {
      const tree = treeOfCustomer(customer_id)
      return device_id ? [[`${tree} ${device_id}`, [tree, device_id] as const] as const] : []
    }),
  )
  if (of.size === 0) return new Map()
  const pairs = [...of.values()]
  const rows = await prepared<{ tree: string; device_id: string; next: string }>(
    tx,
    `select one.tree, one.device_id, coalesce((
       select device_seq from audit_leaf leaf where leaf.tree = one.tree and leaf.device_id = one.device_id
       order by device_seq desc limit 1), -1) + 1 as next
     from unnest($1::uuid[], $2::uuid[]) as one(tree, device_id)`,
    [pairs.map(([tree]) => tree), pairs.map(([, device]) => device)],
  )
  return new Map(rows.map(({ tree, device_id, next }) => [`${tree} ${device_id}`, Number(next)]))
}

interface Placed {
  tree: string
  seq: number
  eventId: string
  deviceId: string | null
  deviceSeq: number | null
}

/** Gives every event its place in its tree and its device's count, in the order given. */
const place = (
  waiting: readonly Waiting[],
  trees: ReadonlyMap<string, Frontier>,
  counts: Map<string, number>,
): { placed: Placed[]; grown: Map<string, Frontier>; nodes: NewNodes[] } => {
  const placed: Placed[] = []
  const leaves = new Map<string, Uint8Array[]>()
  for (const { event_id, customer_id, device_id, canonical } of waiting) {
    const tree = treeOfCustomer(customer_id)
    const hashes = leaves.get(tree) ?? []
    leaves.set(tree, hashes)
    const seq = (trees.get(tree) ?? emptyTree).size + hashes.length
    const device = `${tree} ${device_id}`
    const deviceSeq = device_id === null ? null : (counts.get(device) ?? 0)
    if (deviceSeq !== null) counts.set(device, deviceSeq + 1)
    hashes.push(entryHash({ tree, seq, deviceSeq, event: sha256(canonical) }))
    placed.push({ tree, seq, eventId: event_id, deviceId: device_id, deviceSeq })
  }
  const grown = new Map<string, Frontier>()
  const nodes: NewNodes[] = []
  for (const [tree, hashes] of leaves) {
    const done = append(sha256, trees.get(tree) ?? emptyTree, hashes)
    grown.set(tree, done.frontier)
    nodes.push({ tree, nodes: done.nodes })
  }
  return { placed, grown, nodes }
}

const storeLeaves = (tx: Tx, placed: readonly Placed[]): Promise<unknown> =>
  prepared(
    tx,
    `insert into audit_leaf (tree, seq, event_id, device_id, device_seq)
     select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[])`,
    [
      placed.map(({ tree }) => tree),
      placed.map(({ seq }) => seq),
      placed.map(({ eventId }) => eventId),
      placed.map(({ deviceId }) => deviceId),
      placed.map(({ deviceSeq }) => deviceSeq),
    ],
  )

const storeSizes = (tx: Tx, grown: ReadonlyMap<string, Frontier>, now: number): Promise<unknown> =>
  prepared(
    tx,
    `insert into audit_tree (tree, size, changed_at) select *, $3::bigint from unnest($1::uuid[], $2::bigint[])
     on conflict (tree) do update set size = excluded.size, changed_at = excluded.changed_at`,
    [[...grown.keys()], [...grown.values()].map(({ size }) => size), now],
  )

/** Trees that have lost what they would have to go on from: their events wait, and nobody else's do. */
const broken = new WeakMap<House['bus'], Set<string>>()

const brokenOf = (house: House): Set<string> => {
  const known = broken.get(house.bus) ?? new Set()
  broken.set(house.bus, known)
  return known
}

/** Trees that cannot be continued, as far as this instance has met them: their events wait. */
export const brokenTrees = (house: House): ReadonlySet<string> => brokenOf(house)

/** What each tree goes on from; those that have lost it are remembered as broken. */
const whatToGoOnFrom = async (house: House, tx: Tx, trees: readonly string[]): Promise<Map<string, Frontier>> => {
  const found = await frontiersOf(tx, trees)
  const frontiers = new Map<string, Frontier>()
  for (const tree of trees) {
    const one = found.get(tree) ?? emptyTree
    if (!(one instanceof LostNode)) frontiers.set(tree, one)
    else {
      brokenOf(house).add(tree)
      // Beside this transaction, which goes on with the other trees.
      await reportFault(house, { tree, seq: one.firstEntry, says: one.says, foundBy: 'sequencer' })
    }
  }
  return frontiers
}

/**
 * Gives the events that wait their places: one order per customer, without gaps, each event once. One sequencer works at
 * a time over all instances; a second one finds the lock taken and does nothing. The number of events placed.
 */
export const sequence = async (house: House): Promise<number> => {
  const placed = await placeAll(house)
  for (const tree of placed.trees) house.bus.publish(logGrew(tree))
  return placed.events
}

/** Told to whoever may see the customer, or works at the maker: alike for all logs, so that a page hears it once. */
const logGrew = (tree: string): Signal => ({
  kind: 'hint',
  hint: { about: 'audit' },
  ...(tree !== theMakerItself && { customerId: tree }),
})

interface Done {
  events: number
  trees: readonly string[]
}

const nothing: Done = { events: 0, trees: [] }

/** What can only be in the way where somebody else wrote into a tree, by the constraint that says so. */
const inTheWay: Readonly<Record<string, string>> = {
  audit_leaf_tree_seq_pk: 'the place behind its last entry is taken',
  audit_leaf_event: 'an event that has its place already waits for another',
  audit_leaf_device: 'the next number of one of its devices is taken',
  audit_node_tree_level_index_pk: 'a node stands where none should be yet',
}

const whatIsInTheWay = (error: unknown): string | undefined =>
  Object.keys(inTheWay).find((constraint) => brokeConstraint(error, constraint))

/** All that waits; where something is in the way in a tree, each tree by itself, so that only that one waits on. */
const placeAll = (house: House): Promise<Done> =>
  house.db
    .transaction((tx) => placeWaiting(house, tx))
    .catch(async (error: unknown) => {
      if (whatIsInTheWay(error) === undefined) throw error
      const waiting = await house.db.transaction((tx) => waitingEvents(tx, brokenOf(house)))
      const done: Done[] = []
      for (const tree of treesOf(waiting)) done.push(await placeOne(house, tree))
      return { events: done.reduce((sum, { events }) => sum + events, 0), trees: done.flatMap(({ trees }) => trees) }
    })

const placeOne = (house: House, tree: string): Promise<Done> =>
  house.db
    .transaction((tx) => placeWaiting(house, tx, tree))
    .catch(async (error: unknown) => {
      const constraint = whatIsInTheWay(error)
      if (constraint === undefined) throw error
      brokenOf(house).add(tree)
      await reportFault(house, { tree, seq: null, says: inTheWay[constraint] ?? '', foundBy: 'sequencer' })
      return nothing
    })

const treesOf = (waiting: readonly Waiting[]): string[] => [
  ...new Set(waiting.map(({ customer_id }) => treeOfCustomer(customer_id))),
]

const placeWaiting = async (house: House, tx: Tx, only?: string): Promise<Done> => {
  const [lock] = await tx.execute<{ mine: boolean }>(
    sql`select pg_try_advisory_xact_lock(${sequencerLock}::bigint) as mine`,
  )
  if (!lock?.mine) return nothing
  const all = await waitingEvents(tx, brokenOf(house))
  const found = only === undefined ? all : all.filter(({ customer_id }) => treeOfCustomer(customer_id) === only)
  if (found.length === 0) return nothing
  const names = treesOf(found)
  const [counts, trees] = await Promise.all([deviceCounts(tx, found), whatToGoOnFrom(house, tx, names)])
  const waiting = found.filter(({ customer_id }) => trees.has(treeOfCustomer(customer_id)))
  if (waiting.length === 0) return { events: found.length, trees: [] }
  const { placed, grown, nodes } = place(waiting, trees, counts)
  await Promise.all([
    storeLeaves(tx, placed),
    storeNodes(tx, nodes),
    storeSizes(tx, grown, house.clock.now()),
    prepared(tx, 'delete from audit_pending where event_id = any($1::uuid[])', [waiting.map((one) => one.event_id)]),
  ])
  return { events: waiting.length, trees: [...grown.keys()] }
}

/** Fewer than these in one go, and the next ones wait for company: of 100 and of 1,000, the latter left deeds a tenth more of the processors. */
const worthGoingOn = 1_000

/** Keeps the queue empty. */
export const sequenceEvents: Job = {
  name: 'sequencer',
  everySeconds: 0.5,
  run: async (house) => {
    while ((await sequence(house)) >= worthGoingOn);
  },
}
