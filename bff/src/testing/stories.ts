import { randomUUID } from 'node:crypto'
import type { ExportState } from '@gatehouse/shared/views/exports'
import { eq } from 'drizzle-orm'
import type { DemoCustomer } from '../demo/models.ts'
import { demoPeople, type Persona } from '../demo/people.ts'
import { action } from '../features/actions/tables.ts'
import { alarm } from '../features/alarms/tables.ts'
import { erasure } from '../features/erasures/tables.ts'
import { auditExport } from '../features/exports/tables.ts'
import { passkey } from '../features/factors/tables.ts'
import { securityReport } from '../features/intake/tables.ts'
import { auditCheck, auditExplanation, auditFault } from '../features/integrity/tables.ts'
import { approval, request } from '../features/requests/tables.ts'
import { session } from '../features/sessions/tables.ts'
import { auditEvent } from '../kernel/audit/tables.ts'
import { newId } from '../kernel/ids.ts'
import type { TestHouse } from './house.ts'

/** What of the demonstration plays in the stories of a customer. */
const casts = {
  'Helvetia Pharma': {
    device: 'Balance 7',
    site: 'Basel',
    technician: 'technician',
    approver: 'approver',
    group: 'Helvetia approvers',
  },
  'Great Lakes Foods': {
    device: 'Checkweigher 2',
    site: 'Milwaukee',
    technician: 'outsider',
    approver: 'otherApprover',
    group: 'Great Lakes approvers',
  },
} as const satisfies Record<
  DemoCustomer,
  { device: string; site: string; technician: Persona; approver: Persona; group: string }
>

/** Who asked in the stories: a technician, on a device of a customer. */
interface Scene {
  customerId: string
  deviceId: string
  technicianId: string
  technicianName: string
}

const hour = 3_600_000
const wanted = ['session.terminal' as const]

/** A request on a device in the tables, as it was made: its moves are for those whose they are. */
export const tellRequest = async ({ house }: Pick<TestHouse, 'house'>, of: Scene): Promise<string> => {
  const [id, at] = [newId(), house.clock.now()]
  await house.db.insert(request).values({
    ...of,
    id,
    activities: wanted,
    reason: 'drift',
    caseNumber: 'C-1',
    wantedStart: at,
    minutes: 30,
    madeAt: at,
    answerBefore: at + hour,
    hash: '0'.repeat(64),
    state: 'waiting',
  })
  return id
}

/** The approval of a request, not used yet. */
export const tellApproval = async (
  { house }: Pick<TestHouse, 'house'>,
  { customerId, deviceId, technicianId }: Scene,
  requestId: string,
  activities: (typeof approval.$inferInsert)['activities'] = wanted,
): Promise<string> => {
  const [id, at] = [newId(), house.clock.now()]
  await house.db.insert(approval).values({
    id,
    customerId,
    deviceId,
    technicianId,
    requestId,
    activities,
    notBefore: at,
    useBefore: at + hour,
    minutes: 30,
  })
  return id
}

/** A session that is being opened. */
export const tellSession = async (
  { house }: Pick<TestHouse, 'house'>,
  of: Scene,
  { requestId, approvalId }: { requestId: string; approvalId: string },
  signInId = '0'.repeat(64),
): Promise<string> => {
  const [id, at] = [newId(), house.clock.now()]
  await house.db.insert(session).values({
    ...of,
    id,
    approvalId,
    requestId,
    signInId,
    activities: wanted,
    epoch: 1,
    state: 'opening',
    openedAt: at,
    endsAt: at + hour,
    leaseUntil: at + hour,
  })
  return id
}

/** An open alarm. */
export const tellAlarm = async (
  { house }: Pick<TestHouse, 'house'>,
  { customerId, deviceId }: Pick<Scene, 'customerId' | 'deviceId'>,
): Promise<string> => {
  const [id, at] = [newId(), house.clock.now()]
  await house.db.insert(alarm).values({
    id,
    customerId,
    deviceId,
    code: `code.${id}`,
    severity: 'critical',
    message: 'Overload',
    source: 'device',
    raisedAt: at,
    lastAt: at,
  })
  return id
}

/** An action that waits for its device. */
export const tellAction = async ({ house }: Pick<TestHouse, 'house'>, of: Scene): Promise<string> => {
  const [id, at] = [newId(), house.clock.now()]
  await house.db.insert(action).values({
    id,
    customerId: of.customerId,
    deviceId: of.deviceId,
    action: 'restart_agent',
    input: {},
    state: 'queued',
    requestedBy: of.technicianId,
    requestedByName: of.technicianName,
    queuedAt: at,
    expiresAt: at + hour,
  })
  return id
}

