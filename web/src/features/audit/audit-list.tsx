import type { AuditOutcome } from '@gatehouse/shared/audit-events'
import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import type { AuditRow } from '@gatehouse/shared/views/views'
import { Badge, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBan, IconCheck, IconCpu, IconServer, IconUser, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { dateTime, zoneName } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './audit-list.module.css'
import { ClaimedTime } from './claimed-time.tsx'

const outcomes: Record<AuditOutcome, { says: string; colour: string; icon: typeof IconCheck }> = {
  done: { says: 'Done', colour: 'moss', icon: IconCheck },
  refused: { says: 'Refused', colour: 'amber', icon: IconBan },
  failed: { says: 'Failed', colour: 'brick', icon: IconX },
}

const Outcome = ({ outcome }: { outcome: AuditOutcome }) => {
  const look = outcomes[outcome]
  return (
    <Badge color={look.colour} leftSection={<look.icon size={13} aria-hidden />}>
      {look.says}
    </Badge>
  )
}

const actorIcons = { person: IconUser, device: IconCpu, system: IconServer }

const Actor = ({ who }: { who: AuditRow['who'] }) => {
  const Icon = actorIcons[who.kind]
  return (
    <span className={classes.actor}>
      <Icon size={15} aria-hidden />
      <span>
        {who.name}
        {who.company && <span className={classes.company}>{who.company}</span>}
      </span>
    </span>
  )
}

/** What stands behind a sentence: ids by which the same story is found elsewhere. */
const Behind = ({ row, zone, withDevice }: { row: AuditRow; zone: string; withDevice: boolean }) => (
  <span className={classes.behind}>
    {withDevice && row.device && <Link to={paths.device(row.device.id, 'audit')}>{row.device.name}</Link>}
    {withDevice && row.customer && <span>{row.customer.name}</span>}
    {row.requestId && <Link to={paths.request(row.requestId)}>request</Link>}
    {row.sessionId && <Link to={paths.session(row.sessionId)}>session</Link>}
    {row.approvalId && <span title={row.approvalId}>under approval {row.approvalId.slice(-6)}</span>}
    {row.from && <span>from {row.from}</span>}
    <ClaimedTime row={row} zone={zone} />
  </span>
)

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** The sentence with the moments in it as they were in the zone. */
const withLocalTimes = (says: string, zone: string): string =>
  says.replace(instant, (text) => `${dateTime(Date.parse(text), zone)} ${zoneName(Date.parse(text), zone)}`)

const columns = (zone: string, withDevice: boolean): Column<AuditRow>[] => [
  { id: 'at', header: 'When', width: '13rem', cell: (row) => <TimeText at={row.at} zone={zone} seconds /> },
  { id: 'who', header: 'Who', width: '14rem', cell: (row) => <Actor who={row.who} /> },
  {
    id: 'what',
    header: 'What',
    headline: true,
    cell: (row) => (
      <Stack gap={2}>
        <Text component="span" className={classes.says}>
          {withLocalTimes(row.says, zone)}
        </Text>
        <Behind row={row} zone={zone} withDevice={withDevice} />
      </Stack>
    ),
  },
  { id: 'outcome', header: 'Outcome', width: '7rem', cell: (row) => <Outcome outcome={row.outcome} /> },
]

/** Search and outcome of a list of events. */
export const useAuditFilter = () => {
  const [search, setSearch] = useState('')
  const [outcome, setOutcome] = useState<'all' | AuditOutcome>('all')
  const [settled] = useDebouncedValue(search, 250)
  const filter: AuditFilter = {
    search: settled.trim() || undefined,
    outcomes: outcome === 'all' ? undefined : [outcome],
  }
  const controls = (
    <Group gap="xs" className={classes.controls}>
      <SearchBox label="Search the log" value={search} onChange={setSearch} />
      <SegmentedControl
        aria-label="Outcome"
        value={outcome}
        onChange={(value) => setOutcome(value as typeof outcome)}
        data={[
          { value: 'all', label: 'All' },
          { value: 'done', label: 'Done' },
          { value: 'refused', label: 'Refused' },
          { value: 'failed', label: 'Failed' },
        ]}
      />
    </Group>
  )
  return { filter, controls, narrowed: filter.search !== undefined || filter.outcomes !== undefined }
}

/** Events as rows: when, who, what in a sentence, and how it ended. */
export const AuditList = ({
  rows,
  zone,
  withDevice,
  narrowed,
  stale,
}: {
  rows: readonly AuditRow[]
  /** IANA zone the times are given in. */
  zone: string
  withDevice: boolean
  narrowed: boolean
  stale: boolean
}): ReactNode => (
  <DataTable
    label="Audit log"
    columns={columns(zone, withDevice)}
    rows={rows}
    rowKey={(row) => row.id}
    stale={stale}
    empty={
      narrowed ? (
        <Empty title="No event fits">Widen the search, or show all outcomes.</Empty>
      ) : (
        <Empty title="Nothing has happened yet">
          Everything that is done here, and everything refused, is listed for ever.
        </Empty>
      )
    }
  />
)
