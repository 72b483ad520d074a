import type { Severity } from '@gatehouse/shared/devices/declaration'
import type { RequestState } from '@gatehouse/shared/requests/request-states'
import { requestStateSays } from '@gatehouse/shared/requests/request-states'
import type { SessionState } from '@gatehouse/shared/sessions/session-states'
import type { Connection, DeviceState } from '@gatehouse/shared/views/devices'
import { Badge } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconClockExclamation,
  IconFlame,
  IconHourglass,
  IconInfoCircle,
  IconPlayerPause,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPointFilled,
  IconTrash,
  IconUserPlus,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react'
import { fromNow } from '../kernel/format.ts'
import classes from './badges.module.css'

export interface StateLook {
  says: string
  icon: TablerIcon
  colour: 'petrol' | 'moss' | 'amber' | 'brick' | 'slate' | 'gray'
}

/** A state as icon and word; the colour only repeats it. */
export const StateBadge = ({ look }: { look: StateLook }) => (
  <Badge color={look.colour} leftSection={<look.icon size={13} aria-hidden />} className={classes.badge}>
    {look.says}
  </Badge>
)

const requestLooks: Record<RequestState, Omit<StateLook, 'says'>> = {
  waiting: { icon: IconHourglass, colour: 'amber' },
  partly_approved: { icon: IconUserPlus, colour: 'amber' },
  approved: { icon: IconCheck, colour: 'moss' },
  used: { icon: IconCheck, colour: 'petrol' },
  denied: { icon: IconX, colour: 'brick' },
  withdrawn: { icon: IconBan, colour: 'gray' },
  expired_unanswered: { icon: IconClock, colour: 'gray' },
  expired_unused: { icon: IconClock, colour: 'gray' },
  revoked: { icon: IconBan, colour: 'brick' },
}

/** How a request stands. */
export const RequestBadge = ({ state }: { state: RequestState }) => (
  <StateBadge look={{ ...requestLooks[state], says: requestStateSays[state] }} />
)

const sessionLooks: Record<SessionState, StateLook> = {
  opening: { says: 'Opening', icon: IconHourglass, colour: 'amber' },
  live: { says: 'Live', icon: IconPointFilled, colour: 'moss' },
  paused: { says: 'Paused', icon: IconPlayerPause, colour: 'amber' },
  ended: { says: 'Ended', icon: IconBan, colour: 'gray' },
}

/** How a session stands. */
export const SessionBadge = ({ state }: { state: SessionState }) => <StateBadge look={sessionLooks[state]} />

const severityLooks: Record<Severity, StateLook> = {
  info: { says: 'Info', icon: IconInfoCircle, colour: 'slate' },
  warning: { says: 'Warning', icon: IconAlertTriangle, colour: 'amber' },
  critical: { says: 'Critical', icon: IconFlame, colour: 'brick' },
}

/** How grave an alarm is; `count` stands before the word where several are summed up. */
export const SeverityBadge = ({ severity, count }: { severity: Severity; count?: number }) => {
  const look = severityLooks[severity]
  return <StateBadge look={count === undefined ? look : { ...look, says: `${count} ${look.says.toLowerCase()}` }} />
}

const deviceLooks: Record<DeviceState, StateLook> = {
  awaiting_enrolment: { says: 'Awaiting enrolment', icon: IconCircleDashed, colour: 'slate' },
  active: { says: 'Enrolled', icon: IconCheck, colour: 'moss' },
  revoked: { says: 'Identity revoked', icon: IconBan, colour: 'brick' },
}

/** Whether a device has its identity. */
export const DeviceStateBadge = ({ state }: { state: DeviceState }) => <StateBadge look={deviceLooks[state]} />

/** That a device was removed. */
export const RemovedBadge = () => <StateBadge look={{ says: 'Removed', icon: IconTrash, colour: 'gray' }} />

const connectionLooks: Record<Connection, Omit<StateLook, 'colour'>> = {
  online: { says: 'Online', icon: IconPlugConnected },
  late: { says: 'Late', icon: IconClockExclamation },
  offline: { says: 'Offline', icon: IconPlugConnectedX },
  never: { says: 'Never connected', icon: IconCircleDashed },
}

/** Whether a device can be reached, and when it was last heard; both times in ms since the epoch. */
export const ConnectionBadge = ({
  connection,
  lastHeardAt,
  now = Date.now(),
}: {
  connection: Connection
  lastHeardAt: number | null
  now?: number
}) => {
  const look = connectionLooks[connection]
  return (
    <span className={classes.connection} data-connection={connection}>
      <look.icon size={15} aria-hidden />
      <span>{look.says}</span>
      {lastHeardAt !== null && connection !== 'online' && (
        <span className={classes.heard}>heard {fromNow(lastHeardAt, now)}</span>
      )}
    </span>
  )
}
