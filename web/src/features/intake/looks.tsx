import type { ReportSeverity, ReportState } from '@gatehouse/shared/intake/reports'
import { reportSeveritySays, reportStateSays } from '@gatehouse/shared/intake/reports'
import {
  IconAlertTriangle,
  IconCheck,
  IconFlame,
  IconHourglass,
  IconInfoCircle,
  IconQuestionMark,
} from '@tabler/icons-react'
import { StateBadge, type StateLook } from '../../ui/badges.tsx'

const states: Record<ReportState, Omit<StateLook, 'says'>> = {
  received: { icon: IconHourglass, colour: 'amber' },
  answered: { icon: IconCheck, colour: 'petrol' },
  closed: { icon: IconCheck, colour: 'gray' },
}

/** How a report stands; `overdue` while its first answer is late. */
export const ReportBadge = ({ state, overdue = false }: { state: ReportState; overdue?: boolean }) => (
  <StateBadge
    look={
      overdue
        ? { says: 'Answer overdue', icon: IconAlertTriangle, colour: 'brick' }
        : { ...states[state], says: reportStateSays[state] }
    }
  />
)

const severities: Record<ReportSeverity, Omit<StateLook, 'says'>> = {
  unknown: { icon: IconQuestionMark, colour: 'gray' },
  low: { icon: IconInfoCircle, colour: 'slate' },
  medium: { icon: IconAlertTriangle, colour: 'amber' },
  high: { icon: IconAlertTriangle, colour: 'brick' },
  critical: { icon: IconFlame, colour: 'brick' },
}

/** How grave a report is in the eyes of whoever made it. */
export const ReportSeverityBadge = ({ severity }: { severity: ReportSeverity }) => (
  <StateBadge look={{ ...severities[severity], says: reportSeveritySays[severity] }} />
)
