import type { Activity } from '@gatehouse/shared/activities'
import { shutBy } from '@gatehouse/shared/decide'
import { policyAnswer } from '@gatehouse/shared/policies/answer'
import type { PolicyLevel } from '@gatehouse/shared/policies/policy'
import { awaitsAnswer, openStates } from '@gatehouse/shared/requests/request-states'
import { and, eq, inArray } from 'drizzle-orm'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import { change, witnessed } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { holdRights } from '../../kernel/database/rights-lock.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { whoIs } from '../actions/door.ts'
import { levelsFor } from '../policies/door.ts'
import { tell } from '../profile/door.ts'
import { approve } from './approve.ts'
import { takeRequest } from './door.ts'
import { expireRequest } from './expire.ts'
import { mailOfAnswer } from './mails.ts'
import {
  activityWords,
  approversNeeded,
  asKept,
  narrowed,
  type Offer,
  offerOf,
  startOf,
  whyNotApprove,
  whyNotDeny,
  whyNotGive,
} from './rules.ts'
import { consentsThatCount, hashOfShown, questionOf } from './shown.ts'
import { changedSignals } from './signals.ts'
import { tellOfFirst } from './steps.ts'
import type { ConsentRow, KnownRequest } from './store.ts'
import { request, requestConsent } from './tables.ts'

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

interface Taken {
  known: KnownRequest
  policy: PolicyLevel[]
  question: string
  /** How many have to approve it, by the policy of this moment. */
  needed: number
  /** Whose yes counts already. */
  given: ConsentRow[]
}

/** The request as it is now, taken for this transaction, and answerable by `actor`; throws with the state that won. */
const takeToDecide = async (tx: Tx, house: House, actor: Actor, id: string, answer: Answer): Promise<Taken> => {
  const known = await takeRequest(tx, id)
  const { row } = known
  const now = house.clock.now()
  // At this moment, and until it is written: who takes the right away was before it, or comes after.
  await holdRights(tx, actor.id, 'as they are')
  const who = await whoIs(tx, actor.id)
  if (!who) throw new Refused('not_granted')
  const question = questionOf(house, known)
  const given = consentsThatCount(question, known)
  const why =
    answer.answer === 'approve' ? whyNotApprove(who, row, given, known, now) : whyNotDeny(who, row, known, now)
  if (why === 'already_decided' || why === 'wrong_state')
    throw new Refused('already_decided', { state: awaitsAnswer(row.state) ? 'expired_unanswered' : row.state })
  if (why) throw new Refused(why)
  const policy = await levelsFor(tx, known)
  const needed = approversNeeded(policy, row.activities)
  if (hashOfShown(question, needed, given) !== answer.hash) throw new Refused('changed_meanwhile', { state: row.state })
  return { known, policy, question, needed, given }
}

const tellTechnician = (
  tx: Tx,
  house: House,
  known: KnownRequest,
  says: 'Approved' | 'Denied',
  by: string,
  comment: string,
) => tell(house, tx, 'answered', known.row.technicianId, (to) => mailOfAnswer(house, to, known, { says, by, comment }))

/** What `answer` gives of what is left; throws where that is more than is left, or what the policy never lets through. */
const readGiven = (answer: Answer, { known: { row }, policy, given }: Taken, now: number): Offer => {
  const offer = offerOf(row, given)
  const own: Offer = {
    activities: answer.activities ?? offer.activities,
    minutes: answer.minutes ?? offer.minutes,
    notBefore: answer.notBefore ?? null,
    useBefore: answer.useBefore ?? null,
  }
  const fields = whyNotGive(own, offer, row.wantedStart, now)
  if (Object.keys(fields).length > 0) throw new Refused('invalid_input', { fields })
  const start = startOf(narrowed(offer, own).notBefore ?? row.wantedStart, now)
  const shut = own.activities.find((name) => policyAnswer(policy, name, start) === 'never')
  const why = shut && shutBy(policy, shut, start)
  if (why && !why.ok) throw new Refused(why.because, { privately: shut })
  return asKept(own, offer, row.wantedStart, now)
}

const approveIt = async (house: House, actor: Actor, id: string, answer: Answer): Promise<void> => {
  const signals = await house.db.transaction(async (tx) => {
    const now = house.clock.now()
    const taken = await takeToDecide(tx, house, actor, id, answer)
    const { known, question, needed, given } = taken
    const { row } = known
    const own = readGiven(answer, taken, now)
    const { customerId, technicianId } = row
    const { comment, hash: shown } = answer
    const consent: ConsentRow = {
      ...{ requestId: id, customerId, technicianId, personId: actor.id, personName: actor.name, at: now },
      ...{ question, shown, ...own, activities: [...own.activities], comment },
    }
    await tx.insert(requestConsent).values(consent)
    const all = [...given, consent]
    const done = all.length < needed ? await first() : await last()
    await append(tx, now, done)
    return changedSignals(known, id)

    async function first(): Promise<Entry[]> {
      await tx
        .update(request)
        .set({ state: 'partly_approved' })
        .where(and(eq(request.id, id), inArray(request.state, [...openStates])))
      const told = await tellOfFirst(tx, house, { ...known, consents: all }, all, now)
      const fields = {
        activities: activityWords(consent.activities),
        technician: row.technicianName,
        ...{ minutes: consent.minutes, given: all.length, needed },
      }
      return [entry({ by: byPerson(actor), event: 'request.partly_approved', fields, about: known.about }), ...told]
    }

    async function last(): Promise<Entry[]> {
      const offer = offerOf(row, all)
      const approved = await approve(tx, row, offer, { by: byPerson(actor), comment, question }, now)
      await tellTechnician(tx, house, known, 'Approved', all.map(({ personName }) => personName).join(' and '), comment)
      const about = { ...known.about, approvalId: approved.id }
      return [entry({ by: byPerson(actor), event: 'session.approved', fields: approved.fields, about })]
    }
  })
  for (const signal of signals) house.bus.publish(signal)
}

const denyIt = (house: House, actor: Actor, id: string, answer: Answer): Promise<void> =>
  change(house, byPerson(actor), 'session.denied', async (tx) => {
    const { known, question } = await takeToDecide(tx, house, actor, id, answer)
    const { comment } = answer
    const moved = await tx
      .update(request)
      .set({
        state: 'denied',
        decidedBy: actor.id,
        decidedByName: actor.name,
        decidedAt: house.clock.now(),
        comment,
        hash: question,
      })
      .where(and(eq(request.id, id), inArray(request.state, [...openStates])))
      .returning({ id: request.id })
    if (moved.length === 0) throw new Refused('already_decided')
    await tellTechnician(tx, house, known, 'Denied', actor.name, comment)
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
 * holds for what was shown and for nothing else. Where two have to approve, the second may only narrow what the first
 * has given, and either may still end it by a no.
 */
export const decideRequest = (house: House, actor: Actor, known: KnownRequest, answer: Answer): Promise<void> =>
  witnessed(house, byPerson(actor), { activity: 'session.approve', about: known.about }, async () => {
    const limit = answer.answer === 'approve' ? house.access.limit(known.customerId) : undefined
    if (limit) throw new Refused(limit.because, { since: limit.since })
    const { id, state, answerBefore } = known.row
    // The clock has answered already, whether or not anybody has looked since.
    if (awaitsAnswer(state) && house.clock.now() >= answerBefore) await expireRequest(house, id)
    await (answer.answer === 'approve' ? approveIt : denyIt)(house, actor, id, answer)
  })
