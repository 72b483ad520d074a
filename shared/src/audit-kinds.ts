import type { AuditEventName } from './audit-events.ts'

/** Groups of events in words a customer understands: what a reader of the log looks for. Each event is in exactly one. */
export const auditKinds = {
  signing_in: { says: 'Signing in and out' },
  people: { says: 'People and groups' },
  settings: { says: 'Settings and policy' },
  devices: { says: 'Devices' },
  alarms: { says: 'Alarms' },
  actions: { says: 'Remote actions' },
  requests: { says: 'Requests and approvals' },
  sessions: { says: 'Remote sessions' },
  recordings: { says: 'Recordings' },
  looks: { says: 'Looks at data' },
  refusals: { says: 'Refused access' },
  log: { says: 'The log itself' },
  reports: { says: 'Security reports' },
} as const satisfies Record<string, { says: string }>

export type AuditKind = keyof typeof auditKinds

export const auditKindNames = Object.keys(auditKinds) as [AuditKind, ...AuditKind[]]

/** The kind of every event; the compiler names the one that is missing. */
export const auditKindOf: Readonly<Record<AuditEventName, AuditKind>> = {
  'sign_in.succeeded': 'signing_in',
  'sign_in.proven': 'signing_in',
  'sign_in.proof_refused': 'signing_in',
  'sign_in.refused': 'signing_in',
  'sign_in.ended': 'signing_in',
  'sign_in.attacked': 'signing_in',
  'sign_in.guessed': 'signing_in',
  'password.changed': 'signing_in',
  'password.change_ordered': 'signing_in',
  'password.forgotten': 'signing_in',
  'password.link_refused': 'signing_in',
  'password.reset': 'signing_in',
  'factor.added': 'signing_in',
  'factor.removed': 'signing_in',
  'factor.renamed': 'signing_in',
  'factor.codes_made': 'signing_in',
  'factor.code_used': 'signing_in',
  'factor.refused': 'signing_in',
  'link.refused': 'signing_in',
  'address.asked': 'people',
  'address.changed': 'people',
  'profile.changed': 'people',
  'access.refused': 'refusals',
  'stream.refused': 'refusals',

  'person.added': 'people',
  'person.invited': 'people',
  'person.invited_again': 'people',
  'person.invitation_withdrawn': 'people',
  'person.joined': 'people',
  'person.reset_started': 'people',
  'person.factors_removed': 'people',
  'person.disabled': 'people',
  'person.enabled': 'people',
  'person.removed': 'people',
  'person.signed_out': 'people',
  'viewing.started': 'looks',
  'viewing.ended': 'looks',
  'group.added': 'people',
  'group.removed': 'people',
  'group.changed': 'people',

  'networks.changed': 'settings',
  'networks.cleared': 'settings',

  'customer.added': 'settings',
  'customer.changed': 'settings',
  'site.added': 'settings',
  'site.changed': 'settings',
  'model.added': 'settings',
  'model.changed': 'settings',
  'policy.changed': 'settings',

  'device.added': 'devices',
  'device.changed': 'devices',
  'device.removed': 'devices',
  'device.code_issued': 'devices',
  'device.enrolled': 'devices',
  'device.enrolment_refused': 'devices',
  'device.revoked': 'devices',
  'device.connected': 'devices',
  'device.disconnected': 'devices',
  'device.refused': 'devices',
  'device.restarted': 'devices',
  'device.undeclared_item': 'devices',

  'alarm.raised': 'alarms',
  'alarm.cleared': 'alarms',
  'alarm.acknowledged': 'alarms',

  'action.queued': 'actions',
  'action.cancelled': 'actions',
  'action.delivered': 'actions',
  'action.succeeded': 'actions',
  'action.failed': 'actions',
  'action.refused': 'actions',
  'action.expired': 'actions',

  'request.made': 'requests',
  'request.withdrawn': 'requests',
  'request.expired': 'requests',
  'request.told': 'requests',
  'request.partly_approved': 'requests',
  'session.approved': 'requests',
  'session.denied': 'requests',
  'approval.revoked': 'requests',
  'session.opened': 'sessions',
  'session.live': 'sessions',
  'session.paused': 'sessions',
  'session.resumed': 'sessions',
  'session.watched': 'sessions',
  'session.unwatched': 'sessions',
  'session.ended': 'sessions',
  'session.refused_by_device': 'sessions',
  'session.frame_dropped': 'sessions',
  'recording.stored': 'recordings',
  'recording.failed': 'recordings',
  'recording.played': 'looks',

  'log.altered': 'log',
  'log.explained': 'log',
  'log.check_asked': 'log',
  'log.checked': 'log',

  'report.received': 'reports',
  'report.key_refused': 'reports',
  'report.answered': 'reports',
  'report.closed': 'reports',
  'report.overdue': 'reports',
}

/** All events of these kinds. */
export const eventsOfKinds = (kinds: readonly AuditKind[]): AuditEventName[] =>
  (Object.entries(auditKindOf) as [AuditEventName, AuditKind][])
    .filter(([, kind]) => kinds.includes(kind))
    .map(([event]) => event)
