import type { LogCheckView } from '@gatehouse/shared/views/integrity'
import { IconAlertTriangle, IconCheck, IconHourglass, IconX } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Paged } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { StateBadge } from '../../ui/badges.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './integrity.module.css'
import { number } from './looks.tsx'
import { checksQuery } from './queries.ts'

const Result = ({ check }: { check: LogCheckView }) =>
  check.endedAt === null ? (
    <StateBadge look={{ says: check.begunAt === null ? 'Waits' : 'Running', icon: IconHourglass, colour: 'amber' }} />
  ) : check.failed !== null ? (
    <span title={check.failed}>
      <StateBadge look={{ says: 'Came to no end', icon: IconX, colour: 'gray' }} />
    </span>
  ) : check.faults ? (
    <StateBadge look={{ says: counted(check.faults, 'fault'), icon: IconAlertTriangle, colour: 'brick' }} />
  ) : (
    <StateBadge look={{ says: 'Nothing altered', icon: IconCheck, colour: 'moss' }} />
  )

const columns = (zone: string): Column<LogCheckView>[] => [
  {
    id: 'at',
    header: 'When',
    headline: true,
    width: '12rem',
    cell: (row) => <TimeText at={row.endedAt ?? row.askedAt} zone={zone} withZone />,
  },
  { id: 'who', header: 'For', width: '11rem', cell: (row) => row.askedBy ?? 'Every night' },
  { id: 'result', header: 'Result', width: '11rem', cell: (row) => <Result check={row} /> },
  {
    id: 'events',
    header: 'Events',
    align: 'end',
    width: '7rem',
    cell: (row) => (row.endedAt === null || row.size === null ? '–' : number(row.size)),
  },
  {
    id: 'compared',
    header: 'Of them signed',
    align: 'end',
    width: '9rem',
    wideOnly: true,
    cell: (row) => (row.comparedSize === null ? '–' : number(row.comparedSize)),
  },
  {
    id: 'root',
    header: 'Root',
    wideOnly: true,
    cell: (row) => (row.root ? <code className={classes.root}>{row.root}</code> : '–'),
  },
]

/** The checks of a log, the newest first. */
export const Checks = ({ logId, zone }: { logId: string; zone: string }) => (
  <Paged list={useInfiniteQuery(checksQuery(logId))}>
    {(checks) => (
      <DataTable
        label="Checks"
        columns={columns(zone)}
        rows={checks}
        rowKey={(row) => row.id}
        empty={<Empty title="Not checked yet">Every log is checked each night.</Empty>}
      />
    )}
  </Paged>
)
