import { type Activity, policyActivities } from '@gatehouse/shared/activities'
import { decide, type Grant, type Target } from '@gatehouse/shared/decide'
import { type PolicyRules, sameRule } from '@gatehouse/shared/policies/policy'
import type { PolicyPreview, TouchedPeople } from '@gatehouse/shared/views/policies'
import { and, arrayOverlaps, asc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { customer, site } from '../customers/tables.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'
import { scopeOf } from '../groups/door.ts'
import { group, groupGrant, groupMember } from '../groups/tables.ts'
import { maySignIn } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { type KnownLevel, namedLevels, rulesOf } from './store.ts'
import { changeFor, type Speaking, type Spot, type SpotChange } from './touched.ts'

/** So much is shown by name. */
const shown = 10

const isAbout = ({ level, levelId, customerId }: KnownLevel): SQL =>
  and(
    eq(device.customerId, customerId),
    isNull(device.removedAt),
    level === 'site' ? eq(device.siteId, levelId) : undefined,
    level === 'model' ? eq(device.modelId, levelId) : undefined,
    level === 'device' ? eq(device.id, levelId) : undefined,
  ) as SQL

/**
 * Where the devices of a level stand: those of one site and one model stand alike, unless they have rules of their
 * own (`singly`). So the policy is asked as often as there are such spots, however many devices there are.
 */
const spotsOf = async (db: Tx, at: KnownLevel, singly: readonly string[]): Promise<(Spot & { devices: number })[]> => {
  const own = sql<string | null>`case when ${device.id} = any(${sql.param([...singly])}::uuid[]) then ${device.id} end`
  const rows = await db
    .select({
      siteId: device.siteId,
      modelId: device.modelId,
      deviceId: own.as('own'),
      zone: site.zone,
      devices: sql<number>`count(*)::int`,
    })
    .from(device)
    .innerJoin(site, and(eq(site.customerId, device.customerId), eq(site.id, device.siteId)))
    .where(isAbout(at))
    .groupBy(device.siteId, device.modelId, sql`own`, site.zone)
  return rows
}

type Changed = Map<Activity, (Spot & SpotChange & { devices: number })[]>

/** The devices of these spots, as a condition. */
const devicesAt = (at: KnownLevel, spots: readonly Spot[], singly: readonly string[]): SQL => {
  const alone = spots.flatMap(({ deviceId }) => deviceId ?? [])
  const alike = spots.filter(({ deviceId }) => deviceId === null)
  const inSpots =
    alike.length === 0
      ? sql`false`
      : sql`(${device.siteId}, ${device.modelId}) in (select * from unnest(
          ${sql.param(alike.map(({ siteId }) => siteId))}::uuid[], ${sql.param(alike.map(({ modelId }) => modelId))}::uuid[]
        )) and not (${device.id} = any(${sql.param([...singly])}::uuid[]))`
  return and(isAbout(at), or(sql`(${inSpots})`, sql`${device.id} = any(${sql.param(alone)}::uuid[])`)) as SQL
}

/** The groups of the maker and of the customer that hold one of these activities on one of these devices. */
const groupsHolding = async (
  db: Tx,
  customerId: string,
  wanted: readonly { activity: Activity; on: SQL }[],
): Promise<string[]> => {
  if (wanted.length === 0) return []
  const grants = await db
    .select({ grant: groupGrant, customerId: group.customerId })
    .from(groupGrant)
    .innerJoin(group, eq(group.id, groupGrant.groupId))
    .where(
      and(
        or(isNull(group.customerId), eq(group.customerId, customerId)),
        arrayOverlaps(
          groupGrant.activities,
          wanted.map(({ activity }) => activity),
        ),
      ),
    )
    .orderBy(asc(groupGrant.id))
  if (grants.length === 0) return []
  const reaches = grants.map(({ grant, customerId: of }) => {
    const only: Grant = { activities: grant.activities, scope: scopeOf(grant) }
    const any = wanted
      // A customer's own people look at what is theirs.
      .filter(({ activity }) => grant.activities.includes(activity) && (activity !== 'device.view' || of === null))
      .map(({ activity, on }) => and(on, grantedDevices({ customerId: of, grants: [only] }, activity)))
    return sql`coalesce(bool_or(${or(...any) ?? sql`false`}), false)`
  })
  const [row] = await db.execute<{ reaches: boolean[] }>(
    sql`select array[${sql.join(reaches, sql`, `)}] as reaches from ${device}
        where ${device.customerId} = ${customerId} and ${isNull(device.removedAt)}`,
  )
  return [...new Set(grants.filter((_, i) => row?.reaches[i]).map(({ grant }) => grant.groupId))]
}

/** The people in these groups who can sign in, counted; by name those whom the asker may see. */
const peopleIn = async (
  db: Tx,
  groupIds: readonly string[],
  sees: { maker: boolean; own: boolean },
  maker: string,
): Promise<TouchedPeople> => {
  if (groupIds.length === 0) return { maker: 0, own: 0, sample: [] }
  const inThem = db
    .selectDistinct({ personId: groupMember.personId })
    .from(groupMember)
    .where(inArray(groupMember.groupId, [...groupIds]))
  const are = and(inArray(person.id, inThem), maySignIn)
  const seen = or(
    sees.maker ? isNull(person.customerId) : undefined,
    sees.own ? sql`${person.customerId} is not null` : undefined,
  )
  const [[counts], sample] = await Promise.all([
    db
      .select({
        maker: sql<number>`count(*) filter (where ${person.customerId} is null)::int`,
        own: sql<number>`count(${person.customerId})::int`,
      })
      .from(person)
      .where(are),
    seen
      ? db
          .select({ id: person.id, name: person.name, company: sql<string>`coalesce(${customer.name}, ${maker})` })
          .from(person)
          .leftJoin(customer, eq(customer.id, person.customerId))
          .where(and(are, seen))
          .orderBy(asc(person.name), asc(person.id))
          .limit(shown)
      : [],
  ])
  return { maker: counts?.maker ?? 0, own: counts?.own ?? 0, sample }
}

const sampleOf = (db: Tx, actor: Actor, on: SQL) =>
  db
    .select({ id: device.id, name: device.name, serial: device.serial, site: site.name, customer: customer.name })
    .from(device)
    .innerJoin(site, and(eq(site.customerId, device.customerId), eq(site.id, device.siteId)))
    .innerJoin(customer, eq(customer.id, device.customerId))
    .where(and(on, grantedDevices(actor, 'device.view')))
    .orderBy(asc(device.name), asc(device.id))
    .limit(shown)

/** What changes for which devices, activity by activity. */
const changedBy = async (db: Tx, at: KnownLevel, rules: PolicyRules) => {
  const { customerId, level, levelId } = at
  const [before, own] = await Promise.all([namedLevels(db, customerId), rulesOf(db, { customerId, level, levelId })])
  const isIt = (one: Speaking) => one.level === level && one.levelId === levelId
  const after: Speaking[] = [...before.filter((one) => !isIt(one)), { level, levelId, rules }]
  const singly = [...new Set([...before, ...after].filter((one) => one.level === 'device').map((one) => one.levelId))]
  const spots = await spotsOf(db, at, singly)
  const changed: Changed = new Map(
    policyActivities
      .filter((name) => !sameRule(own[name], rules[name]))
      .map((activity) => [
        activity,
        spots.flatMap((spot) => {
          const change = changeFor(before, after, spot, activity)
          return change ? [{ ...spot, ...change }] : []
        }),
      ]),
  )
  return { spots, changed, on: (some: readonly Spot[]) => devicesAt(at, some, singly) }
}

const count = (some: readonly { devices: number }[]) => some.reduce((sum, { devices }) => sum + devices, 0)

/** What would come of these rules at a level, were they saved now: for which devices something changes, and for whom. */
export const previewPolicy = async (
  house: House,
  actor: Actor,
  at: KnownLevel,
  rules: PolicyRules,
): Promise<PolicyPreview> => {
  const { db, settings, clock } = house
  const { customerId } = at
  const { spots, changed, on } = await changedBy(db, at, rules)
  const all = [...changed.values()].flat()
  const distinct = [...new Map(all.map((one) => [`${one.siteId} ${one.modelId} ${one.deviceId}`, one])).values()]
  const asking = all.filter(({ nowAsks }) => nowAsks)
  const may = (activity: Activity, target: Target) =>
    decide(actor, activity, target, { policy: [], approvals: [] }, clock.now()).ok
  const sees = {
    maker: may('staff.view', { kind: 'maker' }),
    own: may('person.view', { kind: 'customer', customerId }),
  }
  const doing = [...changed]
    .filter(([, here]) => here.length > 0)
    .map(([activity, here]) => ({ activity, on: on(here) }))
  const answering = asking.length > 0 ? [{ activity: 'session.approve' as const, on: on(asking) }] : []
  const [sample, doers, answerers] = await Promise.all([
    distinct.length > 0 ? sampleOf(db, actor, on(distinct)) : [],
    groupsHolding(db, customerId, doing),
    groupsHolding(db, customerId, answering),
  ])
  const [touched, asked] = await Promise.all(
    [doers, answerers].map((groups) => peopleIn(db, groups, sees, settings.maker)),
  )
  const nobody: TouchedPeople = { maker: 0, own: 0, sample: [] }
  return {
    devices: { of: count(spots), changed: count(distinct), sample },
    activities: [...changed].map(([activity, here]) => ({
      activity,
      devices: count(here),
      more: count(here.filter(({ more }) => more)),
      less: count(here.filter(({ less }) => less)),
    })),
    people: { touched: touched ?? nobody, asked: asked ?? nobody },
  }
}
