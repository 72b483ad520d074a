import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import type { Named } from '@gatehouse/shared/views/basics'
import { type Actor, selfOf } from '../../kernel/actor.ts'
import type { House, Look } from '../../kernel/house.ts'
import { lookAtLog, withheldFrom } from '../looks/door.ts'
import { isIdSearch } from './narrow.ts'
import { type AuditEventRow, eventsVisibleTo, type Reader } from './store.ts'

/** How a part of the log may be shown. */
interface Looked {
  reader: Reader
  /** To be noted before the answer leaves, where it is a look. */
  look: Look | undefined
  /** Customers that are left out. */
  withheld: Named[]
}

/** Whose the events are that point at one thing; `undefined` where there are none, or they are of several customers. */
const ownerOf = (rows: readonly AuditEventRow[]) => {
  const [first] = rows
  if (!first?.customerId || rows.some((row) => row.customerId !== first.customerId)) return undefined
  const isOfDevice = first.deviceId !== null && rows.every((row) => row.deviceId === first.deviceId)
  return { customerId: first.customerId, deviceId: isOfDevice ? first.deviceId : null }
}

/** Events by which it is told whose a request, a session, an approval, a site or an id is. */
const enough = 20

/**
 * What reading the log under a filter is. Narrowed to what belongs to one customer it is a look, however the filter spells
 * it, and refused where the customer wants to know first what for. Everything else is a list: no look, and without those
 * customers.
 */
export const lookedAt = async (house: House, actor: Actor, filter: AuditFilter): Promise<Looked> => {
  if (selfOf(actor).customerId !== null) return { reader: actor, look: undefined, withheld: [] }
  const { deviceId, customerId, siteId, requestId, sessionId, approvalId, search } = filter
  const points = siteId ?? requestId ?? sessionId ?? approvalId ?? (isIdSearch(search) ? search : undefined)
  const named =
    deviceId || customerId
      ? { deviceId, customerId }
      : points
        ? ownerOf(await eventsVisibleTo(house.db, actor, filter, enough, undefined))
        : undefined
  const look = named && (await lookAtLog(house, actor, named))
  if (look) return { reader: actor, look, withheld: [] }
  const withheld = await withheldFrom(house, actor)
  return { reader: { ...actor, without: withheld.map(({ id }) => id) }, look, withheld }
}
