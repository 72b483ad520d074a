import type { Who } from '@gatehouse/shared/decide'
import type { FleetFilter } from '@gatehouse/shared/devices/fleet'
import type { Page } from '@gatehouse/shared/views/basics'
import type { DeviceRow, DeviceState } from '@gatehouse/shared/views/devices'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { asPage } from '../../kernel/http/pages.ts'
import { reachesAnybody } from './door.ts'
import { placesOf } from './fleet.ts'
import { connectionOf, type Link } from './rules.ts'
import { severityOf } from './store.ts'

interface ListedRow extends Omit<Link, 'connected'> {
  id: string
  name: string
  serial: string
  state: DeviceState
  tags: string[]
  customer_id: string
  customer_name: string
  site_id: string
  site_name: string
  zone: string
  model_id: string
  model_name: string
  connected: boolean | null
  alarm_rank: number
  open: number
  live: boolean
}

// Planned once for each connection: to plan it takes longer than to run it.
const listedText = `
  select d.id, d.name, d.serial, d.state, d.tags, d.alarm_rank, d.customer_id, c.name as customer_name,
    d.site_id, s.name as site_name, s.zone, d.model_id, m.name as model_name,
    l.connected, l.transport, l.last_heard_at::float8 as "lastHeardAt",
    case when d.open_alarms = 0 then 0
      else (select count(*)::int from alarm a where a.device_id = d.id and a.cleared_at is null) end as open,
    exists (select 1 from session o where o.device_id = d.id and o.state <> 'ended') as live
  from unnest($1::uuid[]) with ordinality as wanted(id, n)
  join device d on d.id = wanted.id
  join customer c on c.id = d.customer_id
  join site s on s.id = d.site_id
  join model m on m.id = d.model_id
  left join device_link l on l.device_id = d.id
  order by wanted.n`

/** The lines of these devices, in their order, as they stand at `now`. The caller has asked which may be seen. */
export const listedDevices = async (db: Tx, ids: readonly string[], now: number): Promise<DeviceRow[]> => {
  if (ids.length === 0) return []
  const rows = await prepared<ListedRow>(db, listedText, [ids])
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    serial: row.serial,
    customer: { id: row.customer_id, name: row.customer_name },
    site: { id: row.site_id, name: row.site_name, zone: row.zone },
    model: { id: row.model_id, name: row.model_name },
    state: row.state,
    connection: connectionOf(row.state, { ...row, connected: row.connected ?? false }, now),
    lastHeardAt: row.lastHeardAt,
    alarms: { open: row.open, worst: severityOf(row.alarm_rank) },
    liveSession: row.live,
    tags: row.tags,
  }))
}

/** One page of the fleet of `who`, and the cursor of the next. */
export const fleetPage = (
  db: Tx,
  who: Who,
  filter: FleetFilter,
  page: { limit: number; cursor?: string; now: number },
): Promise<Page<DeviceRow>> => {
  const work = async (tx: Tx): Promise<Page<DeviceRow>> => {
    const places = await placesOf(tx, who, filter, page)
    const { rows, next } = asPage(
      places,
      page.limit,
      (place) => place.key,
      (place) => place.id,
    )
    return { rows: await listedDevices(tx, rows, page.now), next }
  }
  // One transaction for both: naming the customers again costs more than the second query.
  return reachesAnybody(who) ? work(db) : db.transaction(work)
}
