import type { House } from '../../kernel/house.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'
import { activityWords } from './rules.ts'
import type { RequestRow } from './store.ts'

/** A moment in the zone of the device's site, as a person there reads it. */
export const localTime = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: zone }).format(at)

interface Around {
  device: { name: string; serial: string; site: string; zone: string }
  customer: string
  company: string
}

const question = (r: RequestRow, { device, customer, company }: Around): string[] => [
  `Who: ${r.technicianName}, ${company}`,
  `Device: ${device.name} (serial number ${device.serial}), ${device.site}, ${customer}`,
  `What: ${activityWords(r.activities)}`,
  `Why: ${r.reason}${r.caseNumber ? ` (case ${r.caseNumber})` : ''}`,
  `When: from ${localTime(r.wantedStart, device.zone)} (${device.zone}), for ${r.minutes} minutes`,
]

const page = (house: House, path: string): string[] => [
  '',
  'Read and answer it here, signed in. Opening this page decides nothing:',
  `${house.origin}${path}`,
]

/** The mail to somebody who may answer. */
export const mailToApprover = (house: House, to: string, r: RequestRow, around: Around): Mail => ({
  to,
  subject: `${r.technicianName} asks for access to ${around.device.name}`,
  text: [
    ...question(r, around),
    `Without an answer it expires on ${localTime(r.answerBefore, around.device.zone)}; until then nothing is allowed.`,
    ...page(house, `/approvals/${r.id}`),
    '',
  ].join('\n'),
})

/** The mail to the technician when an answer has been given, or taken back. */
export const mailToTechnician = (
  house: House,
  to: string,
  r: RequestRow,
  around: Around,
  answer: { says: string; by: string; comment: string },
): Mail => ({
  to,
  subject: `${answer.says}: ${around.device.name}`,
  text: [
    `${answer.says} by ${answer.by}, ${around.customer}.`,
    ...(answer.comment ? [`Comment: ${answer.comment}`] : []),
    '',
    ...question(r, around),
    '',
    `${house.origin}/requests/${r.id}`,
    '',
  ].join('\n'),
})
