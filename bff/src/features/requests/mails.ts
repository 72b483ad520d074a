import type { By } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { momentThere } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'
import type { Reader } from '../profile/door.ts'
import { activityWords } from './rules.ts'
import { companyOf } from './shown.ts'
import type { ConsentRow, KnownRequest, RequestRow } from './store.ts'

interface Around {
  device: { name: string; serial: string; site: string; zone: string }
  customer: string
  /** The technician's. */
  company: string
}

const aroundOf = (house: House, known: KnownRequest): Around => ({
  device: known.device,
  customer: known.customerName,
  company: companyOf(house, known.technicianCustomer),
})

const question = (r: RequestRow, { device, customer, company }: Around, to: Reader): string[] => [
  `Who: ${r.technicianName}, ${company}`,
  `Device: ${device.name} (serial number ${device.serial}), ${device.site}, ${customer}`,
  `What: ${activityWords(r.activities)}`,
  `Why: ${r.reason}${r.caseNumber ? ` (case ${r.caseNumber})` : ''}`,
  `When: from ${momentThere(r.wantedStart, device.zone, to.zone)}, for ${r.minutes} minutes`,
]

const page = (house: House, path: string): string[] => [
  '',
  'Read and answer it here, signed in. Opening this page decides nothing:',
  `${house.origin}${path}`,
]

/** The mail to somebody who may answer. */
export const mailToApprover = (house: House, to: Reader, known: KnownRequest): Mail => ({
  to: to.email,
  subject: `${known.row.technicianName} asks for access to ${known.device.name}`,
  text: [
    ...question(known.row, aroundOf(house, known), to),
    `Without an answer it expires on ${momentThere(known.row.answerBefore, known.device.zone, to.zone)}; until then nothing is allowed.`,
    ...page(house, `/approvals/${known.row.id}`),
    '',
  ].join('\n'),
})

const listed = (names: readonly string[]): string => names.join(' and ')

/** The mail to somebody who may give the approval that is still needed. */
export const mailToNext = (house: House, to: Reader, known: KnownRequest, given: readonly ConsentRow[]): Mail => ({
  to: to.email,
  subject: `A second approval is needed: ${known.row.technicianName} asks for access to ${known.device.name}`,
  text: [
    `${listed(given.map(({ personName }) => personName))} has approved this. Your policy wants somebody else to approve it as well.`,
    ...given.map(
      ({ personName, activities, minutes, comment }) =>
        `Given by ${personName}: ${activityWords(activities)}, ${minutes} minutes${comment && `. Comment: ${comment}`}`,
    ),
    '',
    ...question(known.row, aroundOf(house, known), to),
    `Without your answer it expires on ${momentThere(known.row.answerBefore, known.device.zone, to.zone)}; until then nothing is allowed.`,
    ...page(house, `/approvals/${known.row.id}`),
    '',
  ].join('\n'),
})

const toTechnician = (
  house: House,
  to: Reader,
  known: KnownRequest,
  subject: string,
  says: readonly (string | false)[],
): Mail => ({
  to: to.email,
  subject: `${subject}: ${known.device.name}`,
  text: [
    ...says.filter((line) => line !== false),
    '',
    ...question(known.row, aroundOf(house, known), to),
    '',
    `${house.origin}/requests/${known.row.id}`,
    '',
  ].join('\n'),
})

/** The mail to the technician when somebody has answered. */
export const mailOfAnswer = (
  house: House,
  to: Reader,
  known: KnownRequest,
  answer: { says: 'Approved' | 'Denied'; by: string; comment: string },
): Mail =>
  toTechnician(house, to, known, answer.says, [
    `${answer.says} by ${answer.by}, ${known.customerName}.`,
    answer.comment !== '' && `Comment: ${answer.comment}`,
  ])

/** The mail to the technician whose approval is taken back, with the session it had opened. */
export const mailOfTakingBack = (
  house: House,
  to: Reader,
  known: KnownRequest,
  taken: { by: By; comment: string; ended: boolean },
): Mail =>
  toTechnician(house, to, known, 'Approval taken back', [
    `${taken.by.name}${taken.by.company && `, ${taken.by.company}`}, has taken the approval back.`,
    taken.comment !== '' && `Comment: ${taken.comment}`,
    taken.ended ? 'The session under it was ended.' : 'It cannot be used any more.',
  ])

/** The mail to the technician whose request got no answer in time, or whose approval was not used in time. */
export const mailOfRunningOut = (house: House, to: Reader, known: KnownRequest): Mail => {
  const { row, approval, consents, device, customerName } = known
  const names = listed(consents.map(({ personName }) => personName))
  const when = (ms: number) => momentThere(ms, device.zone, to.zone)
  if (approval)
    return toTechnician(house, to, known, 'Approval ran out unused', [
      `It was approved by ${names || row.decidedByName || customerName}, and was to be begun before ${when(approval.useBefore)}.`,
      'If you still need it, ask again.',
    ])
  const missing = names
    ? `${names} approved it, but nobody else at ${customerName} did before ${when(row.answerBefore)}.`
    : `Nobody at ${customerName} answered before ${when(row.answerBefore)}.`
  return toTechnician(house, to, known, names ? 'No second approval in time' : 'Nobody answered in time', [
    `${missing} Nothing is allowed.`,
    'If you still need it, ask again.',
  ])
}
