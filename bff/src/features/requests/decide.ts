import type { Activity } from '@gatehouse/shared/activities'
import { shutBy } from '@gatehouse/shared/decide'
import { policyAnswer } from '@gatehouse/shared/policies/answer'
import { and, eq } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { change, witnessed } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { levelsFor } from '../policies/door.ts'
import { tell } from '../profile/door.ts'
import { approve } from './approve.ts'
import { takeRequest } from './door.ts'
import { expireRequest } from './expire.ts'
import { mailOfAnswer } from './mails.ts'
import { activityWords, startOf, whyNotDecide } from './rules.ts'
import { hashOfKnown } from './shown.ts'
import { changedSignals } from './signals.ts'
import type { KnownRequest } from './store.ts'
import { request } from './tables.ts'

/** What an approver answers: less than was asked, never more. */
export interface Answer {
  answer: 'approve' | 'deny'
  /** Of what he was shown. */
  hash: string
  activities?: Activity[]
  minutes?: number
  notBefore?: number
  useBefore?: number
  comment: string
}

/** The request as it is now, taken for this transaction, and answerable by `actor`; throws with the state that won. */
const takeToDecide = async (tx: Tx, house: House, actor: Actor, id: string, hash: string): Promise<KnownRequest> => {
  const known = await takeRequest(tx, id)
  const { row } = known
  const why = whyNotDecide(actor, row, known, house.clock.now())
  if (why === 'already_decided' || why === 'wrong_state')
    throw new Refused('already_decided', { state: row.state === 'waiting' ? 'expired_unanswered' : row.state })
  if (why) throw new Refused(why)
  if (hashOfKnown(house, known) !== hash) throw new Refused('changed_meanwhile', { state: row.state })
  return known
}

const tellTechnician = (
  tx: Tx,
  house: House,
  known: KnownRequest,
  says: 'Approved' | 'Denied',
  by: Actor,
  comment: string,
) =>
  tell(house, tx, 'answered', known.row.technicianId, (to) =>
    mailOfAnswer(house, to, known, { says, by: by.name, comment }),
  )

const approveIt = (house: House, actor: Actor, id: string, answer: Answer): Promise<void> =>
  change(house, byPerson(actor), 'session.approved', async (tx) => {
    const now = house.clock.now()
    const known = await takeToDecide(tx, house, actor, id, answer.hash)
    const given = {
      activities: answer.activities ?? known.row.activities,
      minutes: answer.minutes ?? known.row.minutes,
      notBefore: answer.notBefore,
      useBefore: answer.useBefore,
    }
    const policy = await levelsFor(tx, known)
    const start = startOf(given.notBefore ?? known.row.wantedStart, now)
    const shut = given.activities.find((name) => policyAnswer(policy, name, start) === 'never')
    const why = shut && shutBy(policy, shut, start)
    if (why && !why.ok) throw new Refused(why.because, { privately: shut })
    const { comment, hash } = answer
    const approved = await approve(tx, known.row, given, { by: byPerson(actor), comment, hash }, now)
    await tellTechnician(tx, house, known, 'Approved', actor, comment)
    return {
      result: undefined,
      fields: approved.fields,
      about: { ...known.about, approvalId: approved.id },
      signals: changedSignals(known, id),
    }
  })

const denyIt = (house: House, actor: Actor, id: string, { hash, comment }: Answer): Promise<void> =>
  change(house, byPerson(actor), 'session.denied', async (tx) => {
    const known = await takeToDecide(tx, house, actor, id, hash)
    const moved = await tx
      .update(request)
      .set({
        state: 'denied',
        decidedBy: actor.id,
        decidedByName: actor.name,
        decidedAt: house.clock.now(),
        comment,
        hash,
      })
      .where(and(eq(request.id, id), eq(request.state, 'waiting')))
      .returning({ id: request.id })
    if (moved.length === 0) throw new Refused('already_decided')
    await tellTechnician(tx, house, known, 'Denied', actor, comment)
    const { activities, technicianName: technician } = known.row
    return {
      result: undefined,
      fields: { activities: activityWords(activities), technician, comment },
      about: known.about,
      signals: changedSignals(known, id),
    }
  })

/**
 * Answers a request once: of answers at the same instant one wins, and the others are told which state did. The answer
 * holds for what was shown and for nothing else.
 */
export const decideRequest = (house: House, actor: Actor, known: KnownRequest, answer: Answer): Promise<void> =>
  witnessed(house, byPerson(actor), { activity: 'session.approve', about: known.about }, async () => {
    const { id, state, answerBefore } = known.row
    // The clock has answered already, whether or not anybody has looked since.
    if (state === 'waiting' && house.clock.now() >= answerBefore) await expireRequest(house, id)
    await (answer.answer === 'approve' ? approveIt : denyIt)(house, actor, id, answer)
  })
