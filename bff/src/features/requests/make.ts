import { type Activity, activities, sessionActivities } from '@gatehouse/shared/activities'
import { granted, shutBy } from '@gatehouse/shared/decide'
import { holdsUntil, policyAnswer } from '@gatehouse/shared/policies/answer'
import type { PolicyLevel } from '@gatehouse/shared/policies/policy'
import { type Actor, byPerson, bySystem } from '../../kernel/actor.ts'
import { type Entry, entry } from '../../kernel/audit/append.ts'
import { change, witnessed } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import type { KnownDevice } from '../devices/door.ts'
import { peopleGranted } from '../people/door.ts'
import { approve } from './approve.ts'
import {
  activityWords,
  answerBefore,
  approversNeeded,
  furthest,
  ladderFor,
  longestMinutes,
  startOf,
  usualUseBefore,
} from './rules.ts'
import { companyOf, hashOfQuestion } from './shown.ts'
import { changedSignals } from './signals.ts'
import { keepSteps, tellOfNew } from './steps.ts'
import { type RequestRow, requestById } from './store.ts'
import { request } from './tables.ts'

/** What a technician asks. */
export interface Asked {
  activities: Activity[]
  reason: string
  caseNumber: string
  /** ms; a time that has passed means now. */
  wantedStart: number
  minutes: number
}

/**
 * Throws where the technician, or the policy at the wanted start, leaves nothing to ask. Where the policy itself approves
 * at once: until when it goes on to, ms, `null` where nothing known ends that.
 */
const mayBeAsked = async (
  house: House,
  actor: Actor,
  device: KnownDevice,
  asked: Asked,
): Promise<{ byPolicy: false; policy: PolicyLevel[] } | { byPolicy: true; until: number | null }> => {
  const invalid = (says: string) => new Refused('invalid_input', { fields: { activities: says } })
  const { policy } = await house.access.facts(house.db, actor, device)
  const start = startOf(asked.wantedStart, house.clock.now())
  const answers = asked.activities.map((name) => {
    if (!activities[name].touchesDevice) throw invalid('Only what reaches the device is asked for.')
    if (!granted(actor, name, device)) throw new Refused('not_granted', { privately: name })
    const answer = policyAnswer(policy, name, start)
    const shut = answer === 'never' ? shutBy(policy, name, start) : undefined
    if (shut && !shut.ok) throw new Refused(shut.because, { privately: name })
    const isChannel = (sessionActivities as readonly Activity[]).includes(name)
    if (answer === 'always' && !isChannel)
      throw invalid(`“${activities[name].says}” is allowed here without being asked for.`)
    return answer
  })
  const longest = longestMinutes(policy, asked.activities)
  if (asked.minutes > longest)
    throw new Refused('invalid_input', { fields: { minutes: `The policy allows ${longest} minutes at the longest.` } })
  if (!answers.every((answer) => answer === 'always')) return { byPolicy: false, policy: [...policy] }
  const ends = asked.activities.flatMap((name) => holdsUntil(policy, name, start, 'always') ?? [])
  return { byPolicy: true, until: ends.length > 0 ? Math.min(...ends) : null }
}

/** Tells those who are told first; throws where fewer people than the policy wants could ever approve it. */
const askApprovers = async (
  tx: Tx,
  house: House,
  device: KnownDevice,
  row: RequestRow,
  policy: readonly PolicyLevel[],
): Promise<Entry[]> => {
  // Nobody answers himself.
  const others = (await peopleGranted(tx, device.customerId, 'session.approve', device)).filter(
    ({ id }) => id !== row.technicianId,
  )
  if (others.length < approversNeeded(policy, row.activities)) throw new Refused('too_few_approvers')
  await keepSteps(tx, row, ladderFor(policy, row.activities))
  const known = await requestById(tx, row.id)
  if (!known) throw new Error('a request was not stored')
  return tellOfNew(tx, house, known, row.madeAt)
}

/**
 * Asks the customer for activities on a device; returns the request's id. A session always has its request and its
 * approval: where the policy says `always` for all that is asked, the policy approves it in the same transaction.
 */
export const makeRequest = (house: House, actor: Actor, device: KnownDevice, asked: Asked): Promise<string> =>
  witnessed(house, byPerson(actor), { activity: 'session.request', about: device.about }, async () => {
    if (device.state !== 'active') throw new Refused(device.state === 'revoked' ? 'device_revoked' : 'device_offline')
    const now = house.clock.now()
    if (asked.wantedStart > now + furthest.start)
      throw new Refused('invalid_input', { fields: { wantedStart: 'Ask for a start within the next 30 days.' } })
    const asks = await mayBeAsked(house, actor, device, asked)
    const wantedStart = startOf(asked.wantedStart, now)
    const draft = {
      id: newId(),
      customerId: device.customerId,
      deviceId: device.deviceId,
      technicianId: actor.id,
      technicianName: actor.name,
      activities: asked.activities,
      reason: asked.reason,
      caseNumber: asked.caseNumber,
      wantedStart,
      minutes: asked.minutes,
      madeAt: now,
      answerBefore: answerBefore(now, wantedStart, asked.minutes),
      state: 'waiting' as const,
    }
    const company = companyOf(house, actor.customerName)
    const hash = hashOfQuestion(draft, {
      device: {
        name: device.name,
        serial: device.serial,
        model: device.modelName,
        site: device.siteName,
        zone: device.zone,
      },
      customer: device.customerName,
      company,
    })
    const about = { ...device.about, personId: actor.id, requestId: draft.id }
    return change(house, byPerson(actor), 'request.made', async (tx) => {
      const [row] = await tx
        .insert(request)
        .values({ ...draft, hash })
        .returning()
      if (!row) throw new Error('a request was not stored')
      const also: Entry[] = []
      if (asks.byPolicy) {
        const by = { ...bySystem, name: "The customer's policy", company: device.customerName }
        const given = await approve(
          tx,
          row,
          {
            activities: row.activities,
            minutes: row.minutes,
            // No longer than the policy goes on to say always.
            notBefore: null,
            useBefore: Math.min(usualUseBefore(wantedStart), asks.until ?? Number.POSITIVE_INFINITY),
          },
          { by, comment: '' },
          now,
        )
        also.push(
          entry({ by, event: 'session.approved', fields: given.fields, about: { ...about, approvalId: given.id } }),
        )
      } else also.push(...(await askApprovers(tx, house, device, row, asks.policy)))
      const { activities: names, minutes, reason } = row
      return {
        result: row.id,
        fields: { activities: activityWords(names), minutes, reason },
        about,
        also,
        signals: changedSignals(device, row.id),
      }
    })
  })
