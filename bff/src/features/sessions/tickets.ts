import { type Activity, activities } from '@gatehouse/shared/activities'
import { decide, provenBefore } from '@gatehouse/shared/decide'
import type { TicketView } from '@gatehouse/shared/views/sessions'
import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { witnessed } from '../../kernel/change.ts'
import { minutes, seconds } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House, Job } from '../../kernel/house.ts'
import { hashOf, newToken } from '../../kernel/ids.ts'
import { whyNotWatch, whyNotWrite } from './rules.ts'
import type { KnownSession } from './store.ts'
import { streamTicket } from './tables.ts'

export type Direction = 'write' | 'watch'

const ticketLife = seconds(30)

/** What each direction of a stream asks of a person. */
export const activityOf = { write: 'session.terminal', watch: 'session.watch' } as const satisfies Record<
  Direction,
  Activity
>

/** Throws where `actor` may not open a stream of this direction now; asked for the ticket, and again with it. */
export const mayStream = async (
  house: House,
  actor: Actor,
  known: KnownSession,
  direction: Direction,
): Promise<void> => {
  const why = direction === 'write' ? whyNotWrite(actor, known.row) : whyNotWatch(actor, known.row, known)
  if (why) throw new Refused(why, { state: known.row.state })
  const activity = activityOf[direction]
  const facts = activities[activity].touchesDevice
    ? // The session has begun before: a limit does not cut it.
      { ...(await house.access.facts(house.db, actor, known)), limit: undefined }
    : { policy: [], approvals: [] }
  const verdict = decide(provenBefore(actor), activity, known, facts, house.clock.now())
  if (!verdict.ok) throw new Refused(verdict.because)
}

/** A ticket for one stream: single use, 30 s, for this person, sign-in, session, channel and direction only. */
export const giveTicket = (
  house: House,
  actor: Actor,
  known: KnownSession,
  direction: Direction,
): Promise<TicketView> =>
  witnessed(house, byPerson(actor), { activity: activityOf[direction], about: known.about }, async () => {
    await mayStream(house, actor, known, direction)
    const ticket = newToken()
    const expiresAt = house.clock.now() + ticketLife
    await house.db.insert(streamTicket).values({
      hash: hashOf(ticket),
      sessionId: known.row.id,
      personId: actor.id,
      signInId: actor.signInId,
      channel: 'terminal',
      direction,
      expiresAt,
    })
    return { ticket, expiresAt }
  })

/** Uses a ticket up, at once and only once; its direction, or `undefined` where it opens nothing here for him. */
export const useTicket = async (
  db: Tx,
  ticket: string,
  by: { sessionId: string; channel: string; personId: string; signInId: string },
  now: number,
): Promise<Direction | undefined> => {
  if (by.channel !== 'terminal') return undefined
  const [row] = await db
    .update(streamTicket)
    .set({ usedAt: now })
    .where(
      and(
        eq(streamTicket.hash, hashOf(ticket)),
        eq(streamTicket.sessionId, by.sessionId),
        eq(streamTicket.channel, by.channel),
        eq(streamTicket.personId, by.personId),
        eq(streamTicket.signInId, by.signInId),
        isNull(streamTicket.usedAt),
        gt(streamTicket.expiresAt, now),
      ),
    )
    .returning({ direction: streamTicket.direction })
  return row?.direction
}

/** Forgets tickets that open nothing any more. */
export const forgetTickets: Job = {
  name: 'tickets that are over',
  everySeconds: 60,
  run: async (house) => {
    await house.db.delete(streamTicket).where(lt(streamTicket.expiresAt, house.clock.now() - minutes(10)))
  },
}
