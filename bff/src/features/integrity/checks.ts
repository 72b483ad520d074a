import { base64 } from '@gatehouse/shared/audit/bytes'
import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type Actor, byPerson, bySystem } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { auditTree } from '../../kernel/audit/tables.ts'
import { change, note } from '../../kernel/change.ts'
import { days, hours, minutes, seconds } from '../../kernel/clock.ts'
import { isUnavailable } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House, Job } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { signerOf, signTrees } from '../audit/door.ts'
import { checkTree, type Fault, Unchecked } from './check.ts'
import { logHint, reportFaults } from './faults.ts'
import type { KnownLog } from './log.ts'
import { customersWithoutLog } from './placeless.ts'
import { type CheckRow, checksOf, logNamesOf } from './store.ts'
import { auditCheck } from './tables.ts'

/** When the nightly checks become due, ms after midnight UTC. */
const dueAt = hours(2)

/** A check that was not heard of for so long has died with its process, and is begun anew. */
const silence = minutes(2)

/** How often at most it is written down how far a check is. */
const everySoOften = seconds(1)

/** Of how many entries a check has to be for its progress to be written down at all. */
const worthTelling = 5_000

/** The last moment at which the nightly checks became due. */
const lastDue = (now: number): number => Math.floor((now - dueAt) / days(1)) * days(1) + dueAt

/**
 * Orders the nightly check of every log there is, also of those that only the signer remembers, and of customers with events
 * and no log; not twice, over restarts
 * and instances.
 */
export const orderNightlyChecks: Job = {
  name: 'nightly checks of the audit logs',
  everySeconds: 10 * 60,
  run: async (house) => {
    const now = house.clock.now()
    const remembered = await (await signerOf(house)).known()
    const stored = await house.db.select({ tree: auditTree.tree }).from(auditTree)
    const done = await house.db
      .selectDistinct({ tree: auditCheck.tree })
      .from(auditCheck)
      .where(and(isNull(auditCheck.askedBy), sql`${auditCheck.askedAt} >= ${lastDue(now)}`))
    const trees = new Set([...remembered, ...stored.map(({ tree }) => tree), ...(await customersWithoutLog(house.db))])
    for (const { tree } of done) trees.delete(tree)
    if (trees.size === 0) return
    await house.db
      .insert(auditCheck)
      .values([...trees].map((tree) => ({ id: newId(), tree, askedAt: now })))
      .onConflictDoNothing()
  },
}

/** A log that somebody had checked is not checked again for anybody within this time. */
const restsFor = minutes(10)

/** So many of the newest checks are looked at: one that was asked for a moment ago is among them. */
export const newest = { limit: 9 }

/** True where one of these checks of one log was asked for a moment ago. */
export const askedLately = (checks: readonly Pick<CheckRow, 'askedBy' | 'askedAt'>[], now: number): boolean =>
  checks.some(({ askedBy, askedAt }) => askedBy !== null && now - askedAt < restsFor)

/** Asks for a check of a whole log; refused while one is under way, and for a while after one was asked for. Its id. */
export const askForCheck = (house: House, actor: Actor, log: KnownLog): Promise<string> =>
  change(house, byPerson(actor), 'log.check_asked', async (tx) => {
    const now = house.clock.now()
    const before = await checksOf(tx, log.tree, newest)
    const [row] = await tx
      .insert(auditCheck)
      .values({ id: newId(), tree: log.tree, askedAt: now, askedBy: actor.id })
      .onConflictDoNothing()
      .returning({ id: auditCheck.id })
    if (!row) throw new Refused('check_running')
    if (
      askedLately(
        before.map(({ check }) => check),
        now,
      )
    )
      throw new Refused('checked_lately')
    return {
      result: row.id,
      fields: { customer: log.name },
      about: log.about,
      signals: [logHint(log.tree)],
    }
  })

