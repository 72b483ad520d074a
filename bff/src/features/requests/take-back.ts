import { and, eq, inArray } from 'drizzle-orm'
import { type Actor, type By, byPerson } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import { change, witnessed } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { tell } from '../profile/door.ts'
import { endSessionIn } from '../sessions/door.ts'
import { takeRequest } from './door.ts'
import { mailOfTakingBack } from './mails.ts'
import { whyNotRevoke, whyNotWithdraw } from './rules.ts'
import { changedSignals } from './signals.ts'
import type { KnownRequest } from './store.ts'
import { approval, request } from './tables.ts'

const voidApproval = (tx: Tx, requestId: string, now: number, by: string, comment: string): Promise<unknown> =>
  tx
    .update(approval)
    .set({ revokedAt: now, revokedByName: by, revokedComment: comment })
    .where(eq(approval.requestId, requestId))

/** The technician no longer wants it; an approval that was not used yet goes with it. */
export const withdrawRequest = (house: House, actor: Actor, { row, about }: KnownRequest): Promise<void> =>
  witnessed(house, byPerson(actor), { activity: 'session.request', about }, () =>
    change(house, byPerson(actor), 'request.withdrawn', async (tx) => {
      const known = await takeRequest(tx, row.id)
      const why = whyNotWithdraw(actor, known.row)
      if (why) throw new Refused(why, { state: known.row.state })
      await tx.update(request).set({ state: 'withdrawn' }).where(eq(request.id, row.id))
      await voidApproval(tx, row.id, house.clock.now(), actor.name, '')
      return { result: undefined, fields: {}, about: known.about, signals: changedSignals(known, row.id) }
    }),
  )

/** Takes an approval back within `tx`, and ends the session it opened in the same transaction. */
const revokeIn = async (
  house: House,
  tx: Tx,
  known: KnownRequest,
  by: By,
  comment: string,
  now: number,
): Promise<{ fields: { technician: string; comment: string }; also: Entry[]; signals: Signal[] }> => {
  await tx.update(request).set({ state: 'revoked' }).where(eq(request.id, known.row.id))
  await voidApproval(tx, known.row.id, now, by.name, comment)
  const ended = known.session ? await endSessionIn(tx, now, known.session.id, 'approval_revoked', by) : undefined
  await tell(house, tx, 'taken_back', known.row.technicianId, (to) =>
    mailOfTakingBack(house, to, known, { by, comment, ended: ended !== undefined }),
  )
  return {
    fields: { technician: known.row.technicianName, comment },
    also: ended?.entries ?? [],
    signals: [...(ended?.signals ?? []), ...changedSignals(known, known.row.id)],
  }
}

/** The customer takes the approval back: unused it can never be used, in use its session ends at once. */
export const revokeApproval = (house: House, actor: Actor, { row, about }: KnownRequest, comment: string) =>
  witnessed(house, byPerson(actor), { activity: 'session.approve', about }, () =>
    change(house, byPerson(actor), 'approval.revoked', async (tx) => {
      const known = await takeRequest(tx, row.id)
      const now = house.clock.now()
      const why = whyNotRevoke(actor, known.row, known.approval, known, now)
      if (why) throw new Refused(why, { state: known.row.state })
      return {
        result: undefined,
        about: known.about,
        ...(await revokeIn(house, tx, known, byPerson(actor), comment, now)),
      }
    }),
  )

/** Takes back every approval on a device that could still be used or is in use: its identity was revoked, say. */
export const revokeApprovalsOfDevice = async (
  house: House,
  deviceId: string,
  by: By,
  comment: string,
): Promise<void> => {
  const rows = await house.db
    .select({ id: request.id })
    .from(request)
    .where(and(eq(request.deviceId, deviceId), inArray(request.state, ['approved', 'used'])))
  for (const { id } of rows) {
    const signals = await house.db.transaction(async (tx) => {
      const known = await takeRequest(tx, id)
      const now = house.clock.now()
      const isOver = known.approval?.endsAt != null && known.approval.endsAt <= now
      if (isOver || (known.row.state !== 'approved' && known.row.state !== 'used')) return []
      const { fields, also, signals } = await revokeIn(house, tx, known, by, comment, now)
      await append(tx, now, [entry({ by, event: 'approval.revoked', fields, about: known.about }), ...also])
      return signals
    })
    for (const signal of signals) house.bus.publish(signal)
  }
}
