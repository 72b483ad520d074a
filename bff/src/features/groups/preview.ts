import { type Activity, activities, activityNames } from '@gatehouse/shared/activities'
import type { Grant } from '@gatehouse/shared/decide'
import type { GroupPreview } from '@gatehouse/shared/views/groups'
import { and, asc, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedCustomers } from '../customers/door.ts'
import { customer, site } from '../customers/tables.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'

/** How much of a group's reach is shown by name. */
const shown = 10

interface Reach {
  customerId: string | null
  grants: readonly Grant[]
}

const reached = (of: Reach): SQL => or(...activityNames.map((name) => grantedDevices(of, name))) ?? sql`false`

const changesOn = async (
  db: Tx,
  kind: 'device' | 'customer',
  before: Reach,
  after: Reach,
): Promise<GroupPreview['changes']> => {
  const names = activityNames.filter(
    (name) =>
      activities[name].on === kind &&
      [...before.grants, ...after.grants].some((grant) => grant.activities.includes(name)),
  )
  if (names.length === 0) return []
  const where = (of: Reach, name: Activity) =>
    kind === 'device' ? grantedDevices(of, name) : grantedCustomers(of, name)
  const counts = names.flatMap((name) => {
    const [had, has] = [where(before, name), where(after, name)]
    return [
      sql`count(*) filter (where (${has}) and not (${had}))::int`,
      sql`count(*) filter (where (${had}) and not (${has}))::int`,
    ]
  })
  const table = kind === 'device' ? sql`${device} where ${isNull(device.removedAt)}` : sql`${customer}`
  const [row] = await db.execute<{ counts: number[] }>(
    sql`select array[${sql.join(counts, sql`, `)}] as counts from ${table}`,
  )
  return names.map((activity, at) => ({
    activity,
    gained: row?.counts[2 * at] ?? 0,
    lost: row?.counts[2 * at + 1] ?? 0,
  }))
}

const changesOnMaker = (before: Reach, after: Reach): GroupPreview['changes'] => {
  const holds = (of: Reach, name: Activity): number =>
    Number(of.grants.some((grant) => grant.scope.kind === 'all' && grant.activities.includes(name)))
  return activityNames
    .filter((name) => activities[name].on === 'maker')
    .map((activity) => {
      const step = holds(after, activity) - holds(before, activity)
      return { activity, gained: Math.max(0, step), lost: Math.max(0, -step) }
    })
}

/** What a group reaches, before and after a change, and on how many devices which activity changes; named is what the viewer may see. */
export const previewOf = async (
  db: Tx,
  viewer: Reach,
  before: Reach,
  after: Reach,
): Promise<Pick<GroupPreview, 'devices' | 'changes'>> => {
  const there = isNull(device.removedAt)
  const [[counts], sample, onDevices, onCustomers] = await Promise.all([
    db
      .select({
        before: sql<number>`count(*) filter (where ${reached(before)})::int`,
        after: sql<number>`count(*) filter (where ${reached(after)})::int`,
      })
      .from(device)
      .where(there),
    db
      .select({ id: device.id, name: device.name, serial: device.serial, site: site.name, customer: customer.name })
      .from(device)
      .innerJoin(site, eq(site.id, device.siteId))
      .innerJoin(customer, eq(customer.id, device.customerId))
      .where(and(there, reached(after), grantedDevices(viewer, 'device.view')))
      .orderBy(asc(device.name), asc(device.id))
      .limit(shown),
    changesOn(db, 'device', before, after),
    changesOn(db, 'customer', before, after),
  ])
  return {
    devices: { before: counts?.before ?? 0, after: counts?.after ?? 0, sample },
    changes: [...onDevices, ...onCustomers, ...changesOnMaker(before, after)].filter(
      ({ gained, lost }) => gained + lost > 0,
    ),
  }
}