/** Takes the next check that waits, or whose process has died, for this instance: one that was asked for, or a nightly one first. */
const take = async (house: House, first: 'asked' | 'nightly'): Promise<CheckRow | undefined> => {
  const now = house.clock.now()
  const [row] = await house.db
    .update(auditCheck)
    .set({ begunAt: sql`coalesce(${auditCheck.begunAt}, ${now})`, heardAt: now })
    .where(
      eq(
        auditCheck.id,
        house.db
          .select({ id: auditCheck.id })
          .from(auditCheck)
          .where(and(isNull(auditCheck.endedAt), or(isNull(auditCheck.heardAt), lt(auditCheck.heardAt, now - silence))))
          .orderBy(sql`(${auditCheck.askedBy} is null) = ${first === 'asked'}`, asc(auditCheck.askedAt))
          .limit(1)
          .for('update', { skipLocked: true }),
      ),
    )
    .returning()
  return row
}

/** How it ended, as the log says it. */
const resultOf = (faults: number): string =>
  faults === 0
    ? 'nothing was altered'
    : faults === 1
      ? 'one thing is not as it was written'
      : `${faults} things are not as they were written`

const tell = (
  house: House,
  { tree, askedBy }: Pick<CheckRow, 'tree' | 'askedBy'>,
  faults: readonly Fault[],
): Promise<unknown> => {
  const foundBy = askedBy ? 'asked_check' : 'nightly_check'
  return reportFaults(
    house,
    faults.map((fault) => ({ tree, ...fault, foundBy })),
  )
}

/** Makes one log again and writes down what came of it. */
const run = async (house: House, check: CheckRow): Promise<void> => {
  const { id, tree, askedBy } = check
  let toldAt = house.clock.now()
  const progress = async (done: number, size: number) => {
    const now = house.clock.now()
    if (size < worthTelling || now - toldAt < everySoOften) return
    toldAt = now
    await house.db.update(auditCheck).set({ done, size, heardAt: now }).where(eq(auditCheck.id, id))
    if (askedBy) house.bus.publish(logHint(tree))
  }
  // Whoever asks wants to know it of all that is there.
  if (askedBy) await signTrees(house, [tree])
  const found = await checkTree(house, tree, progress)
  await tell(house, check, found.faults)
  const now = house.clock.now()
  await house.db
    .update(auditCheck)
    .set({
      done: found.size,
      size: found.size,
      root: base64(found.root),
      comparedSize: found.comparedSize,
      faults: found.faults.length,
      heardAt: now,
      endedAt: now,
    })
    .where(eq(auditCheck.id, id))
  if (askedBy) {
    const names = await logNamesOf(house, house.db, [tree])
    const customer = names.get(tree) ?? ''
    await note(house, [
      entry({
        by: bySystem,
        event: 'log.checked',
        outcome: found.faults.length === 0 ? 'done' : 'failed',
        fields: { customer, events: found.size, result: resultOf(found.faults.length) },
        about: tree === theMakerItself ? {} : { customerId: tree, customerName: customer },
      }),
    ])
  }
  house.bus.publish(logHint(tree))
}

/** Does the checks that wait, one after the other; asked ones and nightly ones take turns. */
export const runChecks: Job = {
  name: 'checks of the audit logs',
  everySeconds: 2,
  run: async (house) => {
    let check = await take(house, 'asked')
    for (; check; check = await take(house, check.askedBy ? 'nightly' : 'asked')) {
      const { id, tree, askedBy } = check
      await run(house, check).catch(async (error: unknown) => {
        // The database is away, or we are closing: it is begun anew when it was silent for a while.
        if (isUnavailable(error)) throw error
        house.log.error({ err: error, tree }, 'an audit log could not be checked')
        if (error instanceof Unchecked) await tell(house, { tree, askedBy }, error.faults)
        const now = house.clock.now()
        await house.db
          .update(auditCheck)
          .set({ failed: 'It came to no end; the log of the server says why.', endedAt: now })
          .where(eq(auditCheck.id, id))
        house.bus.publish(logHint(tree))
      })
    }
  },
}
