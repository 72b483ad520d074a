import type { ServerMessage } from '@gatehouse/shared/agent/messages'
import type { AuditEventName } from '@gatehouse/shared/audit-events'

/** Events, or where it is told instead. */
type Told = readonly [AuditEventName, ...AuditEventName[]] | { none: string }

/** Something that is done outside the database (AL04). */
export interface Effect {
  /** Committed before it is done. */
  before: Told
  /** Committed after it was done, or could not be. */
  after: Told
  /** What becomes of it where the program is cut off between the two, and who sees to it. */
  cutOff:
    | { unknown: AuditEventName; by: string }
    /** What came of it is known all the same: this. */
    | { ends: AuditEventName; by: string }
    /** It is done once more, or gone on with, and that is no second effect. */
    | { again: string; by: string }
}

/** Every effect outside the database. Each has a test that kills the program between the two. */
export const effects = {
  'an action on a device': {
    before: ['action.queued', 'action.delivered'],
    after: ['action.succeeded', 'action.failed', 'action.refused'],
    cutOff: { unknown: 'action.unanswered', by: 'actions whose time is over' },
  },
  'a session on a device': {
    before: ['session.opened'],
    after: ['session.live', 'session.refused_by_device', 'session.ended'],
    cutOff: { ends: 'session.ended', by: 'the next start, or the lease' },
  },
  'the recording of a session': {
    before: ['session.opened'],
    after: ['recording.stored', 'recording.failed'],
    cutOff: { unknown: 'recording.cut_off', by: 'recordings that were cut off' },
  },
  'orders to a device': {
    before: ['policy.changed', 'model.changed', 'device.changed', 'site.changed'],
    after: { none: 'with every heartbeat the device says which orders it holds; they stand with its row' },
    cutOff: { again: 'they are sent until it holds them', by: 'the next heartbeat' },
  },
  'the file of an export': {
    before: ['export.asked'],
    after: ['export.finished', 'export.failed', 'export.cancelled'],
    cutOff: { again: 'it is made anew, from its beginning', by: 'small exports, large exports' },
  },
  'the removal of the file of an export': {
    before: ['export.removed'],
    after: { none: 'a file that belongs to no export is no data of anybody: it is swept away' },
    cutOff: { again: 'the file that was left is removed', by: 'exports that were kept long enough' },
  },
  'a mail': {
    before: { none: 'it is queued with its deed, in one transaction, and the event of the deed says so' },
    after: { none: 'its row says when the mail server took it, or why it did not' },
    cutOff: { again: 'it goes once more with the same Message-ID, by which mail programs show one', by: 'mails' },
  },
  "the signer's memory": {
    before: { none: 'it is made of events that are in the log: an event of it would need a signature of its own' },
    after: { none: 'the checkpoint is stored beside the tree' },
    cutOff: { again: 'the next checkpoint continues what is remembered', by: 'checkpoints' },
  },
  'the copy of the log outside': {
    before: { none: 'it is the log' },
    after: { none: 'the copy itself says how far it is; where it is late, `limits.reached` tells' },
    cutOff: { again: 'what was not written to its end is written once more, beside it', by: 'copy of the audit logs' },
  },
} as const satisfies Record<string, Effect>

export type EffectName = keyof typeof effects

type Does = EffectName | { none: string }

/** What a message to a device makes it do. */
export const toDevices: Readonly<Record<keyof ServerMessage, Does>> = {
  ack: { none: 'says what is stored already' },
  commands: 'an action on a device',
  orders: 'orders to a device',
  grants: 'a session on a device',
  ended: 'a session on a device',
  log: { none: 'a checkpoint for a witness, who says with each heartbeat which one it holds' },
}

const ofTheDatabase = { none: 'is how the database is reached, or started' }
const onlyReads = { none: 'only reads' }

/** Every file of the server that has in hand what reaches beyond the database, and what it does with it. */
export const outward: Readonly<Record<string, Does>> = {
  'features/audit-copy/segments.ts': 'the copy of the log outside',
  'features/audit/epochs.ts': "the signer's memory",
  'features/audit/signer.ts': "the signer's memory",
  'features/exports/files.ts': 'the file of an export',
  'features/exports/verifier.ts': onlyReads,
  'features/limits/measure.ts': onlyReads,
  'features/networks/rules.ts': { none: 'only compares addresses' },
  'features/recordings/files.ts': 'the recording of a session',
  'features/recordings/scribe-thread.ts': 'the recording of a session',
  'features/recordings/scribe.ts': 'the recording of a session',
  'features/sign-in/common-passwords.ts': onlyReads,
  'kernel/database/connect.ts': ofTheDatabase,
  'kernel/database/embedded-first.ts': ofTheDatabase,
  'kernel/database/embedded-owner.ts': ofTheDatabase,
  'kernel/database/embedded-place.ts': ofTheDatabase,
  'kernel/database/embedded-programs.ts': ofTheDatabase,
  'kernel/database/embedded-start.ts': ofTheDatabase,
  'kernel/database/embedded-user.ts': ofTheDatabase,
  'kernel/database/embedded.ts': ofTheDatabase,
  'kernel/database/migrate.ts': ofTheDatabase,
  'kernel/http/from.ts': { none: 'only compares addresses' },
  'kernel/http/headers.ts': { none: 'only the names of statuses' },
  'kernel/http/spa.ts': onlyReads,
  'kernel/http/upgrades.ts': { none: 'answers who has come in by a door of the matrix' },
  'kernel/http/verifier.ts': onlyReads,
  'kernel/keys.ts': { none: "makes the server's keys at its first start, before there is a log" },
  'kernel/outbox/send.ts': 'a mail',
  'main.ts': { none: 'opens the doors' },
}
