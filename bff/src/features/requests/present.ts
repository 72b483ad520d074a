import type { DeviceTarget } from '@gatehouse/shared/decide'
import { nextOpenings } from '@gatehouse/shared/policies/answer'
import { deciding } from '@gatehouse/shared/policies/policy'
import type { Named, RequestView } from '@gatehouse/shared/views/views'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { mayUnless } from '../../kernel/http/allow.ts'
import { peopleGranted } from '../people/door.ts'
import { levelsFor } from '../policies/door.ts'
import { whyNotOpenNow } from './door.ts'
import { whyNotDecide, whyNotRevoke, whyNotWithdraw } from './rules.ts'
import { companyOf, hashOfKnown } from './shown.ts'
import type { KnownRequest } from './store.ts'

const decisionOf = ({ row, approval }: KnownRequest): RequestView['decision'] =>
  row.decidedAt === null
    ? null
    : {
        by: row.decidedByName ?? '',
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
const openingsOf = async (house: House, known: KnownRequest, now: number): Promise<RequestView['openings']> => {
  if (known.row.state !== 'waiting' && known.row.state !== 'approved') return []
  const policy = await levelsFor(house.db, known)
  return known.row.activities.flatMap((activity): RequestView['openings'] => {
    const found = deciding(policy, activity)
    const [next] = found ? nextOpenings(found.rule, found.by.zone, Math.max(now, known.row.wantedStart), 1) : []
    if (!found || !next) return []
    return [{ activity, from: next.from, until: next.until, graceMinutes: found.rule.graceMinutes }]
  })
}

const present = async (house: House, actor: Actor, known: KnownRequest, approvers: Named[]): Promise<RequestView> => {
  const now = house.clock.now()
  const { row, device, session } = known
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
    hash: hashOfKnown(house, known),
    openings: await openingsOf(house, known, now),
    approvers,
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
      decide: mayUnless(whyNotDecide(actor, row, known, now)),
      withdraw: mayUnless(whyNotWithdraw(actor, row)),
      revoke: mayUnless(whyNotRevoke(actor, row, known.approval, known, now)),
      open: mayUnless(await whyNotOpenNow(house, house.db, actor, known)),
    },
  }
}

/** Whoever may answer requests for this device; whether each of them may answer a certain one is decided then. */
export const whoMayAnswer = async (house: House, device: DeviceTarget): Promise<Named[]> => {
  const people = await peopleGranted(house.db, device.customerId, 'session.approve', device)
  return people.map(({ id, name }) => ({ id, name }))
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
      const who = known.row.state === 'waiting' ? await approversOf(known) : []
      return present(
        house,
        actor,
        known,
        who.filter(({ id }) => id !== known.row.technicianId),
      )
    }),
  )
}
