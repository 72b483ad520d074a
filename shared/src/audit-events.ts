/**
 * Every event the audit log knows, once: its sentence in plain words. `{name}` are the event's fields; a field is a
 * string or a number, and long texts, addresses and secrets never go in.
 */
export const auditEvents = {
  'sign_in.succeeded': { says: 'Signed in with {method}' },
  'sign_in.begun': { says: 'Gave the right password; still owed: {owed}' },
  'sign_in.proven': { says: 'Showed once more who it is, by {method}' },
  'sign_in.proof_refused': { says: 'Did not prove who it is: {because}' },
  'sign_in.refused': { says: 'Sign-in refused for “{email}”: {because}' },
  'sign_in.ended': { says: 'Signed out: {because}' },
  'sign_in.attacked': { says: '{failures} failed tries to sign in as “{email}” within an hour' },
  'sign_in.guessed': { says: '{failures} wrong answers for the second factor of “{email}”, with the right password' },
  'password.changed': { says: 'Changed the password' },
  'password.change_ordered': { says: 'Must choose another password: {because}' },
  'password.forgotten': { says: 'Asked for a link to choose another password' },
  'password.link_refused': { says: 'Sent no link to choose another password: {because}' },
  'password.reset': { says: 'Chose another password by the link that was mailed' },
  'factor.added': { says: 'Added a way to sign in: {factor}' },
  'factor.removed': { says: 'Removed a way to sign in: {factor}' },
  'factor.renamed': { says: 'Renamed the passkey “{before}” to “{after}”' },
  'factor.codes_made': { says: 'Made {count} recovery codes; the earlier ones are void' },
  'factor.code_used': { says: 'Used a recovery code; {left} are left' },
  'factor.refused': { says: 'Refused to change the ways to sign in: {because}' },
  'link.refused': { says: 'A link was refused: {because}' },
  'address.asked': { says: 'Asked to change the own e-mail address; a link went to the new one' },
  'address.changed': { says: 'Changed the own e-mail address' },
  'profile.changed': { says: 'Changed the own settings: {change}' },
  'access.refused': { says: 'Refused: {activity} ({because})' },
  'stream.refused': { says: 'Refused to open a stream: {because}' },

  'person.added': { says: 'Added {name}' },
  'person.invited': { says: 'Invited {name} into {groups}' },
  'person.invited_again': { says: 'Invited {name} again; the earlier link is void' },
  'person.invitation_withdrawn': { says: 'Withdrew the invitation of {name}' },
  'person.joined': { says: 'Accepted the invitation and chose a password' },
  'person.reset_started': { says: 'Voided the password of {name}; a link to choose another was mailed' },
  'person.factors_removed': { says: 'Removed the second factors of {name}; a new one is set up at the next sign-in' },
  'person.disabled': { says: 'Disabled {name}' },
  'person.enabled': { says: 'Enabled {name} again' },
  'person.removed': { says: 'Removed {name}' },
  'person.signed_out': { says: 'Signed {name} out everywhere' },
  'viewing.started': { says: 'Began to look at Gatehouse as {name}, for {minutes} minutes: {reason} (case {case})' },
  'viewing.ended': { says: 'No longer looks at Gatehouse as {name}: {because}' },
  'group.added': { says: 'Added the group {group}' },
  'group.removed': { says: 'Removed the group {group}, which had {people} people' },
  'group.changed': { says: 'Changed the group {group}: {change}' },

  'networks.changed': { says: 'Changed from where {whose} may sign in: {before} → {after}' },
  'networks.cleared': { says: 'Let {whose} sign in from everywhere, by a command on the server; before: {before}' },

  'customer.added': { says: 'Added the customer {customer}' },
  'customer.changed': { says: 'Changed the customer {customer}: {change}' },
  'site.added': { says: 'Added the site {site}' },
  'site.changed': { says: 'Changed the site {site}: {change}' },
  'model.added': { says: 'Declared the model {model}' },
  'model.changed': { says: 'Changed the model {model} to version {version}' },
  'policy.changed': { says: 'Changed the policy of {level}: {change}' },

  'device.added': { says: 'Added {device}' },
  'device.changed': { says: 'Changed {device}: {change}' },
  'device.removed': { says: 'Removed {device}' },
  'device.code_issued': { says: 'Gave out an enrolment code for {device}, good until {until}' },
  'device.enrolled': { says: '{device} enrolled with its own key' },
  'device.enrolment_refused': { says: 'Enrolment refused: {because}' },
  'device.revoked': { says: 'Revoked the identity of {device}: {reason}' },
  'device.connected': { says: '{device} connected over {transport}' },
  'device.disconnected': { says: '{device} disconnected' },
  'device.refused': { says: '{device} was refused: {because}' },
  'device.restarted': { says: 'The agent of {device} started (version {agentVersion})' },
  'device.undeclared_item': { says: '{device} sent the undeclared data item “{key}”; it was dropped' },

  'witness.began': { says: '{device} keeps a checkpoint of this log, of its first {size} events' },
  'witness.lost': { says: '{device} no longer has its checkpoint of this log, of the first {size} events' },
  'witness.refused': {
    says: '{device} refused a checkpoint of this log and keeps that of its first {size} events: {because}',
  },

  'alarm.raised': { says: 'Alarm “{code}” ({severity}): {message}' },
  'alarm.cleared': { says: 'Alarm “{code}” cleared' },
  'alarm.acknowledged': { says: 'Acknowledged the alarm “{code}”: “{note}”' },

  'device.viewed': { says: 'Looked at {what}: {purpose}' },
  'chart.viewed': { says: 'Looked at the charts of {what}: {purpose}' },
  'actions.viewed': { says: 'Looked at the actions of {what} and at what came of them: {purpose}' },
  'log_file.read': { says: 'Read a log file that was fetched from {what}: {purpose}' },
  'recording.viewed': { says: 'Played back a recorded session on {what}: {purpose}' },
  'audit.viewed': { says: 'Looked at the audit log of {what}: {purpose}' },
  'customer.viewed': { says: 'Looked at the page of {what}: {purpose}' },
  'people.viewed': { says: 'Looked at the people of {what}: {purpose}' },
  'policy.viewed': { says: 'Looked at the policy of {what}: {purpose}' },
  'purpose.stated': { says: 'Said what it looks at {what} for: {purpose}' },

  'action.queued': { says: 'Queued: {action}' },
  'action.cancelled': { says: 'Cancelled: {action}' },
  'action.delivered': { says: 'Handed to {device}: {action}' },
  'action.succeeded': { says: 'Done: {action}' },
  'action.failed': { says: 'Failed: {action} ({because})' },
  'action.refused': { says: 'Refused by {by}: {action} ({because})' },
  'action.expired': { says: 'Expired before it was done: {action}' },
  'action.unanswered': { says: 'No answer came in time; whether it was done is not known: {action}' },

  'request.made': { says: 'Asked for {activities}, {minutes} minutes, because “{reason}”' },
  'request.withdrawn': { says: 'Withdrew the request' },
  'request.expired': { says: 'The request expired: {because}' },
  'request.told': { says: 'Told {people} of the request (step {step} of {steps}){leftOut}' },
  'request.partly_approved': {
    says: 'Approved {activities} for {technician}, {minutes} minutes; that is {given} of {needed} approvals',
  },
  'session.approved': {
    says: 'Approved {activities} for {technician}, {minutes} minutes, to be begun before {useBefore}',
  },
  'session.denied': { says: 'Denied {activities} for {technician}: “{comment}”' },
  'approval.revoked': { says: 'Took the approval for {technician} back: “{comment}”' },
  'session.opened': { says: 'Opened a session for {activities}, to end at {until} at the latest' },
  'session.live': { says: 'The session went live on {device}' },
  'session.paused': { says: 'The session paused: {because}' },
  'session.resumed': { says: 'The session went on: {because}' },
  'session.watched': { says: 'Began to watch the session' },
  'session.unwatched': { says: 'Stopped watching the session' },
  'session.ended': { says: 'The session ended: {cause}' },
  'session.refused_by_device': { says: '{device} refused the session: {because}' },
  'session.frame_dropped': { says: 'Dropped what the session did not allow: {what}' },
  'recording.stored': { says: 'Stored part {part} of the recording, SHA-256 {hash}' },
  'recording.failed': { says: 'The recording failed: {because}' },
  'recording.cut_off': { says: 'The recording was cut off after {parts} parts: what crossed after them is not known' },
  'recording.played': { says: 'Played back the recording of the session of {startedAt}' },

  'log.altered': { says: 'Found in the audit log of {customer}, entry {entry}: {finding} (found by {finder})' },
  'log.explained': { says: 'Explained what was found at entry {entry} of the audit log of {customer}: “{reason}”' },
  'log.restored': {
    says: 'An older database was put back: of {signed} entries that were signed in the audit log of {customer} the first {kept} are still there. It goes on as epoch {epoch}, with {size} entries when {by} wrote this down by a command on the server: “{reason}” (the root that was signed: {root})',
  },
  'log.check_asked': { says: 'Asked for a check of the audit log of {customer}, from its events' },
  'log.checked': { says: 'Made the audit log of {customer} again from its {events} events: {result}' },
  'export.asked': { says: 'Asked for the export {export} of the log as {format}: {filter}. What for: {reason}' },
  'export.finished': { says: 'The export {export} is ready: {count} events, {bytes}, SHA-256 {hash}' },
  'export.included': {
    says: 'Took {count} events of this log into the export {export} as {format}: {filter}. What for: {reason}',
  },
  'export.failed': { says: 'The export {export} was not made: {because}' },
  'export.cancelled': { says: 'Cancelled the export {export}' },
  'export.downloaded': { says: 'Downloaded the export {export} as {format}: {count} events, SHA-256 {hash}' },
  'export.removed': { says: 'Removed the export {export}: {because}' },
  'erasure.asked': { says: 'Asked to erase the personal data of the person {person} (erasure {erasure}): {reason}' },
  'erasure.confirmed': {
    says: 'Confirmed that the personal data of the person {person} are erased, in {hours} hours (erasure {erasure})',
  },
  'erasure.stopped': { says: 'Stopped the erasure {erasure} of the person {person}' },
  'erasure.lapsed': { says: 'The erasure {erasure} of the person {person} lapsed: {because}' },
  'erasure.words': {
    says: 'Erased words of the person {person} from {events} events (erasure {erasure}, page {page}; SHA-256 of the list: {hash})',
  },
  'erasure.done': {
    says: 'Erased the personal data of the person {person}: of {events} events and {rows} entries elsewhere (erasure {erasure})',
  },
  'limits.reached': { says: 'A limit is reached: {limit}. {effect}' },
  'limits.left': { says: 'No longer so, after {minutes} minutes: {limit}' },

  'report.received': {
    says: 'Reported a security matter ({kind}), number {number}; an answer is due within {hours} hours',
  },
  'report.key_refused': { says: 'A number and a key that open no security report were refused' },
  'report.answered': { says: 'Answered the security report {number}' },
  'report.closed': { says: 'Closed the security report {number}' },
  'report.overdue': { says: 'The security report {number} had no answer within {hours} hours' },
} as const satisfies Record<`${string}.${string}`, { says: string }>

