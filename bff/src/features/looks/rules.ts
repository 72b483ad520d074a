import type { Activity } from '@gatehouse/shared/activities'
import type { LookEvent } from '@gatehouse/shared/audit-events'

/** Whoever looked once is in the log; the next event of the same kind comes after so long, ms. */
export const lookLasts = 3_600_000

/** What was stated is the reason for so long, ms; then it is asked again. */
export const purposeLasts = 8 * 3_600_000

/** What the log says where nothing explains a look. */
export const noPurpose = 'no purpose was stated'

const quoted = (text: string, caseNumber: string) => `“${text}”${caseNumber === '' ? '' : ` (case ${caseNumber})`}`

/** The words of what explains a look, for the log. */
export const becauseOf = {
  viewing: (name: string, reason: string, caseNumber: string) =>
    `looks at Gatehouse as ${name} sees it, ${quoted(reason, caseNumber)}`,
  session: (reason: string, caseNumber: string) => `during the remote session for ${quoted(reason, caseNumber)}`,
  request: (reason: string, caseNumber: string) => `for the request for remote access ${quoted(reason, caseNumber)}`,
  action: (says: string) => `while an action waits for its answer: ${says}`,
  stated: (purpose: string) => `“${purpose}”`,
  alarm: (code: string) => `because of the open alarm ${code}`,
} as const

const ofActivities: Partial<Record<Activity, LookEvent>> = {
  'audit.view': 'audit.viewed',
  'person.view': 'people.viewed',
  'policy.view': 'policy.viewed',
  'recording.view': 'recording.viewed',
}

/** Which event it is when somebody reads behind a door of this activity that says nothing else. */
export const lookOf = (activity: Activity, target: 'device' | 'customer' | 'maker'): LookEvent =>
  ofActivities[activity] ?? (target === 'device' ? 'device.viewed' : 'customer.viewed')
