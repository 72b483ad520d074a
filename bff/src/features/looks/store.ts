import type { PolicyLevel } from '@gatehouse/shared/policies/policy'
import { readRules } from '@gatehouse/shared/policies/policy'
import { remoteActions } from '@gatehouse/shared/remote-actions'
import { and, asc, desc, eq, gt, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { action } from '../actions/tables.ts'
import { alarm } from '../alarms/tables.ts'
import { customer } from '../customers/tables.ts'
import { policyLevel } from '../policies/tables.ts'
import { request } from '../requests/tables.ts'
import { session } from '../sessions/tables.ts'
import { becauseOf, purposeLasts } from './rules.ts'
import { lookPurpose } from './tables.ts'

/** What explains a look: the words for the log, and what it belongs to. */
export interface Why {
  because: string
  requestId?: string
  sessionId?: string
  approvalId?: string | null
}

/** Whose look at what is to be explained. */
export interface Looker {
  personId: string
  signInId: string
  customerId: string
  /** `null` for a look at the customer itself. */
  deviceId: string | null
}

interface Columns {
  customerId: typeof session.customerId | typeof request.customerId | typeof action.customerId
  deviceId: typeof session.deviceId | typeof request.deviceId | typeof action.deviceId
}

const at = (table: Columns, { customerId, deviceId }: Looker): SQL =>
  and(eq(table.customerId, customerId), deviceId === null ? undefined : eq(table.deviceId, deviceId)) as SQL

const openRequests = ['waiting', 'partly_approved', 'approved'] as const
const openActions = ['queued', 'delivered'] as const

const sessionOf = async (db: Tx, who: Looker): Promise<Why | undefined> => {
  const [row] = await db
    .select({
      sessionId: session.id,
      requestId: session.requestId,
      approvalId: session.approvalId,
      reason: request.reason,
      caseNumber: request.caseNumber,
    })
    .from(session)
    .innerJoin(request, eq(request.id, session.requestId))
    .where(and(at(session, who), eq(session.technicianId, who.personId), ne(session.state, 'ended')))
    .orderBy(desc(session.id))
    .limit(1)
  if (!row) return undefined
  const { reason, caseNumber, ...of } = row
  return { ...of, because: becauseOf.session(reason, caseNumber) }
}

const requestOf = async (db: Tx, who: Looker): Promise<Why | undefined> => {
  const [row] = await db
    .select({ requestId: request.id, reason: request.reason, caseNumber: request.caseNumber })
    .from(request)
    .where(and(at(request, who), eq(request.technicianId, who.personId), inArray(request.state, [...openRequests])))
    .orderBy(desc(request.id))
    .limit(1)
  return row && { requestId: row.requestId, because: becauseOf.request(row.reason, row.caseNumber) }
}

const actionOf = async (db: Tx, who: Looker): Promise<Why | undefined> => {
  const [row] = await db
    .select({ action: action.action })
    .from(action)
    .where(and(at(action, who), eq(action.requestedBy, who.personId), inArray(action.state, [...openActions])))
    .orderBy(desc(action.id))
    .limit(1)
  return row && { because: becauseOf.action(remoteActions[row.action].says) }
}

const statedBy = async (db: Tx, who: Looker, now: number): Promise<Why | undefined> => {
  const [row] = await db
    .select({ purpose: lookPurpose.purpose })
    .from(lookPurpose)
    .where(
      and(
        eq(lookPurpose.signInId, who.signInId),
        eq(lookPurpose.customerId, who.customerId),
        // What somebody said of a device explains a look at its customer as well, not the other way round.
        who.deviceId === null ? undefined : eq(lookPurpose.deviceId, who.deviceId),
        gt(lookPurpose.statedAt, now - purposeLasts),
      ),
    )
    .orderBy(desc(lookPurpose.id))
    .limit(1)
  return row && { because: becauseOf.stated(row.purpose) }
}

const alarmAt = async (db: Tx, deviceId: string): Promise<Why | undefined> => {
  const [row] = await db
    .select({ code: alarm.code })
    .from(alarm)
    .where(and(eq(alarm.deviceId, deviceId), isNull(alarm.clearedAt)))
    .orderBy(desc(alarm.id))
    .limit(1)
  return row && { because: becauseOf.alarm(row.code) }
}

/** What is known to explain a look, the most exact first; `undefined` where nothing does. */
export const whyOf = async (db: Tx, who: Looker, now: number): Promise<Why | undefined> => {
  // Sent together; behind each other on one connection they cost as much as one.
  const found = await Promise.all([
    sessionOf(db, who),
    requestOf(db, who),
    actionOf(db, who),
    statedBy(db, who, now),
    who.deviceId === null ? undefined : alarmAt(db, who.deviceId),
  ])
  return found.find((one) => one !== undefined)
}

/** The name of a customer whose rows can be seen. */
export const customerName = async (db: Tx, customerId: string): Promise<string | undefined> => {
  const [row] = await db.select({ name: customer.name }).from(customer).where(eq(customer.id, customerId))
  return row?.name
}

/** What the customer itself says about looking; by no site's clock, so that what goes by the clock is taken strictly. */
export const levelsOfCustomer = async (db: Tx, customerId: string): Promise<PolicyLevel[]> => {
  const rows = await db
    .select({ rules: policyLevel.rules })
    .from(policyLevel)
    .where(
      and(
        eq(policyLevel.customerId, customerId),
        eq(policyLevel.level, 'customer'),
        eq(policyLevel.levelId, customerId),
      ),
    )
  return rows.map(({ rules }) => ({ level: 'customer' as const, zone: null, rules: readRules(rules) }))
}

/** The customers whose own level says anything of looking, with that level. */
export const customersWithLevels = async (db: Tx): Promise<{ id: string; name: string; levels: PolicyLevel[] }[]> => {
  const rows = await db
    .select({ id: customer.id, name: customer.name, rules: policyLevel.rules })
    .from(policyLevel)
    .innerJoin(customer, eq(customer.id, policyLevel.customerId))
    .where(
      and(
        eq(policyLevel.level, 'customer'),
        eq(policyLevel.levelId, policyLevel.customerId),
        sql`${policyLevel.rules} ? 'device.view'`,
      ),
    )
    .orderBy(asc(customer.name))
  return rows.map(({ id, name, rules }) => ({
    id,
    name,
    levels: [{ level: 'customer' as const, zone: null, rules: readRules(rules) }],
  }))
}

/** The customers of whom something explains a look of this person: as `whyOf` of a customer, of all at once. */
export const explainedTo = async (
  db: Tx,
  { personId, signInId }: Pick<Looker, 'personId' | 'signInId'>,
  now: number,
): Promise<Set<string>> => {
  const found = await Promise.all([
    db
      .select({ id: session.customerId })
      .from(session)
      .where(and(eq(session.technicianId, personId), ne(session.state, 'ended'))),
    db
      .select({ id: request.customerId })
      .from(request)
      .where(and(eq(request.technicianId, personId), inArray(request.state, [...openRequests]))),
    db
      .select({ id: action.customerId })
      .from(action)
      .where(and(eq(action.requestedBy, personId), inArray(action.state, [...openActions]))),
    db
      .select({ id: lookPurpose.customerId })
      .from(lookPurpose)
      .where(and(eq(lookPurpose.signInId, signInId), gt(lookPurpose.statedAt, now - purposeLasts))),
  ])
  return new Set(found.flat().map(({ id }) => id))
}

/** Keeps what was stated. */
export const keepPurpose = (tx: Tx, row: typeof lookPurpose.$inferInsert): Promise<unknown> =>
  tx.insert(lookPurpose).values(row)
