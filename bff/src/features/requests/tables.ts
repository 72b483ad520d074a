import type { Activity } from '@gatehouse/shared/activities'
import type { RequestState } from '@gatehouse/shared/requests/request-states'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { device } from '../devices/tables.ts'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** What technicians ask of customers. Moves are checked by trigger against `request_move`. Names are those of the time. */
export const request = pgTable(
  'request',
  {
    id: uuid().primaryKey(),
    customerId: uuid('customer_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    technicianId: uuid('technician_id')
      .notNull()
      .references(() => person.id),
    technicianName: text('technician_name').notNull(),
    activities: text().array().$type<Activity[]>().notNull(),
    reason: text().notNull(),
    caseNumber: text('case_number').notNull(),
    wantedStart: ms('wanted_start').notNull(),
    minutes: integer().notNull(),
    madeAt: ms('made_at').notNull(),
    answerBefore: ms('answer_before').notNull(),
    /** SHA-256, hex, of the question: everything that was asked, and the names beside it. */
    hash: text().notNull(),
    state: text().$type<RequestState>().notNull(),
    decidedBy: uuid('decided_by'),
    decidedByName: text('decided_by_name'),
    decidedAt: ms('decided_at'),
    comment: text(),
  },
  (t) => [
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }),
    foreignKey({ columns: [t.customerId, t.decidedBy], foreignColumns: [person.customerId, person.id] }),
    unique('request_of_customer').on(t.customerId, t.id),
    index('request_device').on(t.deviceId, t.id),
    index('request_technician').on(t.technicianId, t.id),
    index('request_state').on(t.state, t.answerBefore),
    check('request_not_own', sql`${t.decidedBy} is null or ${t.decidedBy} <> ${t.technicianId}`),
  ],
)

/**
 * The yes of one approver, and what he gave; insert-only. It counts as long as the question is the one he was asked, so
 * that whoever was asked another one may answer that, too.
 */
export const requestConsent = pgTable(
  'request_consent',
  {
    requestId: uuid('request_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    technicianId: uuid('technician_id').notNull(),
    personId: uuid('person_id').notNull(),
    personName: text('person_name').notNull(),
    at: ms('at').notNull(),
    /** The request's `hash` as it was asked. */
    question: text().notNull(),
    /** SHA-256, hex, of everything he was shown: the question, how many have to approve it, and what others had given. */
    shown: text().notNull(),
    activities: text().array().$type<Activity[]>().notNull(),
    minutes: integer().notNull(),
    /** When what he gave can be used, also where he said nothing of it; `null` in those of before it was kept. */
    notBefore: ms('not_before'),
    useBefore: ms('use_before'),
    comment: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.requestId, t.personId, t.question] }),
    foreignKey({ columns: [t.customerId, t.requestId], foreignColumns: [request.customerId, request.id] }),
    foreignKey({ columns: [t.customerId, t.personId], foreignColumns: [person.customerId, person.id] }),
    check('request_consent_not_own', sql`${t.personId} <> ${t.technicianId}`),
  ],
)

/** Who is told of a request, step by step; as the policy's ladder was when it was made. */
export const requestStep = pgTable(
  'request_step',
  {
    requestId: uuid('request_id').notNull(),
    /** From 1. */
    step: integer().notNull(),
    customerId: uuid('customer_id').notNull(),
    /** People and groups; empty: everybody who may answer. */
    who: uuid().array().notNull(),
    /** Their names as they were, in the same order. */
    names: text().array().notNull(),
    dueAt: ms('due_at').notNull(),
    toldAt: ms('told_at'),
    toldIds: uuid('told_ids').array(),
    toldNames: text('told_names').array(),
    leftOut: text('left_out').array(),
  },
  (t) => [
    primaryKey({ columns: [t.requestId, t.step] }),
    foreignKey({ columns: [t.customerId, t.requestId], foreignColumns: [request.customerId, request.id] }),
  ],
)

/** What came out of an approved request: for one technician, on one device, once. */
export const approval = pgTable(
  'approval',
  {
    id: uuid().primaryKey(),
    requestId: uuid('request_id').notNull().unique(),
    customerId: uuid('customer_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    technicianId: uuid('technician_id')
      .notNull()
      .references(() => person.id),
    activities: text().array().$type<Activity[]>().notNull(),
    /** First use must come before this, and after `notBefore`. */
    notBefore: ms('not_before').notNull(),
    useBefore: ms('use_before').notNull(),
    minutes: integer().notNull(),
    /** The clock starts with the first use. */
    startedAt: ms('started_at'),
    endsAt: ms('ends_at'),
    revokedAt: ms('revoked_at'),
    revokedByName: text('revoked_by_name'),
    revokedComment: text('revoked_comment'),
    /** The session it opened: one approval, one session. */
    sessionId: uuid('session_id').unique(),
  },
  (t) => [
    foreignKey({ columns: [t.customerId, t.requestId], foreignColumns: [request.customerId, request.id] }),
    foreignKey({ columns: [t.customerId, t.deviceId], foreignColumns: [device.customerId, device.id] }),
    unique('approval_of_customer').on(t.customerId, t.id),
    index('approval_device').on(t.deviceId, t.technicianId),
  ],
)
