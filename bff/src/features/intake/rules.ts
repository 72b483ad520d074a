import type { ReportKind, ReportState } from '@gatehouse/shared/intake/reports'
import type { Refusal } from '@gatehouse/shared/refusals'
import { days, hours, minutes } from '../../kernel/clock.ts'

/**
 * How long after a report its first answer is due, in the worst case.
 *
 * A breach: 24 hours. The maker holds the data of its customers and owes them notice without undue delay; a customer
 * in turn has 72 hours for its authority (GDPR Art. 33), and must have most of them left.
 *
 * A vulnerability: 72 hours. The Cyber Resilience Act (Regulation (EU) 2024/2847, Art. 14) gives a maker who learns that
 * one is exploited 24 hours for the early warning and 72 for the notification; whoever reports one hears no later than
 * the authority would. A report that speaks of exploitation is a breach here, and has its clock.
 */
export const firstAnswerWithin = {
  vulnerability: hours(72),
  breach: hours(24),
} as const satisfies Record<ReportKind, number>

/** The same in hours, as pages and mails say it. */
export const firstAnswerHours = (kind: ReportKind): number => firstAnswerWithin[kind] / hours(1)

/** True while the first answer is late. */
export const isOverdue = (one: { state: ReportState; answerBefore: number }, now: number): boolean =>
  one.state === 'received' && now >= one.answerBefore

/** Why a report can be neither answered nor closed; `undefined` where it can. Rights are judged by the door. */
export const whyNotTouch = (one: { state: ReportState }): Refusal | undefined =>
  one.state === 'closed' ? 'wrong_state' : undefined

/** How often one source may report, and look something up, within the time. */
export const sourceLimits = {
  report: [
    { most: 5, within: hours(1) },
    { most: 20, within: days(1) },
  ],
  lookup: [{ most: 30, within: minutes(15) }],
} as const

/** What can be done often, or too often. */
export type Tried = keyof typeof sourceLimits

/** Tries bear on nothing any more after this. */
export const longestMemory = days(1)

/** True where this try, counted in, is one too many; `counted` is in the order of the limits. */
export const tooMany = (what: Tried, counted: readonly number[]): boolean =>
  sourceLimits[what].some(({ most }, at) => (counted[at] ?? 0) > most)

/** True for the first try that is one too many: it is written down, and the others would only fill the log. */
export const firstTooMany = (what: Tried, counted: readonly number[]): boolean =>
  tooMany(what, counted) && sourceLimits[what].every(({ most }, at) => (counted[at] ?? 0) <= most + 1)

/** Receipts that are mailed to one address within a day: nobody fills the mailbox of another through us. */
export const receiptsPerAddress = { most: 3, within: days(1) } as const

/** 20 characters of 5 bits: 100 bits, beyond all guessing. */
export const keyCharacters = 20

/** `GH-2026-0007`. */
export const reportNumber = (year: number, count: number): string => `GH-${year}-${String(count).padStart(4, '0')}`

/** A number as it was given out, from what somebody typed; any case and without the dashes. */
export const readNumber = (typed: string): string | undefined => {
  const [, year, count] = /^(?:GH)?(\d{4})(\d{4,8})$/.exec(typed.toUpperCase().replace(/[\s-]/g, '')) ?? []
  return year && count && `GH-${year}-${count}`
}

const fileLife = days(180)

/**
 * The text of `security.txt` (RFC 9116): it says until when it holds, less than a year ahead, and is never older than
 * a day. `contact` is the address of the security contact, where there is one.
 */
export const securityTxt = (origin: string, contact: string | undefined, now: number): string =>
  [
    '# To report a vulnerability or a suspected data breach.',
    `Contact: ${origin}/security/report`,
    ...(contact ? [`Contact: mailto:${contact}`] : []),
    `Expires: ${new Date(now - (now % days(1)) + fileLife).toISOString()}`,
    `Canonical: ${origin}/.well-known/security.txt`,
    'Preferred-Languages: en',
    `Policy: ${origin}/security`,
    '',
  ].join('\n')
