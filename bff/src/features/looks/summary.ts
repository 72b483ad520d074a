import { lookEvents } from '@gatehouse/shared/audit-events'
import type { LookerView } from '@gatehouse/shared/views/looks'
import type { AuditEventRow } from '../audit/door.ts'

/** What a list of looks is narrowed to. */
export const looksAt = { events: [...lookEvents, 'viewing.started'] } as const

/** Of each, on one page. */
const mostPurposes = 12

type Row = Pick<AuditEventRow, 'at' | 'actorId' | 'actorName' | 'actorCompany' | 'deviceId' | 'deviceName' | 'fields'>

/** Events of looking, newest first, as a list of people, who looked last first. */
export const lookersOf = (rows: readonly Row[]): LookerView[] => {
  const found = new Map<string, { first: Row; looks: number; devices: Map<string, string>; purposes: Set<string> }>()
  for (const row of rows) {
    const who = row.actorId ?? row.actorName
    const one = found.get(who) ?? { first: row, looks: 0, devices: new Map(), purposes: new Set() }
    found.set(who, one)
    one.looks += 1
    if (row.deviceId && !one.devices.has(row.deviceId)) one.devices.set(row.deviceId, row.deviceName ?? '')
    const { purpose, reason } = row.fields
    one.purposes.add(String(purpose ?? reason ?? ''))
  }
  return [...found.values()].map(({ first, looks, devices, purposes }) => ({
    id: first.actorId,
    // Who looked as somebody else is himself here.
    name: first.actorName.replace(/ as .*$/u, ''),
    company: first.actorCompany,
    looks,
    lastAt: first.at,
    devices: [...devices].map(([id, name]) => ({ id, name })),
    purposes: [...purposes].filter((one) => one !== '').slice(0, mostPurposes),
  }))
}
