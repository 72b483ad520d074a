import { type Activity, activities } from '@gatehouse/shared/activities'
import { decide, granted, provenBefore, type Target, targetOf, type Who } from '@gatehouse/shared/decide'
import { explain, nextOpenings } from '@gatehouse/shared/policies/answer'
import { deciding, type PolicyLevel, type PolicyLevelKind } from '@gatehouse/shared/policies/policy'
import type { Named } from '@gatehouse/shared/views/basics'
import type { ExplainView } from '@gatehouse/shared/views/policies'
import { and, eq, isNull } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { days } from '../../kernel/clock.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { asMay } from '../../kernel/http/allow.ts'
import { whoIs } from '../actions/door.ts'
import type { KnownDevice } from '../devices/door.ts'
import { person } from '../people/tables.ts'
import { approvalsFor } from '../requests/door.ts'
import { levelsFor } from './door.ts'
import { isKnownStaff } from './known-staff.ts'

/** What is asked: for whom and when, where not for oneself and now. */
export interface Question {
  activity: Activity
  person?: string
  at?: number
}

/** So many openings are told. */
const mostOpenings = 5
/** No further from now than that may be asked about. */
const furthest = days(400)
const nothing = { policy: [], approvals: [] }

/** Whom the question is about; somebody whom `actor` may not see is told apart from nobody by nothing. */
const whoIsMeant = async (
  house: House,
  actor: Actor,
  device: KnownDevice,
  id: string,
): Promise<Named & { who: Who | null }> => {
  const [row] = await house.db
    .select({ id: person.id, name: person.name, customerId: person.customerId })
    .from(person)
    .where(and(eq(person.id, id), isNull(person.removedAt)))
  if (!row) throw new Refused('not_found')
  const { customerId } = row
  const [activity, target]: [Activity, Target] =
    customerId === null ? ['staff.view', { kind: 'maker' }] : ['person.view', { kind: 'customer', customerId }]
  const now = house.clock.now()
  const isSeen =
    id === actor.id ||
    decide(actor, activity, target, nothing, now).ok ||
    (decide(actor, 'policy.view', targetOf('policy.view', device), nothing, now).ok &&
      (await isKnownStaff(house.db, actor, device.customerId, id)))
  if (!isSeen) throw new Refused('not_found')
  return { id, name: row.name, who: await whoIs(house.db, id) }
}

/** What a level is about, of those that a device is in. */
const placeOf = (device: KnownDevice, level: PolicyLevelKind) =>
  ({
    customer: { level, levelId: device.customerId, name: device.customerName },
    site: { level, levelId: device.siteId, name: device.siteName },
    model: { level, levelId: device.modelId, name: device.modelName },
    device: { level, levelId: device.deviceId, name: device.name },
  })[level]

const policyPart = (device: KnownDevice, levels: readonly PolicyLevel[], mayRead: boolean, q: Required<Question>) => {
  const found = deciding(levels, q.activity)
  return {
    ...explain(levels, q.activity, q.at),
    zone: device.zone,
    openings: found ? nextOpenings(found.rule, device.zone, q.at, mostOpenings) : [],
    rule: found && mayRead ? found.rule : null,
    by: found && mayRead ? placeOf(device, found.by.level) : null,
  }
}

/** Answers whether somebody could do something to a device at some time, and which rule says so. */
export const explainTo = async (
  house: House,
  actor: Actor,
  device: KnownDevice,
  { activity, person: id = actor.id, at: asked }: Question,
): Promise<ExplainView> => {
  const now = house.clock.now()
  const at = asked ?? now
  if (Math.abs(at - now) > furthest)
    throw new Refused('invalid_input', { fields: { at: 'Ask about a time within a year from now.' } })
  // Of oneself and now the answer is that of the doors; else that of somebody who has shown who he is.
  const isPlain = id === actor.id && asked === undefined
  const { who, ...meant } = isPlain
    ? { id, name: actor.name, who: provenBefore(actor) }
    : await whoIsMeant(house, actor, device, id)
  const [policy, approvals] = await Promise.all([
    levelsFor(house.db, device),
    approvalsFor(house.db, device.deviceId, id),
  ])
  const target = targetOf(activity, device)
  const mayRead = decide(actor, 'policy.view', targetOf('policy.view', device), nothing, now).ok
  return {
    activity,
    person: meant,
    at,
    verdict: asMay(decide(who, activity, target, { policy, approvals }, at)),
    granted: who !== null && granted(who, activity, target),
    policy: activities[activity].touchesDevice
      ? policyPart(device, policy, mayRead, { activity, person: id, at })
      : null,
  }
}
