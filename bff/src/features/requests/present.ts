import { deviceActivities } from '@gatehouse/shared/activities'
import type { DeviceTarget } from '@gatehouse/shared/decide'
import { nextOpenings } from '@gatehouse/shared/policies/answer'
import { deciding, type PolicyLevel } from '@gatehouse/shared/policies/policy'
import { awaitsAnswer } from '@gatehouse/shared/requests/request-states'
import type { Named } from '@gatehouse/shared/views/basics'
import type { AskingView, RequestView } from '@gatehouse/shared/views/requests'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { mayUnless } from '../../kernel/http/allow.ts'
import { peopleGranted } from '../people/door.ts'
import { levelsFor } from '../policies/door.ts'
import { whyNotOpenNow } from './door.ts'
import {
  approversNeeded,
  offerOf,
  watchDemanded,
  whyNotApprove,
  whyNotDeny,
  whyNotRevoke,
  whyNotWithdraw,
} from './rules.ts'
import { companyOf, consentsThatCount, hashOfShown, questionOf } from './shown.ts'
import type { KnownRequest } from './store.ts'

const namesOf = (given: readonly { personName: string }[]) => given.map(({ personName }) => personName).join(' and ')

const decisionOf = ({ row, approval, consents }: KnownRequest): RequestView['decision'] =>
  row.decidedAt === null
    ? null
    : {
        by:
          (approval && namesOf(consents.filter(({ question }) => question === row.hash))) || (row.decidedByName ?? ''),
        at: row.decidedAt,
        comment: row.comment ?? '',
        activities: approval?.activities ?? null,
        minutes: approval?.minutes ?? null,
        notBefore: approval?.notBefore ?? null,
        useBefore: approval?.useBefore ?? null,
      }

const revokedOf = ({ row, approval }: KnownRequest): RequestView['revoked'] =>
  row.state === 'revoked' && approval?.revokedAt
    ? { by: approval.revokedByName ?? '', at: approval.revokedAt, comment: approval.revokedComment ?? '' }
    : null

/** The windows by which what is asked for may be done: the one at the wanted start, or the next. */
const openingsOf = (policy: readonly PolicyLevel[], known: KnownRequest, now: number): RequestView['openings'] =>
  known.row.activities.flatMap((activity): RequestView['openings'] => {
    const found = deciding(policy, activity)
    const [next] = found ? nextOpenings(found.rule, found.by.zone, Math.max(now, known.row.wantedStart), 1) : []
    if (!found || !next) return []
    return [{ activity, from: next.from, until: next.until, graceMinutes: found.rule.graceMinutes }]
  })

const toldOf = ({ row, steps }: KnownRequest, now: number): RequestView['told'] => {
  if (steps.length === 0) return null
  const next = steps.find(({ toldAt }) => toldAt === null)
  const comes = next && awaitsAnswer(row.state) && next.dueAt < row.answerBefore
  return {
    steps: steps.flatMap(({ toldAt, toldIds, toldNames, leftOut }) =>
      toldAt === null || (toldIds?.length === 0 && leftOut?.length === 0)
        ? []
        : [
            {
              at: toldAt,
              people: (toldIds ?? []).map((id, i) => ({ id, name: toldNames?.[i] ?? '' })),
              leftOut: leftOut ?? [],
            },
          ],
    ),
    next: comes ? { at: Math.max(now, next.dueAt), names: next.names } : null,
  }
}

const present = async (house: House, actor: Actor, known: KnownRequest, approvers: Named[]): Promise<RequestView> => {
  const now = house.clock.now()
  const { row, device, session } = known
  const question = questionOf(house, known)
  const given = consentsThatCount(question, known)
  const runs = session !== null && session.state !== 'ended'
  const matters = awaitsAnswer(row.state) || row.state === 'approved' || runs
  const policy = matters ? await levelsFor(house.db, known) : []
  // What was decided is shown as it was, whatever the policy says by now.
  const needed = awaitsAnswer(row.state) ? approversNeeded(policy, row.activities) : Math.max(1, known.consents.length)
  const offer = offerOf(row, given)
  return {
    id: row.id,
    state: row.state,
    device: {
      id: known.deviceId,
      name: device.name,
      serial: device.serial,
      site: device.site,
      zone: device.zone,
      model: device.model,
    },
    customer: { id: known.customerId, name: known.customerName },
    technician: { id: row.technicianId, name: row.technicianName },
    company: companyOf(house, known.technicianCustomer),
    activities: row.activities,
    reason: row.reason,
    caseNumber: row.caseNumber,
    wantedStart: row.wantedStart,
    minutes: row.minutes,
    madeAt: row.madeAt,
    answerBefore: row.answerBefore,
    hash: hashOfShown(question, needed, given),
    openings: runs ? [] : openingsOf(policy, known, now),
    approvers: approvers.filter(({ id }) => !given.some(({ personId }) => personId === id)),
    approvals: {
      needed,
      given: known.consents.map((one) => ({
        by: { id: one.personId, name: one.personName },
        at: one.at,
        comment: one.comment,
        activities: one.activities,
        minutes: one.minutes,
        counts: one.question === (awaitsAnswer(row.state) ? question : row.hash),
      })),
    },
    offer: { ...offer, activities: [...offer.activities] },
    told: toldOf(known, now),
    watched: watchDemanded(policy, row.activities),
    decision: decisionOf(known),
    revoked: revokedOf(known),
    session: session && {
      id: session.id,
      state: session.state,
      cause: session.cause,
      startedAt: session.openedAt,
      endedAt: session.endedAt,
    },
    may: {
      decide: mayUnless(whyNotApprove(actor, row, given, known, now)),
      deny: mayUnless(whyNotDeny(actor, row, known, now)),
      withdraw: mayUnless(whyNotWithdraw(actor, row)),
      revoke: mayUnless(whyNotRevoke(actor, row, known.approval, known, now)),
      open: mayUnless(await whyNotOpenNow(house, house.db, actor, known)),
    },
  }
}

/** Whoever may answer requests for this device; whether each of them may answer a certain one is decided then. */
const whoMayAnswer = async (house: House, device: DeviceTarget): Promise<Named[]> => {
  const people = await peopleGranted(house.db, device.customerId, 'session.approve', device)
  return people.map(({ id, name }) => ({ id, name }))
}

/** What a request of `actor` for this device would meet. */
export const presentAsking = async (house: House, actor: Actor, device: DeviceTarget): Promise<AskingView> => {
  const [people, policy] = await Promise.all([whoMayAnswer(house, device), levelsFor(house.db, device)])
  return {
    // Nobody answers himself.
    people: people.filter(({ id }) => id !== actor.id),
    twoFor: deviceActivities.filter((name) => approversNeeded(policy, [name]) > 1),
    watchedFor: deviceActivities.filter((name) => watchDemanded(policy, [name])),
  }
}

/** Requests as pages show them, each with the verdicts for whoever looks and, while it waits, who may answer. */
export const presentRequests = async (
  house: House,
  actor: Actor,
  rows: readonly KnownRequest[],
): Promise<RequestView[]> => {
  const approvers = new Map<string, Promise<Named[]>>()
  const approversOf = (known: KnownRequest): Promise<Named[]> => {
    const found = approvers.get(known.deviceId) ?? whoMayAnswer(house, known)
    approvers.set(known.deviceId, found)
    return found
  }
  return Promise.all(
    rows.map(async (known) => {
      const who = awaitsAnswer(known.row.state) ? await approversOf(known) : []
      return present(
        house,
        actor,
        known,
        who.filter(({ id }) => id !== known.row.technicianId),
      )
    }),
  )
}
