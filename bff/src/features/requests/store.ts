import type { DeviceTarget, Who } from '@gatehouse/shared/decide'
import { openStates, type RequestState } from '@gatehouse/shared/requests/request-states'
import type { SessionCause, SessionState } from '@gatehouse/shared/sessions/session-states'
import { and, asc, desc, eq, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { About } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { isUuid } from '../../kernel/ids.ts'
import { customer, site } from '../customers/tables.ts'
import { grantedDevices } from '../devices/door.ts'
import { device, deviceLink, model } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
import { session } from '../sessions/tables.ts'
import { approval, request, requestConsent, requestStep } from './tables.ts'

export type RequestRow = typeof request.$inferSelect
export type ApprovalRow = typeof approval.$inferSelect
export type ConsentRow = typeof requestConsent.$inferSelect
export type StepRow = typeof requestStep.$inferSelect

/** A request with everything that is shown beside it, as a target of its device. */
export interface KnownRequest extends DeviceTarget {
  about: About
  row: RequestRow
  approval: ApprovalRow | null
  /** Oldest first; some may count no more. */
  consents: ConsentRow[]
  /** In order; none where all were told at once. */
  steps: StepRow[]
  device: {
    name: string
    serial: string
    model: string
    site: string
    zone: string
    state: 'awaiting_enrolment' | 'active' | 'revoked'
    removed: boolean
    connected: boolean
    transport: 'websocket' | 'https' | null
    lastHeardAt: number | null
    /** A session that is not over is open on it. */
    busy: boolean
  }
  customerName: string
  /** The customer the technician belongs to, if he is not one of the maker's. */
  technicianCustomer: string | null
  session: {
    id: string
    state: SessionState
    cause: SessionCause | null
    openedAt: number
    endedAt: number | null
  } | null
}

export interface RequestFilter {
  /** `open`: whatever still waits for somebody's answer. */
  state?: RequestState | 'open'
  deviceId?: string
  /** In the reason, the case number, and the names of technician and device. */
  search?: string
  technicianId?: string
}

const technicianCustomer = alias(customer, 'technician_customer')

const consentsOf = async (db: Tx, ids: string[]): Promise<ConsentRow[]> =>
  ids.length === 0
    ? []
    : db
        .select()
        .from(requestConsent)
        .where(inArray(requestConsent.requestId, ids))
        .orderBy(asc(requestConsent.at), asc(requestConsent.personId))

const stepsOf = async (db: Tx, ids: string[]): Promise<StepRow[]> =>
  ids.length === 0
    ? []
    : db.select().from(requestStep).where(inArray(requestStep.requestId, ids)).orderBy(asc(requestStep.step))

const inState = (state: RequestFilter['state']): SQL | undefined =>
  state && (state === 'open' ? inArray(request.state, [...openStates]) : eq(request.state, state))

const known = async (db: Tx, where: SQL | undefined, limit: number): Promise<KnownRequest[]> => {
  const rows = await db
    .select({
      row: request,
      approval,
      device,
      site: { name: site.name, zone: site.zone },
      customerName: customer.name,
      modelName: model.name,
      technicianCustomer: technicianCustomer.name,
      connected: deviceLink.connected,
      transport: deviceLink.transport,
      lastHeardAt: deviceLink.lastHeardAt,
      busy: sql<boolean>`exists (select 1 from ${session} as open where open.device_id = ${device.id} and open.state <> 'ended')`,
      session: {
        id: session.id,
        state: session.state,
        cause: session.cause,
        openedAt: session.openedAt,
        endedAt: session.endedAt,
      },
    })
    .from(request)
    .innerJoin(device, eq(device.id, request.deviceId))
    .innerJoin(site, eq(site.id, device.siteId))
    .innerJoin(customer, eq(customer.id, device.customerId))
    .innerJoin(model, eq(model.id, device.modelId))
    .innerJoin(person, eq(person.id, request.technicianId))
    .leftJoin(technicianCustomer, eq(technicianCustomer.id, person.customerId))
    .leftJoin(deviceLink, eq(deviceLink.deviceId, device.id))
    .leftJoin(approval, eq(approval.requestId, request.id))
    .leftJoin(session, eq(session.approvalId, approval.id))
    .where(where)
    .orderBy(desc(request.id))
    .limit(limit)
  const ids = rows.map(({ row }) => row.id)
  const [consents, steps] = await Promise.all([consentsOf(db, ids), stepsOf(db, ids)])
  return rows.map((one) => ({
    kind: 'device',
    deviceId: one.device.id,
    customerId: one.device.customerId,
    siteId: one.device.siteId,
    modelId: one.device.modelId,
    tags: one.device.tags,
    about: {
      customerId: one.device.customerId,
      customerName: one.customerName,
      deviceId: one.device.id,
      deviceName: one.device.name,
      siteId: one.device.siteId,
      personId: one.row.technicianId,
      requestId: one.row.id,
      approvalId: one.approval?.id ?? null,
      sessionId: one.session?.id ?? null,
    },
    row: one.row,
    approval: one.approval,
    consents: consents.filter(({ requestId }) => requestId === one.row.id),
    steps: steps.filter(({ requestId }) => requestId === one.row.id),
    device: {
      name: one.device.name,
      serial: one.device.serial,
      model: one.modelName,
      site: one.site.name,
      zone: one.site.zone,
      state: one.device.state,
      removed: one.device.removedAt !== null,
      connected: one.connected ?? false,
      transport: one.transport,
      lastHeardAt: one.lastHeardAt,
      busy: one.busy,
    },
    customerName: one.customerName,
    technicianCustomer: one.technicianCustomer,
    session: one.session,
  }))
}

/** The request of this id with all that belongs to it; `undefined` for what does not exist or is no id. */
export const requestById = async (db: Tx, id: string): Promise<KnownRequest | undefined> =>
  isUuid(id) ? (await known(db, eq(request.id, id), 1))[0] : undefined

/**
 * Takes the row for this transaction, so that whoever moves it moves it alone. Always taken before the rows of its
 * device, approval and session, so that two deeds never wait for each other.
 */
export const lockRequest = (tx: Tx, id: string): Promise<unknown> =>
  tx.select({ id: request.id }).from(request).where(eq(request.id, id)).for('update')

/** Requests on devices that `who` may see, newest first, one more than `limit`; `before` is the last id already shown. */
export const requestsVisibleTo = (
  db: Tx,
  who: Who,
  filter: RequestFilter,
  limit: number,
  before: string | undefined,
): Promise<KnownRequest[]> => {
  const like = filter.search ? `%${filter.search.replace(/[\\%_]/g, (char) => `\\${char}`)}%` : undefined
  return known(
    db,
    and(
      grantedDevices(who, 'device.view'),
      inState(filter.state),
      filter.deviceId ? eq(request.deviceId, filter.deviceId) : undefined,
      filter.technicianId ? eq(request.technicianId, filter.technicianId) : undefined,
      like
        ? or(
            ilike(request.reason, like),
            ilike(request.caseNumber, like),
            ilike(request.technicianName, like),
            ilike(device.name, like),
            ilike(device.serial, like),
          )
        : undefined,
      before ? lt(request.id, before) : undefined,
    ),
    limit + 1,
  )
}
