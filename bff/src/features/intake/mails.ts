import { reportKindSays, reportSeveritySays } from '@gatehouse/shared/intake/reports'
import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'
import { sealed } from '../../kernel/outbox/seal.ts'
import { firstAnswerHours } from './rules.ts'
import type { ReportRow } from './store.ts'

// No mail says what was reported or answered: mails are read on their way, and a stranger's words are nobody's post.

const letter = (to: string, subject: string, lines: readonly string[]): Mail => ({
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

/** To whoever reported it: the number, and the key, which stands nowhere else. */
export const mailOfReceipt = (house: House, to: string, r: ReportRow, key: string): Mail =>
  letter(to, `We have your security report ${r.number}`, [
    'Good day,',
    '',
    `${house.settings.maker} has received your report. Its number is ${r.number}, and the first answer is due before ${moment(r.answerBefore, null)}.`,
    '',
    'What became of it can be read here:',
    `${house.origin}/security/lookup#${r.number}.${sealed(house.keys, key)}`,
    '',
    'Whoever has this link can read our answers: keep it to yourself. Each answer is announced by a mail to this address.',
    'If you have not reported anything, somebody typed your address; you need do nothing.',
  ])

/** To whoever reported it, when something was answered or it was closed. */
export const mailOfAnswer = (house: House, to: string, r: ReportRow, what: 'answered' | 'closed'): Mail =>
  letter(to, `Your security report ${r.number} was ${what}`, [
    'Good day,',
    '',
    what === 'answered'
      ? `${house.settings.maker} has answered your report ${r.number}.`
      : `${house.settings.maker} has closed your report ${r.number}, and says why.`,
    '',
    'Read it here, with the number and the key you were given:',
    `${house.origin}/security/lookup`,
  ])

const about = (house: House, r: ReportRow): string[] => [
  `Number: ${r.number}`,
  `What: ${reportKindSays[r.kind]}`,
  `How grave, as the reporter sees it: ${reportSeveritySays[r.severity]}`,
  `First answer due before: ${moment(r.answerBefore, null)}`,
  '',
  'Read and answer it here, signed in:',
  `${house.origin}/security-reports/${r.id}`,
]

/** To those who answer, when a report comes in. */
export const mailOfReport = (house: House, to: string, r: ReportRow): Mail =>
  letter(to, `Security report ${r.number}: ${reportKindSays[r.kind].toLowerCase()}`, [
    'Good day,',
    '',
    'somebody has reported a security matter.',
    '',
    ...about(house, r),
  ])

/** To those who answer, when the first answer is late. */
export const mailOfDelay = (house: House, to: string, r: ReportRow): Mail =>
  letter(to, `Overdue: security report ${r.number}`, [
    'Good day,',
    '',
    `a security report has had no answer within ${firstAnswerHours(r.kind)} hours.`,
    '',
    ...about(house, r),
  ])
