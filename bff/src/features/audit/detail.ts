import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import type { AuditNarrowed, AuditPerson, AuditPlace } from '@gatehouse/shared/views/audit'
import { and, eq } from 'drizzle-orm'
import { auditLeaf, auditNode, auditTree } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { site } from '../customers/tables.ts'
import { device } from '../devices/tables.ts'
import { type AuditEventRow, eventsVisibleTo, type Reader } from './store.ts'

/** Where an event stands in its customer's tree. */
export const placeOf = async (db: Tx, eventId: string): Promise<AuditPlace | null> => {
  const [row] = await db
    .select({ seq: auditLeaf.seq, deviceSeq: auditLeaf.deviceSeq, hash: auditNode.hash, size: auditTree.size })
    .from(auditLeaf)
    .innerJoin(auditTree, eq(auditTree.tree, auditLeaf.tree))
    .innerJoin(
      auditNode,
      and(eq(auditNode.tree, auditLeaf.tree), eq(auditNode.level, 0), eq(auditNode.index, auditLeaf.seq)),
    )
    .where(eq(auditLeaf.eventId, eventId))
  return row ? { seq: row.seq, deviceSeq: row.deviceSeq, leaf: row.hash.toString('hex'), size: row.size } : null
}

/** The zone of the site that an event is about, or of its device's; `null` where there is none, or it is not there any more. */
export const zoneOf = async (
  db: Tx,
  { siteId, deviceId }: { siteId?: string | null; deviceId?: string | null },
): Promise<string | null> => {
  const rows = deviceId
    ? await db
        .select({ zone: site.zone })
        .from(device)
        .innerJoin(site, eq(site.id, device.siteId))
        .where(eq(device.id, deviceId))
    : siteId
      ? await db.select({ zone: site.zone }).from(site).where(eq(site.id, siteId))
      : []
  return rows[0]?.zone ?? null
}

/** As somebody is named where he acts for himself, and not as another. */
const ownName = ' as '

/** What the log calls a person: by what he did, or by what was done about him. */
const personName = (rows: readonly AuditEventRow[], id: string): string | undefined => {
  const did = rows.filter((row) => row.actorId === id)
  const best = did.find((row) => !row.actorName.includes(ownName)) ?? did[0]
  if (best) return best.actorName
  const about = rows.find((row) => row.personId === id && (row.fields.name ?? row.fields.technician) !== undefined)
  const name = about?.fields.name ?? about?.fields.technician
  return name === undefined ? undefined : String(name)
}

/** The names of what a filter is narrowed to, as far as `actor` sees them in the log. */
export const namesIn = async (db: Tx, actor: Reader, filter: AuditFilter): Promise<AuditNarrowed> => {
  const names: Record<string, string> = {}
  const rowsOf = (narrow: AuditFilter) => eventsVisibleTo(db, actor, narrow, 20, undefined)
  const say = (id: string, name: string | null | undefined) => {
    if (name) names[id] = name
  }
  const { customerId, deviceId, siteId, personId, people = [] } = filter
  if (customerId) say(customerId, (await rowsOf({ customerId })).find((row) => row.customerName)?.customerName)
  if (deviceId) say(deviceId, (await rowsOf({ deviceId }))[0]?.deviceName)
  for (const id of new Set(personId ? [personId, ...people] : people))
    say(id, personName(await rowsOf({ personId: id }), id))
  if (siteId && (await rowsOf({ siteId })).length > 0) {
    const [row] = await db.select({ name: site.name }).from(site).where(eq(site.id, siteId))
    say(siteId, row?.name)
  }
  const known = (id: string | undefined) => (id !== undefined && names[id] !== undefined ? id : undefined)
  return { names, zone: await zoneOf(db, { siteId: known(siteId), deviceId: known(deviceId) }) }
}

/** Events that are looked through for people, and people that are named, at most. */
const looked = 300
const mostPeople = 20

/** People who appear in what `actor` may see of the log under `filter`, those who did something last first. */
export const peopleIn = async (db: Tx, actor: Reader, filter: AuditFilter, name: string): Promise<AuditPerson[]> => {
  const { people: _, search: __, ...rest } = filter
  const narrow: AuditFilter = { ...rest, actorKinds: ['person'], ...(name && { search: name }) }
  const rows = await eventsVisibleTo(db, actor, narrow, looked, undefined)
  const wanted = name.toLowerCase()
  const found = new Map<string, AuditPerson>()
  for (const { actorId, actorName, actorCompany } of rows) {
    if (!actorId || !actorName.toLowerCase().includes(wanted)) continue
    const before = found.get(actorId)
    if (!before || (before.name.includes(ownName) && !actorName.includes(ownName)))
      found.set(actorId, { id: actorId, name: actorName, company: actorCompany })
  }
  return [...found.values()].slice(0, mostPeople)
}
