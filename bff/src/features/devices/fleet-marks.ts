import { severities } from '@gatehouse/shared/devices/declaration'
import type { FleetFilter } from '@gatehouse/shared/devices/fleet'
import { isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { lateAfter, offlineAfter } from './rules.ts'
import { isSwept } from './sweep.ts'
import { device, deviceLink } from './tables.ts'

/** `connectionOf`, said in SQL, for the rows of `device_link`. */
export const hasConnection = (wanted: NonNullable<FleetFilter['connection']>, now: number, state: SQL): SQL => {
  const { lastHeardAt, connected, transport } = deviceLink
  const reachable = sql`coalesce(${state} = 'active' and (${connected} or ${transport} = 'https'), false)`
  const late = sql`case ${transport} when 'https' then ${lateAfter.https}::bigint else ${lateAfter.websocket}::bigint end`
  const near = sql`(${reachable} and ${lastHeardAt} >= ${now - offlineAfter}::bigint)`
  switch (wanted) {
    case 'never':
      return isNull(lastHeardAt)
    case 'online':
      return sql`${near} and ${lastHeardAt} >= ${now}::bigint - ${late}`
    case 'late':
      return sql`${near} and ${lastHeardAt} < ${now}::bigint - ${late}`
    case 'offline':
      return sql`${lastHeardAt} is not null and not ${near}`
  }
}

/**
 * The marks that devices with this connection have; the link itself has the last word. Whoever is late or offline may
 * be so since the last sweep, unless that is fresh: then nothing is known before.
 */
export const marksOf = async (
  db: Tx,
  wanted: FleetFilter['connection'],
  now: number,
): Promise<number[] | undefined> => {
  if (wanted === undefined) return undefined
  if (wanted === 'never') return [0]
  if (wanted === 'online') return [1, 2]
  if (!(await isSwept(db, now))) return undefined
  return wanted === 'late' ? [2, 3] : [3, 4]
}

/** Devices of a mark: a number in the text, so that the planner sees which index holds such devices alone. */
export const hasMark: Record<number, SQL> = {
  0: sql`${device.heard} = 0`,
  1: sql`${device.heard} = 1`,
  2: sql`${device.heard} = 2`,
  3: sql`${device.heard} = 3`,
  4: sql`${device.heard} = 4`,
}

/** A severity as a number that can be ordered: 0 for none. */
export const rankOf = (severity: SQLWrapper): SQL<number> =>
  sql<number>`array_position(${sql.param([...severities])}::text[], ${severity})`

/** Devices with alarms like those wanted, as numbers in the text as well. */
export const hasAlarm = (wanted: FleetFilter['alarm']): SQL | undefined => {
  switch (wanted) {
    case undefined:
      return undefined
    case 'none':
      return sql`${device.openAlarms} = 0`
    case 'open':
      return sql`${device.openAlarms} > 0`
    default:
      return sql`${device.openAlarms} > 0 and ${device.openAlarms} & ${2 ** severities.indexOf(wanted)}::smallint <> 0`
  }
}
