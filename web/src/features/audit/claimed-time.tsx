import type { AuditRow } from '@gatehouse/shared/views/audit'
import { dateTime, stretch } from '../../kernel/format.ts'

/** By how much a device's clock may differ from ours before an event says so, ms: what waited for the network is late as well. */
const worthSaying = 60_000

/** What the clock of the device said, where it told of the event and its clock differs from ours; else nothing. */
export const ClaimedTime = ({ row, zone }: { row: Pick<AuditRow, 'at' | 'claimedAt'>; zone: string }) => {
  if (row.claimedAt === null) return null
  const ahead = row.claimedAt - row.at
  if (Math.abs(ahead) < worthSaying) return null
  return (
    <span>
      by its own clock {dateTime(row.claimedAt, zone, { seconds: true })} ({stretch(Math.abs(ahead))}{' '}
      {ahead > 0 ? 'later' : 'earlier'})
    </span>
  )
}
