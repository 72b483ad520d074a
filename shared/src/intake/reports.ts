/** What can be reported to the maker, by anybody. */
export const reportKinds = ['vulnerability', 'breach'] as const
export type ReportKind = (typeof reportKinds)[number]

/** Words for people. */
export const reportKindSays: Record<ReportKind, string> = {
  vulnerability: 'Vulnerability',
  breach: 'Suspected data breach',
}

/** How grave it is in the eyes of whoever reports it. */
export const reportSeverities = ['unknown', 'low', 'medium', 'high', 'critical'] as const
export type ReportSeverity = (typeof reportSeverities)[number]

/** Words for people. */
export const reportSeveritySays: Record<ReportSeverity, string> = {
  unknown: 'Cannot tell',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
}

/**
 * The legal moves of a report; PostgreSQL holds the same table. To close one that has no answer yet is an answer too:
 * its reason is told to whoever reported it.
 */
export const reportMoves = {
  received: ['answered', 'closed'],
  answered: ['closed'],
  closed: [],
} as const satisfies Record<string, readonly string[]>

export type ReportState = keyof typeof reportMoves
export const reportStates = Object.keys(reportMoves) as [ReportState, ...ReportState[]]

/** Words for people. */
export const reportStateSays: Record<ReportState, string> = {
  received: 'Waiting for an answer',
  answered: 'Answered',
  closed: 'Closed',
}

/** The longest texts a report takes, characters. */
export const reportLengths = { title: 150, place: 200, details: 8_000, answer: 8_000, reason: 500 } as const

/** What narrows the list of reports: `open` are those not closed, `overdue` those whose first answer is late. */
export const reportFilters = ['open', 'overdue', ...reportStates, 'all'] as const
export type ReportFilter = (typeof reportFilters)[number]
