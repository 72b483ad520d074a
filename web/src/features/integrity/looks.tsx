import type { LogRow } from '@gatehouse/shared/views/integrity'
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconNote } from '@tabler/icons-react'
import { StateBadge } from '../../ui/badges.tsx'

/** How a log stands, as a badge. */
export const LogBadge = ({ faults, lastCheck }: Pick<LogRow, 'faults' | 'lastCheck'>) =>
  faults.open > 0 ? (
    <StateBadge look={{ says: 'Not as written', icon: IconAlertTriangle, colour: 'brick' }} />
  ) : faults.all > 0 ? (
    <StateBadge look={{ says: 'Faults, explained', icon: IconNote, colour: 'amber' }} />
  ) : lastCheck && lastCheck.failed === null ? (
    <StateBadge look={{ says: 'Nothing altered', icon: IconCheck, colour: 'moss' }} />
  ) : (
    <StateBadge look={{ says: 'Not checked yet', icon: IconCircleDashed, colour: 'gray' }} />
  )

/** A number of events or entries, as people read it. */
export const number = (count: number): string => count.toLocaleString('en-GB')
