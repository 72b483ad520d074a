import { eq, sql } from 'drizzle-orm'
import { seconds } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { lateAfter, offlineAfter } from './rules.ts'
import { deviceLink, linkSweep } from './tables.ts'

/** A sweep proves something for so long. */
const goodFor = seconds(10)
/** Links that are marked in one transaction, whose devices are written then; and transactions of one sweep. */
const atOnce = 400
const steps = 5

/**
 * Marks links by how long they have been silent at `now`, so that until `goodFor` from then it is known of whom a list
 * has to look at the link itself: who is online is marked 1 or 2, who is late 2 or 3, who is offline 3 or 4. Where so
 * many fell silent at once that some are left over, nothing is proved, and the next sweep goes on.
 */
export const sweepLinks = async (db: Tx, now: number): Promise<void> => {
  for (let step = 0; step < steps; step++) if ((await sweepSome(db, now)) < atOnce) return
}

/** One step: returns how many links were found. Those that a batch holds are heard in this moment, and left to it. */
const sweepSome = (db: Tx, now: number): Promise<number> =>
  db.transaction(async (tx) => {
    const { deviceId, lastHeardAt, transport, mark } = deviceLink
    const late = sql`case ${transport} when 'https' then ${lateAfter.https}::bigint else ${lateAfter.websocket}::bigint end`
    const silent = sql`${now}::bigint - ${lastHeardAt}`
    const due = sql`case when ${silent} > ${offlineAfter}::bigint then 4 when ${silent} > ${late} then 3
      when ${silent} > ${late} - ${goodFor}::bigint then 2 else 1 end`
    const [found] = await tx.execute<{ all: number; marked: number }>(sql`
      with silent as (
        select ${deviceId}, ${due} as due from ${deviceLink}
        where ${mark} between 1 and 3 and ${due} > ${mark}
        limit ${atOnce}
      ), held as (
        select l.device_id, silent.due from ${deviceLink} l join silent on silent.device_id = l.device_id
        order by l.device_id for no key update of l skip locked
      ), marked as (
        update ${deviceLink} l set quiet_at = l.last_heard_at, quiet = held.due
        from held where l.device_id = held.device_id returning 1
      )
      select (select count(*)::int from silent) as all, (select count(*)::int from marked) as marked`)
    if (!found) throw new Error('a sweep without an answer')
    if (found.all < atOnce && found.marked === found.all)
      await tx
        .insert(linkSweep)
        .values({ id: 1, at: now })
        .onConflictDoUpdate({ target: linkSweep.id, set: { at: now } })
    return found.all
  })

/** True where a sweep proves at `now` what the marks of links say. */
export const isSwept = async (db: Tx, now: number): Promise<boolean> => {
  const [row] = await db.select({ at: linkSweep.at }).from(linkSweep).where(eq(linkSweep.id, 1))
  return row !== undefined && now >= row.at && now <= row.at + goodFor
}