export type AuditEventName = keyof typeof auditEvents

/** What the maker's people look at that is a customer's; each is an event in its log. */
export const lookEvents = [
  'device.viewed',
  'chart.viewed',
  'actions.viewed',
  'log_file.read',
  'recording.viewed',
  'audit.viewed',
  'customer.viewed',
  'people.viewed',
  'policy.viewed',
] as const satisfies readonly AuditEventName[]
export type LookEvent = (typeof lookEvents)[number]

type FieldNames<Sentence extends string> = Sentence extends `${string}{${infer Field}}${infer Rest}`
  ? Field | FieldNames<Rest>
  : never

/** The fields an event carries: exactly those its sentence speaks of. */
export type AuditFields<E extends AuditEventName> = {
  [F in FieldNames<(typeof auditEvents)[E]['says']>]: string | number
}

/** Fields that name or describe people, or that people wrote: in the log's evidence they stand as commitments only. */
const personalFields: ReadonlySet<string> = new Set([
  'email',
  'name',
  'factor',
  'action',
  'group',
  'groups',
  'people',
  'leftOut',
  'filter',
  'technician',
  'by',
  'case',
  'reason',
  'comment',
  'note',
  'purpose',
  'change',
  'before',
  'after',
])

/** The paths of what is personal in an event: who did it where it was a person, from where, and such fields. */
export const personalPaths = (actorKind: string, fields: Readonly<Record<string, unknown>>): string[] => [
  ...(actorKind === 'person' ? ['actorName'] : []),
  'fromAddress',
  ...Object.keys(fields)
    .filter((name) => personalFields.has(name) && typeof fields[name] === 'string')
    .map((name) => `fields.${name}`),
]

/** `unknown`: it was begun, and whoever did it was cut off before what came of it could be written down. */
export const auditOutcomes = ['done', 'refused', 'failed', 'unknown'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

/** What sentences count, where it is one. */
const one = {
  minutes: 'minute',
  hours: 'hour',
  events: 'event',
  entries: 'entry',
  parts: 'part',
  approvals: 'approval',
} as const

/** The sentence of an event with its fields put in, as plain text; unknown events and absent fields stay visible. */
export const sentence = (event: string, fields: Readonly<Record<string, unknown>>): string => {
  const row = (auditEvents as Record<string, { says: string } | undefined>)[event]
  if (!row) return event
  return row.says.replace(
    /\{(\w+)\}(?: (minutes|hours|events|entries|parts|approvals)\b)?/g,
    (_, name: string, many) => {
      const value = String(fields[name] ?? '–')
      if (many === undefined) return value
      return `${value} ${value === '1' ? one[many as keyof typeof one] : many}`
    },
  )
}
