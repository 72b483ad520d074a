import { type SQL, sql } from 'drizzle-orm'

/** Rows of a company, the maker's for `null`. */
type Tie = (customerId: string | null) => SQL

/**
 * A column in which a person's name or words can stand, and which rows of it are looked at: those of the person's company,
 * and those tied to the person by an id. A `name` beside an id goes by that id; without one it goes where it is the whole
 * name and nobody else bears it. `words` go where the name, or an address, stands in them as a word of its own.
 */
export type Written =
  | { table: string; column: string; holds: 'name'; id: string }
  | { table: string; column: string; holds: 'name'; id?: undefined; of: Tie; him?: readonly string[] }
  | { table: string; column: string; holds: 'names'; ids: string }
  | { table: string; column: string; holds: 'names'; ids?: undefined; of: Tie }
  | { table: string; column: string; holds: 'words' | 'values'; of: Tie; him?: readonly string[] }

const tagged: Tie = (company) => sql`customer_id is not distinct from ${company}::uuid`
const colleague = (column: SQL): Tie => {
  return (company) => sql`${column} in (select id from person where customer_id is not distinct from ${company}::uuid)`
}
const reported = colleague(sql`reporter_id`)

/** Every column of people's words that the house may update. */
export const written: readonly Written[] = [
  { table: 'action', column: 'requested_by_name', holds: 'name', id: 'requested_by' },
  { table: 'action', column: 'input', holds: 'values', of: tagged, him: ['requested_by'] },
  { table: 'alarm', column: 'acknowledged_by', holds: 'name', of: tagged },
  { table: 'alarm', column: 'note', holds: 'words', of: tagged },
  { table: 'approval', column: 'revoked_by_name', holds: 'name', of: tagged, him: ['technician_id'] },
  { table: 'approval', column: 'revoked_comment', holds: 'words', of: tagged, him: ['technician_id'] },
  { table: 'erasure', column: 'reason', holds: 'words', of: tagged, him: ['person_id'] },
  { table: 'look_purpose', column: 'purpose', holds: 'words', of: tagged },
  {
    table: 'outbox_mail',
    column: 'subject',
    holds: 'words',
    of: colleague(sql`(select one.id from person one where lower(one.email) = lower("to") and one.removed_at is null)`),
  },
  {
    table: 'outbox_mail',
    column: 'text',
    holds: 'words',
    of: colleague(sql`(select one.id from person one where lower(one.email) = lower("to") and one.removed_at is null)`),
  },
  { table: 'request', column: 'technician_name', holds: 'name', id: 'technician_id' },
  { table: 'request', column: 'decided_by_name', holds: 'name', id: 'decided_by' },
  { table: 'request', column: 'reason', holds: 'words', of: tagged, him: ['technician_id'] },
  { table: 'request', column: 'case_number', holds: 'words', of: tagged, him: ['technician_id'] },
  { table: 'request', column: 'comment', holds: 'words', of: tagged, him: ['technician_id'] },
  { table: 'request_step', column: 'names', holds: 'names', ids: 'who' },
  { table: 'request_step', column: 'told_names', holds: 'names', ids: 'told_ids' },
  { table: 'request_step', column: 'left_out', holds: 'names', of: tagged },
  { table: 'security_report', column: 'reporter_name', holds: 'name', id: 'reporter_id' },
  { table: 'security_report', column: 'reporter_email', holds: 'name', id: 'reporter_id' },
  { table: 'security_report', column: 'title', holds: 'words', of: reported },
  { table: 'security_report', column: 'place', holds: 'words', of: reported },
  { table: 'security_report', column: 'details', holds: 'words', of: reported },
  { table: 'security_report', column: 'close_reason', holds: 'words', of: reported },
  {
    table: 'security_report',
    column: 'closed_by_name',
    holds: 'name',
    // Reports are the maker's, and its people close them.
    of: (company) => sql`${company}::uuid is null`,
  },
  { table: 'session', column: 'technician_name', holds: 'name', id: 'technician_id' },
  { table: 'session', column: 'ended_by_name', holds: 'name', of: tagged, him: ['technician_id'] },
  { table: 'site', column: 'address', holds: 'words', of: tagged },
  { table: 'viewing', column: 'reason', holds: 'words', of: tagged, him: ['person_id'] },
  { table: 'viewing', column: 'case_number', holds: 'words', of: tagged, him: ['person_id'] },
]

