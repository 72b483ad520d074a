import { Tooltip } from '@mantine/core'
import { dateTime, fromNow, zoneName } from '../kernel/format.ts'

/** A moment (ms since the epoch) in a stated IANA zone; how long ago it was on hover. */
export const TimeText = ({
  at,
  zone,
  seconds = false,
  withZone = false,
}: {
  at: number
  zone: string
  seconds?: boolean
  /** Prints the zone's short name behind the time. */
  withZone?: boolean
}) => (
  <Tooltip label={`${fromNow(at, Date.now())} (${zone})`}>
    <time dateTime={new Date(at).toISOString()}>
      {dateTime(at, zone, { seconds })}
      {withZone && ` ${zoneName(at, zone)}`}
    </time>
  </Tooltip>
)
