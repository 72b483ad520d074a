import type { ReportKind, ReportSeverity, ReportState } from '../intake/reports.ts'
import type { May } from './basics.ts'

/** What the page says on which anybody reports something. */
export interface IntakeView {
  maker: string
  /** Address of the security contact, where there is one. */
  contact: string | null
  firstAnswerHours: Record<ReportKind, number>
  signedInAs: { name: string; company: string; email: string } | null
}

/** What whoever reported something is given, this once. */
export interface ReportReceiptView {
  number: string
  key: string
  answerBefore: number
  /** Whether a mail with the same is on its way. */
  mailed: boolean
}

/** A report as its number and key open it. */
export interface ReportStandingView {
  number: string
  kind: ReportKind
  state: ReportState
  receivedAt: number
  /** The first answer is due before this. */
  answerBefore: number
  answers: { id: string; at: number; text: string }[]
  closed: { at: number; reason: string } | null
}

export interface ReportListRow {
  id: string
  number: string
  kind: ReportKind
  severity: ReportSeverity
  title: string
  state: ReportState
  /** True while the first answer is late. */
  overdue: boolean
  receivedAt: number
  answerBefore: number
  /** `null` where nobody was signed in. */
  reporter: { name: string; company: string } | null
}

/** A report as the maker reads it. */
export interface ReportView extends ReportListRow {
  place: string
  details: string
  email: string | null
  answers: { id: string; at: number; by: string; text: string }[]
  closed: { at: number; by: string; reason: string } | null
  may: { answer: May; close: May }
}

export interface ReportCounts {
  /** Not closed. */
  open: number
  overdue: number
}
