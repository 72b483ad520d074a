import type { DeviceMessage } from '@gatehouse/shared/agent/messages'
import type { AuditEventName } from '@gatehouse/shared/audit-events'

/** What is written into the log, or why nothing. */
export type Written = readonly AuditEventName[] | { none: string }

/** Of every message that a device can send: the events that can come of it (AL01). */
export const messageEvents: Readonly<Record<DeviceMessage['type'], Written>> = {
  heartbeat: ['device.connected', 'device.restarted', 'witness.began', 'witness.lost'],
  // The values themselves are data: each row carries its customer and the number of the message that brought it.
  values: ['device.undeclared_item', 'alarm.raised', 'alarm.cleared'],
  alarm: ['alarm.raised', 'alarm.cleared', 'device.undeclared_item'],
  receipt: ['action.succeeded', 'action.failed', 'action.refused'],
  session: ['session.refused_by_device', 'session.ended'],
  log_refused: ['witness.refused'],
}

/** Of every door that is no person's page. */
export const otherDoors: Readonly<Record<string, Written>> = {
  'POST /agent/v1/enrol': ['device.enrolled', 'device.enrolment_refused'],
  'POST /agent/v1/check-in': ['device.refused'],
  'WS /agent/v1/control': ['device.connected', 'device.disconnected', 'device.refused'],
  'WS /agent/v1/streams/:sessionId/:channel': ['session.live', 'stream.refused'],
  'WS /api/streams/:sessionId/:channel': ['session.watched', 'session.unwatched', 'stream.refused'],
  'POST /browser-reports': { none: 'what a browser stopped is no deed: it stands in the server’s own log, counted' },
}

/** Of everything that is done again and again, by the name of the job. */
export const jobEvents: Readonly<Record<string, Written>> = {
  'sign-ins that are over': ['sign_in.ended'],
  'looking as somebody else': ['viewing.ended'],
  'requests whose time is over': ['request.expired'],
  'requests that pass on to the next': ['request.told'],
  'streams by the clock': { none: 'its relays look again; what they end is `session.ended`' },
  'review of live sessions': ['session.ended', 'session.paused'],
  'sessions that are over': ['session.ended'],
  'recordings that were cut off': ['recording.cut_off'],
  'tickets that are over': { none: 'what opens nothing any longer is thrown away' },
  'actions whose time is over': ['action.expired', 'action.unanswered'],
  'pings to devices': { none: 'asks whether they are there; who is not is `device.disconnected`' },
  'devices that fell silent': ['device.disconnected'],
  'used assertions that have expired': { none: 'what opens nothing any longer is thrown away' },
  'failed sign-ins': ['sign_in.attacked', 'sign_in.guessed'],
  'reminders of passwords': { none: 'a mail to the person alone; nothing changes' },
  'old tries to sign in': { none: 'counts of tries are thrown away; the tries stand in the log' },
  'security reports without an answer': ['report.overdue'],
  mails: { none: 'a mail is queued with its deed, whose event says so, and kept until it was taken' },
  limits: ['limits.reached', 'limits.left'],
  'checks of the audit logs': ['log.checked', 'log.altered'],
  'nightly checks of the audit logs': { none: 'orders them; what they find is an event' },
  'reminders of faults in audit logs': { none: 'a mail about what stands in the log already' },
  'erasing of personal data': [
    'person.disabled',
    'erasure.words',
    'erasure.done',
    'erasure.lapsed',
    'export.cancelled',
  ],
  'small exports': ['export.finished', 'export.included', 'export.failed'],
  'large exports': ['export.finished', 'export.included', 'export.failed'],
  'exports that were kept long enough': ['export.removed'],
  sequencer: ['log.altered'],
  checkpoints: ['log.altered'],
  'copy of the audit logs': { none: 'copies what stands in the log already; where it is late, `limits` tells' },
}

/** Of events from before: they stand in logs, and nothing writes them any longer. */
export const retiredEvents: Readonly<Partial<Record<AuditEventName, string>>> = {
  'factor.refused': 'is `access.refused` since refusals are written by the door',
}