/** Columns of people's words that nobody may update: the database's own function `erase_kept` erases in exactly these. */
export const kept: readonly string[] = [
  'audit_explanation.reason',
  'audit_export.filter',
  'audit_export.reason',
  'audit_export.words',
  'network_entry.added_by_name',
  'network_entry.note',
  'policy_version.changed_by_name',
  'policy_version.level_name',
  'request_consent.comment',
  'request_consent.person_name',
  'security_report_answer.by_name',
  'security_report_answer.text',
]

/** Tables and columns that are not looked at: they cannot hold a person's words, because. */
export const notWritten: Readonly<Record<string, string>> = {
  'action.action': 'one of a closed list',
  'action.state': 'a state',
  'action.because': 'a sentence of ours, or of the device',
  'action.result': 'what the device answered',
  'action.proof': 'a signature',
  action_move: 'states',
  'alarm.code': 'a key of the model',
  'alarm.severity': 'one of a closed list',
  'alarm.message': 'the words of the device',
  'alarm.source': 'one of a closed list',
  alarm_occurrence: 'the words of the device',
  'approval.activities': 'activities',
  assertion_used: 'numbers of assertions',
  audit_check: 'roots, and faults of ours',
  audit_checkpoint: 'a signed note on a tree',
  audit_erased: 'paths',
  audit_event: 'what stays of an event: kinds, names of companies and of devices',
  'audit_explanation.side': 'one of a closed list',
  'audit_export.about': 'ids, and names of customers and devices',
  'audit_export.error': 'a sentence of ours',
  'audit_export.file_name': 'made of the format, the day and the number',
  'audit_export.format': 'one of a closed list',
  'audit_export.sha256': 'a hash',
  'audit_export.since': 'a size and a root',
  'audit_export.state': 'a state',
  'audit_export.zone': 'the name of a zone',
  audit_fault: 'sentences of ours',
  audit_text: 'has a door of its own: erase_words',
  code_app: 'a secret; goes with the account',
  code_app_offer: 'a secret; goes with the account',
  current_value: 'what the device measured',
  customer: 'the name of a company',
  device: 'names and tags of things: others find them by these',
  device_link: 'what the agent says of itself',
  enrolment_code: 'a hash',
  enrolment_try: 'an address of nobody known; goes within days',
  'erasure.state': 'a state',
  'erasure.words': 'what is looked for; emptied at the end',
  forgotten_try: 'hashes and addresses; those of the person are deleted',
  'group.name': 'the name of a group: others are granted by it',
  group_grant: 'activities and tags',
  limit_reached: 'a key',
  model: 'declared by the maker',
  'outbox_mail.to': 'mails to the person are deleted',
  'outbox_mail.last_error': 'the words of a mail server',
  passkey: 'goes with the account',
  passkey_challenge: 'random numbers',
  password_history: 'deleted',
  person: 'the own row is emptied by itself',
  person_settings: 'deleted',
  person_token: 'deleted',
  policy_level: 'answers, times and ids',
  'policy_version.level': 'one of a closed list',
  'policy_version.before': 'answers, times and ids',
  'policy_version.after': 'answers, times and ids',
  recording_part: 'a hash',
  recovery_code: 'a hash; goes with the account',
  'request.activities': 'activities',
  'request.hash': 'a hash',
  'request.state': 'a state',
  'request_consent.question': 'a hash',
  'request_consent.shown': 'a hash',
  'request_consent.activities': 'activities',
  request_move: 'states',
  sample: 'a key of the model',
  'security_report.number': 'a number',
  'security_report.key_hash': 'a hash',
  'security_report.kind': 'one of a closed list',
  'security_report.severity': 'one of a closed list',
  'security_report.reporter_company': 'the name of a company',
  'security_report.state': 'a state',
  security_report_move: 'states',
  security_report_try: 'counts by address',
  'session.sign_in_id': 'an id',
  'session.activities': 'activities',
  'session.state': 'a state',
  'session.cause': 'one of a closed list',
  'session.ends_for': 'one of a closed list',
  session_move: 'states',
  sign_in: 'deleted',
  sign_in_try: 'hashes and addresses; those of the person are deleted',
  'site.name': 'the name of a place',
  'site.zone': 'the name of a zone',
  stream_ticket: 'hashes and ids',
  undeclared_item: 'a key that a device sent',
}