/** A report to the maker. */
export const tellReport = async ({ house }: Pick<TestHouse, 'house'>): Promise<string> => {
  const [id, at] = [newId(), house.clock.now()]
  await house.db.insert(securityReport).values({
    id,
    number: `GH-${id}`,
    keyHash: id,
    kind: 'vulnerability',
    severity: 'low',
    title: 'Title',
    place: '',
    details: 'Details',
    receivedAt: at,
    answerBefore: at + hour,
    state: 'received',
  })
  return id
}

/** An export of somebody's; one that waits goes on waiting, because it was asked for by a clock that is ahead. */
export const tellExport = async (
  { house }: Pick<TestHouse, 'house'>,
  personId: string,
  state: ExportState,
): Promise<string> => {
  const [id, at] = [newId(), house.clock.now() + hour]
  await house.db.insert(auditExport).values({
    id,
    personId,
    format: 'csv',
    filter: {},
    words: 'All events',
    zone: 'Europe/Zurich',
    reason: 'an inspection',
    about: {},
    state,
    askedAt: at,
  })
  return id
}

/** Who plays in the stories of a customer of the demonstration. */
export const sceneIn = (
  { seeded }: Pick<TestHouse, 'seeded'>,
  customer: DemoCustomer,
  deviceId = seeded.devices[casts[customer].device] ?? '',
): Scene => ({
  customerId: seeded.customers[customer],
  deviceId,
  technicianId: seeded.people[casts[customer].technician],
  technicianName: demoPeople[casts[customer].technician].name,
})

/** Lets something of every kind happen at a customer; the ids of it all, by the names that paths use. */
export const seedStories = async (
  h: Pick<TestHouse, 'house' | 'seeded'>,
  customer: DemoCustomer = 'Helvetia Pharma',
): Promise<Record<string, string>> => {
  const { seeded } = h
  const cast = casts[customer]
  const scene = sceneIn(h, customer)
  const requestId = await tellRequest(h, scene)
  const approvalId = await tellApproval(h, scene, requestId)
  const siteId = seeded.sites[cast.site] ?? ''
  const personId = seeded.people[cast.approver]
  const [own] = await h.house.db.select().from(passkey).where(eq(passkey.personId, personId))
  const [event] = await h.house.db.select().from(auditEvent).where(eq(auditEvent.deviceId, scene.deviceId)).limit(1)
  return {
    customerId: scene.customerId,
    deviceId: scene.deviceId,
    siteId,
    levelId: siteId,
    modelId: seeded.models.balance,
    personId,
    groupId: seeded.groups[cast.group] ?? '',
    requestId,
    approvalId,
    sessionId: await tellSession(h, scene, { requestId, approvalId }),
    alarmId: await tellAlarm(h, scene),
    actionId: await tellAction(h, scene),
    reportId: await tellReport(h),
    faultId: await tellFault(h, scene),
    exportId: await tellExport(h, personId, 'failed'),
    erasureId: await tellErasure(h, scene.customerId, personId),
    eventId: event?.id ?? '',
    signInId: randomUUID(),
    passkeyId: own?.id ?? '',
  }
}

/** An erasure that was stopped again. */
const tellErasure = async ({ house }: Pick<TestHouse, 'house'>, customerId: string, personId: string) => {
  const [id, at] = [newId(), house.clock.now()]
  const [askedBy, stopped] = [newId(), { state: 'stopped', endedAt: at } as const]
  await house.db
    .insert(erasure)
    .values({ id, customerId, personId, askedBy, askedAt: at, reason: 'a story', ...stopped })
  return id
}

/** A fault found in a customer's log by a device of its own, explained by the maker, and the check that found it. */
const tellFault = async ({ house }: Pick<TestHouse, 'house'>, of: Scene): Promise<string> => {
  const [id, tree, at] = [newId(), of.customerId, house.clock.now()]
  const seen = { foundBy: 'agent', deviceId: of.deviceId, firstAt: at, lastAt: at, toldAt: at } as const
  await house.db.insert(auditFault).values({ id, tree, seq: 3, kind: 'a story', says: 'a story', ...seen })
  const personId = of.technicianId
  await house.db.insert(auditExplanation).values({ faultId: id, tree, side: 'maker', at, personId, reason: 'a story' })
  const ended = { begunAt: at, heardAt: at, endedAt: at, done: 4, size: 4, root: 'AAAA', comparedSize: 4, faults: 1 }
  await house.db.insert(auditCheck).values({ id: newId(), tree, askedAt: at, askedBy: personId, ...ended })
  return id
}

/** Names of parts of paths that are no ids: whoever asks, they are these. */
export const pathWords: Readonly<Record<string, string>> = { key: 'weight', level: 'site' }
