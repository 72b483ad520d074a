import { eq } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House, Job } from '../../kernel/house.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { devicesWithQueued } from '../actions/door.ts'
import { peopleGranted } from '../people/door.ts'
import { mailOfEnd, mailOfLimit } from './mails.ts'
import { copyBehind, disksFull, logsBehind } from './measure.ts'
import { effects, keyOf, type LimitKind, limitOfReached, type Reached } from './rules.ts'
import { remember, stateOf } from './state.ts'
import { limitReached } from './tables.ts'

type Row = typeof limitReached.$inferSelect

/** What is at its limit now; a log that is behind counts from the second look on, since what committed late looks alike. */
const measure = async (house: House, told: readonly Row[]): Promise<Reached[]> => {
  const before = stateOf(house)
  const was = (kind: LimitKind) => told.some(({ key }) => key === kind)
  const [behind, copies, disks] = await Promise.all([
    logsBehind(house, was),
    copyBehind(house, was),
    disksFull(house, was),
  ])
  const logs = [...behind, ...copies]
  const sinceOf = (one: Reached) => told.find(({ key }) => key === keyOf(one))?.since
  const counts = (one: Reached) => before.doubtful.has(keyOf(one)) || sinceOf(one) !== undefined
  const reached = [...logs.filter(counts), ...disks].map((one) => ({ ...one, since: sinceOf(one) ?? one.since }))
  remember(house, { reached, doubtful: new Set(logs.map(keyOf)) })
  return reached
}

/** Tells those who look after the house, in the same transaction. */
const tell = async (house: House, tx: Tx, mail: (to: string) => Parameters<typeof queueMail>[1]): Promise<void> => {
  const administrators = await peopleGranted(tx, null, 'staff.edit', { kind: 'maker' })
  for (const { email } of administrators) await queueMail(tx, mail(email), house.clock.now())
}

const begin = (house: House, one: Reached): Promise<void> =>
  house.db.transaction(async (tx) => {
    const { customerId, since } = one
    const row = { key: keyOf(one), customerId, since }
    const [mine] = await tx.insert(limitReached).values(row).onConflictDoNothing().returning()
    if (!mine) return
    const fields = { limit: one.says, effect: effects[one.kind] }
    const about = { customerId }
    await append(tx, house.clock.now(), [entry({ by: bySystem, event: 'limits.reached', fields, about })])
    await tell(house, tx, (to) => mailOfLimit(house, to, one))
  })

const end = (house: House, row: Row): Promise<void> =>
  house.db.transaction(async (tx) => {
    const [mine] = await tx.delete(limitReached).where(eq(limitReached.key, row.key)).returning()
    if (!mine) return
    const now = house.clock.now()
    const fields = { limit: wordsOf(row.key), minutes: Math.max(0, Math.round((now - row.since) / 60_000)) }
    await append(tx, now, [
      entry({ by: bySystem, event: 'limits.left', fields, about: { customerId: row.customerId } }),
    ])
    await tell(house, tx, (to) => mailOfEnd(house, to, fields.limit, row.since))
  })

const words: Record<LimitKind, string> = {
  log: 'the audit log is behind',
  disk_full: 'the disk is nearly full',
  disk_filling: 'the disk fills up',
  copy: 'the copy of the audit log is behind',
}
const wordsOf = (key: string): string => words[key.split(' ')[0] as LimitKind] ?? key

/** Pages that show what cannot be begun look again, and what waited for its end goes out. */
const announce = async (house: House, over: boolean): Promise<void> => {
  const signals: Signal[] = [{ kind: 'hint', hint: { about: 'limits' } }]
  if (over) for (const deviceId of await devicesWithQueued(house.db)) signals.push({ kind: 'deliver', deviceId })
  for (const signal of signals) house.bus.publish(signal)
}

/**
 * Measures how far the log is behind and how full the disk is, and keeps what it found in memory, where every decision
 * finds it. Each begin and end is an event, and a mail to the maker's administrators.
 */
export const watchLimits: Job = {
  name: 'limits',
  everySeconds: 5,
  run: async (house) => {
    const told = await house.db.select().from(limitReached)
    const stopped = (of: readonly Reached[]) => of.some((one) => limitOfReached(one))
    const before = stateOf(house).reached
    const reached = await measure(house, told)
    const keys = reached.map(keyOf)
    for (const one of reached) if (!told.some(({ key }) => key === keyOf(one))) await begin(house, one)
    for (const row of told) if (!keys.includes(row.key)) await end(house, row)
    if (before.map(keyOf).join() !== keys.join()) await announce(house, stopped(before) && !stopped(reached))
  },
}
